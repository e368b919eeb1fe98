"""What the calls of a chapter show."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from markupsafe import Markup

from workbench import _html
from workbench._cell import notebook_shell
from workbench.tutorial.advice import LEVELS
from workbench.tutorial.playground import Written
from workbench.tutorial.progress import (
    Chapter,
    Progress,
    duration,
    notice_line,
    page_link,
    state_word,
)
from workbench.tutorial.step import Checked, Step
from workbench.tutorial.verdict import StepCheck, solution


@dataclass(frozen=True)
class ChapterBegun:
    """Where one is, and what was put in place for this chapter.

    Attributes:
        step: The chapter that begins.
        progress: All chapters.
        written: What was filled in for it, and what was left alone.
        changed: Files that somebody else has changed since a cell wrote them.
        mended: Files that a block of `broken` had left broken, and that are put back.
        bundle: What differs between the ZIP and the plugin's folder; None where nothing does, or
            where the chapter does not use it.
        playground: The folder that it is about.
        aside: Where its git records if not on `main`, in words.
    """

    step: Step
    progress: Progress
    written: Written
    playground: Path
    changed: tuple[str, ...] = ()
    mended: tuple[str, ...] = ()
    bundle: str | None = None
    aside: str | None = None

    def told(self) -> list[tuple[str, str]]:
        """What there is to know, each with a word for what it is."""
        return [
            *([("put back after a break", _listed(self.mended))] if self.mended else []),
            *_written(self.written),
            *([("changed since a cell wrote it", _listed(self.changed))] if self.changed else []),
            *([("the bundle is outdated", self.bundle)] if self.bundle else []),
            *([("not on main", f"what you record is {self.aside}")] if self.aside else []),
        ]

    def __str__(self) -> str:
        lines = [f"{self.step} ({self.progress.summary()})"]
        lines += [f"  {word}: {text}" for word, text in self.told()]
        notice = self.progress.notice
        return "\n".join([*lines, *([notice] if notice else [])])

    def __repr__(self) -> str:
        return f"<ChapterBegun {self.step.id}: {self.progress.summary()}>"

    def _ipython_display_(self) -> None:
        if notebook_shell() is None:
            raise NotImplementedError  # IPython then takes the plain forms
        room = import_module(
            "workbench.widgets.begun"
        )  # by its name: views that follow stand above
        room.ChapterHead(self)._ipython_display_()

    def _repr_html_(self) -> Markup:
        head = Markup("<div><b>{}</b> {}</div>").format(
            self.step, _html.muted(f"({self.progress.summary()})")
        )
        return _html.join(
            [
                head,
                _strip(self.progress.chapters, self.step),
                _rows(self.told()),
                notice_line(self.progress.notice),
            ]
        )


@dataclass(frozen=True)
class ChapterFilled:
    """What of a chapter's own files was written.

    Attributes:
        step: The chapter.
        written: What was written, and what was left alone.
        notice: Why it could not be remembered; None where it was.
    """

    step: Step
    written: Written
    notice: str | None = None

    def told(self) -> list[tuple[str, str]]:
        """What there is to know, each with a word for what it is."""
        return _written(self.written) or [("nothing to do", "all of it was there")]

    def __str__(self) -> str:
        lines = [f"{word}: {text}" for word, text in self.told()]
        return "\n".join([*lines, *([self.notice] if self.notice else [])])

    def __repr__(self) -> str:
        return f"<ChapterFilled {self.step.id}: {len(self.written.files)} files written>"

    def _repr_html_(self) -> Markup:
        return _rows(self.told()) + notice_line(self.notice)


@dataclass(frozen=True)
class HintGiven:
    """One hint.

    Attributes:
        step: The chapter.
        checked: The check that it is for; None where all hold.
        level: 1 for a nudge, 2 for the place, 3 for the answer; 0 where all checks hold.
        text: The hint.
        notice: Why it could not be counted; None where it was.
    """

    step: Step
    checked: Checked | None
    level: int
    text: str
    notice: str | None = None

    def __str__(self) -> str:
        if self.checked is None:
            return f"{self.step.id}: every check holds, no hint is needed."
        level = LEVELS[self.level - 1].capitalize()
        head = f"{self.checked.name}: not yet. {level}, {self.level} of 3:"
        remedy = self.checked.hint if self.level == 3 else None
        return "\n".join(filter(None, (head, remedy, self.text, self.notice)))

    def __repr__(self) -> str:
        return f"<HintGiven {self.step.id}: {self.level} of 3>"

    def _repr_html_(self) -> Markup:
        if self.checked is None:
            return Markup("<div>{} {}</div>").format(
                _html.badge("holds", _html.GOOD), "every check of this chapter: no hint is needed"
            )
        word = ("A nudge", "The place", "The answer")[self.level - 1]
        last = self.level == 3
        body = solution(self.text, self.checked.hint) if last else _html.join([self.text])
        head = Markup("<div>{} {}: {}</div>").format(
            _html.badge("not yet", _html.BAD), self.checked.name, self.checked.seen
        )
        more = "" if self.level == 3 else f' The next one: wb.hint("{self.step.id}").'
        return _html.join(
            [
                head,
                Markup("<div><b>{}</b> ({} of 3): {}</div>").format(word, self.level, body),
                Markup("<div>{}</div>").format(_html.muted(more)) if more else "",
                notice_line(self.notice),
            ]
        )


@dataclass(frozen=True)
class ChapterRecorded:
    """How a chapter ended.

    Attributes:
        step: The chapter.
        progress: All chapters.
        log: The last lines of the playground's git log, the newest first.
        new: Whether there was anything new to record.
        verdict: The checks, where one of them does not hold; then nothing was recorded.
        aside: Where git recorded it if not on `main`, in words.
    """

    step: Step
    progress: Progress
    log: tuple[str, ...] = ()
    new: bool = False
    verdict: StepCheck | None = None
    aside: str | None = None

    @property
    def ok(self) -> bool:
        """Whether the chapter is done."""
        return self.verdict is None

    @property
    def following(self) -> Chapter | None:
        """The chapter after this one; None after the last."""
        ids = [one.id for one in self.progress.chapters]
        rest = self.progress.chapters[ids.index(self.step.id) + 1 :]
        return rest[0] if rest else None

    def _told(self) -> str:
        what = "recorded" if self.new else "nothing new to record"
        what = f"{what} {self.aside}" if self.aside else what
        spent = next(one for one in self.progress.chapters if one.id == self.step.id)
        took = duration(spent.seconds)
        return f"{what}{f', after {took}' if took else ''}"

    def __str__(self) -> str:
        if self.verdict:
            return f"{self.step.id} is not done yet, so nothing was recorded.\n{self.verdict}"
        after = self.following
        return "\n".join(
            [
                f"{self.step.id} is done: {self._told()}.",
                *(f"  {line}" for line in self.log),
                f"Next: {after.notebook}" if after else "That was the last chapter.",
                *([self.progress.notice] if self.progress.notice else []),
            ]
        )

    def __repr__(self) -> str:
        return f"<ChapterRecorded {self.step.id}: {'done' if self.ok else 'not yet'}>"

    def _repr_html_(self) -> Markup:
        if self.verdict:
            head = Markup("<div>{}, so nothing was recorded.</div>").format(
                _html.badge("not done yet", _html.BAD)
            )
            return head + self.verdict._repr_html_()
        head = Markup("<div>{} {}</div>").format(_html.badge("done", _html.GOOD), self._told())
        log = _html.pre("\n".join(self.log))  # the notebook's next cell leads to the next chapter
        return _html.join([head, log, notice_line(self.progress.notice)])


def _strip(chapters: tuple[Chapter, ...], here: Step) -> Markup:
    """All chapters side by side, each a link above its state."""
    cells = (
        Markup(
            '<span style="padding:1px 10px 1px 0{}"><span>{}</span><br>'
            '<small style="line-height:1.2">{}</small></span>'
        ).format(
            ";font-weight:bold" if one.id == here.id else "",
            page_link(one),
            _html.badge("here", _html.WARN)
            if one.id == here.id and one.state != "done"
            else state_word(one.state),
        )
        for one in chapters
    )
    return Markup('<div style="display:flex;flex-wrap:wrap;margin:4px 0">{}</div>').format(
        _html.join(cells)
    )


def _written(written: Written) -> list[tuple[str, str]]:
    told = []
    if written.files:
        told.append(("filled in", _listed(written.files)))
    told += [("done", one) for one in written.did]
    if written.kept:
        told.append(("left alone, since it differs", _listed(written.kept)))
    return told


def _rows(told: list[tuple[str, str]]) -> Markup:
    return _html.join(Markup("<div>{}: {}</div>").format(word, text) for word, text in told)


def _listed(names: tuple[str, ...]) -> str:
    """The names; where a folder has many, their number."""
    groups: dict[str, list[str]] = {}
    for name in names:
        folder = "/".join(Path(name).parts[: min(2, len(Path(name).parts) - 1)])
        groups.setdefault(folder, []).append(name)
    told = []
    for folder, inside in groups.items():
        told += inside if len(inside) < 4 else [f"{len(inside)} files in {folder}"]
    return ", ".join(told)
