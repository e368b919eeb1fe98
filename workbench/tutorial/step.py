"""What a step of the tutorial is, and what comes out of one: the words of this room."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from markupsafe import Markup

from workbench import _html
from workbench.errors import StepFailed
from workbench.job import Job
from workbench.tutorial.playground import Playground

Work = Callable[[Playground], str]
"""Does something in the playground and says in a few words what it did."""

Check = Callable[[Playground], str]
"""Looks at the playground without writing to it, and says in a few words what it saw.

It raises `NotYet`, or lets through any other `WorkbenchError`, where something does not hold. Its
name is what a reader sees, with blanks for underscores.
"""

JobCheck = Callable[[Job], str]
"""The same, for the sample job while it runs."""

JobRun = Callable[[Playground], Job]
"""Builds and starts the sample job for the job checks; its name is read as a check's."""


class NotYet(StepFailed):
    """A check that does not hold yet; the remedy is its hint."""


@dataclass(frozen=True)
class Step:
    """One heading of the tutorial.

    Attributes:
        id: The chapter's name, such as `03-wrapper`.
        title: What a person does in it.
        writes: Files, and folders with all that is below them, that come from the finished project.
        does: What is done after that; None where writing files is all.
        fills: What filling in does instead of `does`, where that is slow: its outcome holds in the
            same checks.
        makes: The paths that `does` leaves behind; where all are there, filling in skips it.
        checks: What has to hold afterwards.
        runs: How the sample job is started for that; None where it is not run.
        job_checks: What has to hold for the sample job while it runs.
        server_checks: What has to hold on a Racetrack, too. The demo looks at it; somebody who
            goes through the chapters sees it in their cells.
    """

    id: str
    title: str
    writes: tuple[str, ...] = ()
    does: Work | None = None
    fills: Work | None = None
    makes: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()
    runs: JobRun | None = None
    job_checks: tuple[JobCheck, ...] = ()
    server_checks: tuple[Check, ...] = ()

    def __str__(self) -> str:
        return f"{self.id}: {self.title}"


@dataclass(frozen=True)
class Checked:
    """One check and how it came out.

    Attributes:
        name: What was checked.
        ok: Whether it holds.
        seen: What was seen; the reason where it does not hold.
        hint: What to do where it does not hold.
    """

    name: str
    ok: bool
    seen: str
    hint: str | None = None

    def __str__(self) -> str:
        return f"{self.name}: {self.seen}" if self.seen else self.name


@dataclass(frozen=True)
class StepResult:
    """What a step did and how its checks came out.

    Attributes:
        step: The step.
        did: What it did, in the order in which it was done.
        checked: Its checks, up to the first that could not be made.
        seconds: How long all of it took.
    """

    step: Step
    did: tuple[str, ...]
    checked: tuple[Checked, ...]
    seconds: float

    @property
    def ok(self) -> bool:
        """Whether every check holds."""
        return all(check.ok for check in self.checked)

    def raise_for_failure(self) -> None:
        """Do nothing if every check holds.

        Raises:
            StepFailed: One does not; names the step, the reason and the hint.
        """
        failed = [check for check in self.checked if not check.ok]
        if failed:
            raise StepFailed(
                f"Step {self.step.id} did not hold, after {self.seconds:.1f} s.\n"
                + "\n".join(f"{check.name}: {check.seen}" for check in failed),
                remedy=next((check.hint for check in failed if check.hint), None),
            )

    def to_dict(self) -> dict[str, object]:
        """The result as plain values, for JSON."""
        return {
            "step": self.step.id,
            "title": self.step.title,
            "ok": self.ok,
            "did": list(self.did),
            "checked": [
                {"name": one.name, "ok": one.ok, "seen": one.seen, "hint": one.hint}
                for one in self.checked
            ],
            "seconds": round(self.seconds, 3),
        }

    def __repr__(self) -> str:
        held = sum(check.ok for check in self.checked)
        return f"<StepResult {self.step.id}: {held} of {len(self.checked)} checks hold>"

    def _repr_html_(self) -> Markup:
        did = _html.join(Markup("<li>{}</li>").format(line) for line in self.did)
        rows = (
            (
                _html.badge("holds", _html.GOOD) if one.ok else _html.badge("not yet", _html.BAD),
                one.name,
                _html.pre(one.seen) if "\n" in one.seen else one.seen,
                one.hint or "",
            )
            for one in self.checked
        )
        table = _html.table(("", "check", "seen", "hint"), rows)
        head = Markup("<b>{}</b> ({:.2f} s)").format(self.step, self.seconds)
        return head + Markup("<ul>{}</ul>{}").format(did, table)
