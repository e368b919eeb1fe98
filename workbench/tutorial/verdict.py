"""How a chapter's checks came out, with help for those that do not hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from markupsafe import Markup

from workbench import _html
from workbench.errors import StepFailed
from workbench.tutorial.advice import Advice
from workbench.tutorial.progress import notice_line
from workbench.tutorial.step import Checked, Step


@dataclass(frozen=True)
class StepCheck:
    """The checks of one chapter.

    Attributes:
        step: The chapter.
        checked: Each check and how it came out, in order.
        seconds: How long all of it took.
        advice: Help, by the name of each check that does not hold.
        notice: Why the outcome could not be remembered; None where it was.
    """

    step: Step
    checked: tuple[Checked, ...]
    seconds: float
    advice: Mapping[str, Advice] = field(default_factory=dict)
    notice: str | None = None

    @property
    def ok(self) -> bool:
        """Whether every check holds."""
        return all(check.ok for check in self.checked)

    @property
    def failed(self) -> tuple[Checked, ...]:
        """The checks that do not hold yet."""
        return tuple(check for check in self.checked if not check.ok)

    @property
    def waiting(self) -> int:
        """How many checks were not made: the job is run only once all others hold."""
        on_job = len(self.step.job_checks) + 2 if self.step.runs else 0
        return max(0, len(self.step.checks) + on_job - len(self.checked))

    def raise_for_failure(self) -> None:
        """Do nothing if every check holds.

        Raises:
            StepFailed: One does not; names the chapter, each reason and a nudge.
        """
        if self.ok:
            return
        first = self.failed[0]
        raise StepFailed(
            f"Chapter {self.step.id} does not hold yet: {self.summary()}.\n"
            + "\n".join(f"{check.name}: {check.seen}" for check in self.failed),
            remedy=first.hint or self.advice[first.name].nudge,
        )

    def summary(self) -> str:
        """How many checks hold, in words."""
        held = len(self.checked) - len(self.failed)
        number = len(self.checked)
        if number == 1:
            return "its check holds" if self.ok else "its check does not hold yet"
        if self.ok:
            return "both checks hold" if number == 2 else f"all {number} checks hold"
        waiting = f", {self.waiting} wait for the rest" if self.waiting else ""
        return f"{held} of {number} checks hold{waiting}"

    def __str__(self) -> str:
        lines = [f"{self.step}: {self.summary()} ({self.seconds:.2f} s)"]
        for check in self.checked:
            lines.append(f"  {'holds  ' if check.ok else 'not yet'}  {check.name}")
            if not check.ok:
                lines += [f"             {line}" for line in check.seen.splitlines()]
        if not self.ok:
            lines.append(f'for a hint: wb.hint("{self.step.id}")')
        return "\n".join([*lines, *([self.notice] if self.notice else [])])

    def __repr__(self) -> str:
        return f"<StepCheck {self.step.id}: {self.summary()}>"

    def _repr_html_(self) -> Markup:
        rows = (
            (
                _word(one),
                one.name,
                seen(one.seen) if one.ok else self._reason(one),
            )
            for one in self.checked
        )
        colour = _html.GOOD if self.ok else _html.BAD
        head = Markup("<div><b>{}</b>: {} {}</div>").format(
            self.step, _html.badge(self.summary(), colour), _html.muted(f"({self.seconds:.2f} s)")
        )
        return head + _html.table(("", "check", "what was seen"), rows) + notice_line(self.notice)

    def _reason(self, check: Checked) -> Markup:
        parts = [seen(check.seen)]
        if check.name in self.advice:
            parts.append(hints(self.advice[check.name], check.hint))
        elif check.hint:
            parts.append(Markup("<div>{}</div>").format(check.hint))
        return _html.join(parts)


def _word(check: Checked) -> Markup:
    word = _html.badge("holds", _html.GOOD) if check.ok else _html.badge("not yet", _html.BAD)
    return Markup('<span style="white-space:nowrap">{}</span>').format(word)


def hints(advice: Advice, remedy: str | None) -> Markup:
    """The three hints, each folded within the one before it.

    The remedy often is the answer in one line, so it is shown with the answer and not before it.
    """
    look = Markup("<div>To look further: {}</div>").format(_html.code(advice.look))
    if not advice.look or not advice.folder.is_dir():
        look = Markup("")
    answer = _html.details("The answer", solution(advice.answer, remedy))
    place = _html.details("The place", Markup("<div>{}</div>{}").format(advice.place, answer))
    nudge = _html.details("A hint", Markup("<div>{}</div>{}").format(advice.nudge, place))
    return nudge + look


def solution(answer: str, remedy: str | None) -> Markup:
    """The last hint: the remedy in words, if there is one, above what to do."""
    words = Markup("<div>{}</div>").format(remedy) if remedy else Markup("")
    return words + _html.diff(answer)


def seen(text: str) -> Markup:
    """What a check saw: several lines as they are, one as running text."""
    return _html.pre(text) if "\n" in text else Markup("<span>{}</span>").format(text)
