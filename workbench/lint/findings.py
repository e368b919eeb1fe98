"""What lint says: findings, and a list of them that shows itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, overload

from markupsafe import Markup

from workbench import _html

Level = Literal["error", "warning"]


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, and what to do about it.

    Attributes:
        id: Such as `L20`; the same for the same kind of mistake.
        level: `error` where Racetrack would refuse the plugin or a job of it would break; `warning`
            for what works and should not stay so.
        where: `file:line`, relative to the plugin's folder; the file alone where no line is wrong.
        what: What is wrong.
        remedy: What to do about it.
    """

    id: str
    level: Level
    where: str
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.where}: {self.level}: {self.what} [{self.id}]\n  Remedy: {self.remedy}"


class Findings(Sequence[Finding]):
    """All that lint found, by file and line; empty, and so false, where nothing is wrong."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self._findings = tuple(findings)

    @overload
    def __getitem__(self, index: int) -> Finding: ...
    @overload
    def __getitem__(self, index: slice) -> Findings: ...
    def __getitem__(self, index: int | slice) -> Finding | Findings:
        found = self._findings[index]
        return Findings(found) if isinstance(found, tuple) else found

    def __len__(self) -> int:
        return len(self._findings)

    def __iter__(self) -> Iterator[Finding]:
        return iter(self._findings)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Findings) and self._findings == other._findings

    def __hash__(self) -> int:
        return hash(self._findings)

    @property
    def errors(self) -> Findings:
        """Those that Racetrack, or a build, would stop at."""
        return Findings(one for one in self if one.level == "error")

    @property
    def warnings(self) -> Findings:
        """The others."""
        return Findings(one for one in self if one.level == "warning")

    @property
    def summary(self) -> str:
        """How many there are, such as `2 errors, 1 warning`."""
        counts = [(len(self.errors), "error"), (len(self.warnings), "warning")]
        words = [f"{count} {name}{'s' if count > 1 else ''}" for count, name in counts if count]
        return ", ".join(words) or "nothing found"

    def __repr__(self) -> str:
        return f"<Findings: {self.summary}>"

    def __str__(self) -> str:
        return "\n".join(str(one) for one in self) or self.summary

    def _repr_html_(self) -> Markup:
        if not self:
            return _html.badge(self.summary, _html.GOOD)
        colours = {"error": _html.BAD, "warning": _html.WARN}
        rows = [
            (
                _html.badge(one.level, colours[one.level]),
                _html.code(one.where),
                one.what,
                one.remedy,
                one.id,
            )
            for one in self
        ]
        return _html.table(("", "where", "what", "remedy", "id"), rows)
