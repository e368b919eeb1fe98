"""What comes out of looking at a machine: what was found, what is lacking, what mends it."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from markupsafe import Markup

from workbench import _html

TUTORIAL = "the tutorial"
"""What a check is needed for whose failure makes `workbench doctor` fail."""


@dataclass(frozen=True)
class Check:
    """One thing that was looked for.

    Attributes:
        name: What it is.
        ok: Whether it is there and good enough.
        found: What was found.
        remedy: What mends it; None where nothing has to be mended.
        needed_for: What does not work without it.
    """

    name: str
    ok: bool
    found: str
    remedy: str | None
    needed_for: str


@dataclass(frozen=True)
class DoctorReport:
    """What this machine has and lacks.

    Attributes:
        checks: Each thing that was looked for.
    """

    checks: tuple[Check, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing is lacking."""
        return not self.lacking

    @property
    def lacking(self) -> tuple[str, ...]:
        """The names of what the tutorial needs on the process engine and this machine lacks."""
        return tuple(c.name for c in self.checks if not c.ok and c.needed_for == TUTORIAL)

    def table(self) -> str:
        """The report as aligned lines; a remedy stands below the line that it mends."""
        name_width = max(len(check.name) for check in self.checks)
        lines = []
        for check in self.checks:
            lines.append(f"{_mark(check):<7}  {check.name:<{name_width}}  {check.found}")
            if not check.ok:
                indent = " " * (name_width + 11)
                lines.append(f"{indent}needed for {check.needed_for}")
                if check.remedy:
                    lines.append(f"{indent}remedy: {check.remedy}")
        return "\n".join(lines)

    def to_dict(self) -> dict[str, object]:
        """The report as plain values, for JSON."""
        return {"ok": self.ok, "checks": [asdict(check) for check in self.checks]}

    def __repr__(self) -> str:
        return self.table()

    def _repr_html_(self) -> Markup:
        colours = {"ok": _html.GOOD, "missing": _html.BAD, "absent": _html.MUTED}
        rows = (
            (
                _html.badge(_mark(check), colours[_mark(check)]),
                check.name,
                check.found,
                check.needed_for,
                "" if check.ok else check.remedy or "",
            )
            for check in self.checks
        )
        return _html.table(("", "what", "found", "needed for", "remedy"), rows)


def _mark(check: Check) -> str:
    if check.ok:
        return "ok"
    return "missing" if check.needed_for == TUTORIAL else "absent"
