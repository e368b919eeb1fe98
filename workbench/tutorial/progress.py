"""What is remembered of a learner's way: chapters begun and done, time spent, hints taken.

It is kept in the playground, in `.workbench/progress.json`, and belongs to the learner.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from markupsafe import Markup
from pydantic import BaseModel, Field

from workbench import _html
from workbench._atomic import replace_file
from workbench._state_file import Kept, StateFile
from workbench._written import STATE_FOLDER
from workbench.errors import WorkbenchError
from workbench.tutorial.playground import Playground
from workbench.tutorial.step import Step
from workbench.tutorial.steps import STEPS

LONGEST_PAUSE = 120.0
"""Seconds between two cells of a chapter that count as spent on it, at most: then it is a break."""

_now = time.time


class ChapterRecord(BaseModel):
    """What is remembered of one chapter; times are Unix seconds."""

    begun: float | None = None
    done: float | None = None
    seen: float | None = None
    seconds: float = Field(default=0.0, ge=0, allow_inf_nan=False)
    hints: int = Field(default=0, ge=0)
    told: dict[str, int] = {}
    held: bool | None = None
    files: str | None = None


class Record(BaseModel):
    """What `progress.json` holds."""

    version: Literal[1] = 1
    chapters: dict[str, ChapterRecord] = {}


@dataclass(frozen=True)
class Chapter:
    """Where somebody is with one chapter.

    Attributes:
        id: Its name, which is its notebook's too.
        title: What a person does in it.
        state: `done`, `begun` or `not begun`.
        seconds: How long it was worked on, until it was done; of a long pause, its beginning.
        hints: How many hints were asked for with `hint`. Who unfolds those below a check leaves no
            trace: a page tells nobody.
    """

    id: str
    title: str
    state: Literal["done", "begun", "not begun"]
    seconds: float = 0.0
    hints: int = 0

    @property
    def notebook(self) -> str:
        """The file name of its notebook."""
        return f"{self.id}.ipynb"


@dataclass(frozen=True)
class Progress:
    """How far somebody has come.

    Attributes:
        chapters: All of them, in order.
        notice: What is wrong with the file that this was read from; None where nothing is.
    """

    chapters: tuple[Chapter, ...]
    notice: str | None = None

    @property
    def next(self) -> Chapter | None:
        """The first chapter that is not done; None after the last."""
        return next((one for one in self.chapters if one.state != "done"), None)

    @property
    def done(self) -> int:
        """How many chapters are done."""
        return sum(one.state == "done" for one in self.chapters)

    @property
    def seconds(self) -> float:
        """How long all chapters were worked on."""
        return sum(one.seconds for one in self.chapters)

    @property
    def hints(self) -> int:
        """How many hints were asked for."""
        return sum(one.hints for one in self.chapters)

    def export(self, path: str | Path | None = None) -> dict[str, Any]:
        """All of it as plain values.

        Args:
            path: A JSON file to write them to as well; its folder has to be there.

        Raises:
            WorkbenchError: The file cannot be written.
        """
        found = {
            "done": self.done,
            "of": len(self.chapters),
            "seconds": round(self.seconds, 1),
            "hints": self.hints,
            "next": self.next.id if self.next else None,
            "chapters": [
                {
                    "id": one.id,
                    "title": one.title,
                    "state": one.state,
                    "seconds": round(one.seconds, 1),
                    "hints": one.hints,
                }
                for one in self.chapters
            ],
        }
        if path is not None:
            try:
                replace_file(Path(path), f"{json.dumps(found, indent=2)}\n".encode(), mode=0o644)
            except OSError as error:
                raise WorkbenchError(
                    f"{path} could not be written: {error.strerror or error}."
                ) from None
        return found

    def __str__(self) -> str:
        lines = []
        for one in self.chapters:
            spent = ", ".join(filter(None, (duration(one.seconds), _hints(one.hints))))
            lines.append(f"{one.state:<9}  {one.id}  {spent}".rstrip())
        lines.append(f"{self.summary()}; next: {self.next.id if self.next else 'nothing'}")
        return "\n".join([*lines, *([self.notice] if self.notice else [])])

    def summary(self) -> str:
        """One line: how many chapters are done, in which time, how many hints asked for."""
        done = f"{self.done} of {len(self.chapters)} chapters done"
        spent = f"{duration(self.seconds) or 'no time'} spent"
        return ", ".join(filter(None, (done, spent, _hints(self.hints))))

    def __repr__(self) -> str:
        return f"<Progress: {self.summary()}>"

    def _repr_html_(self) -> Markup:
        rows = (
            (
                state_word(one.state),
                page_link(one),
                one.title,
                duration(one.seconds),
                one.hints or "",
            )
            for one in self.chapters
        )
        head = Markup("<b>{}</b>").format(self.summary())
        parts = [head, _html.table(("", "chapter", "", "time", "hints asked for"), rows)]
        if self.next:
            parts.append(Markup("<div>Next: {}</div>").format(page_link(self.next)))
        return _html.join([*parts, notice_line(self.notice)])


def read_progress(playground: Playground) -> Progress:
    """What is remembered in a playground; a file that cannot be understood is kept and told."""
    return _progress(_file(playground).read())


def note(
    playground: Playground, step: Step, change: Callable[[ChapterRecord], None] | None = None
) -> tuple[ChapterRecord, Progress]:
    """Remember something of a chapter, and that somebody works on it now.

    Args:
        playground: Where.
        step: The chapter.
        change: Changes what is remembered of it; None where only the time counts.

    Returns:
        What is remembered of it now, and of all chapters.
    """

    def changed(record: Record) -> None:
        chapter = record.chapters.setdefault(step.id, ChapterRecord())
        now = _now()
        if chapter.seen is not None and chapter.done is None:
            chapter.seconds += _counted(now - chapter.seen)
        chapter.begun = chapter.begun or now
        chapter.seen = now
        if change:
            change(chapter)

    kept = _file(playground).update(changed)
    return kept.state.chapters.get(step.id, ChapterRecord()), _progress(kept)


def recall(playground: Playground, step: Step) -> ChapterRecord:
    """What is remembered of a chapter."""
    return _file(playground).read().state.chapters.get(step.id, ChapterRecord())


def duration(seconds: float) -> str:
    """Time for a person: `1 h 05 min`, `12 min`, `40 s`; empty for none."""
    minutes = round(seconds / 60)
    if minutes >= 60:
        return f"{minutes // 60} h {minutes % 60:02} min"
    if seconds >= 90:
        return f"{minutes} min"
    return f"{seconds:.0f} s" if seconds >= 1 else ""


def state_word(state: str) -> Markup:
    """A chapter's state as a word in a colour."""
    return _html.badge(state, {"done": _html.GOOD, "begun": _html.WARN}.get(state, _html.MUTED))


def page_link(chapter: Chapter) -> Markup:
    """A link to a chapter's notebook, which opens as the file browser would open it."""
    return Markup('<a href="{}">{}</a>').format(chapter.notebook, chapter.id)


def notice_line(notice: str | None) -> Markup:
    """What went wrong beside the matter, as a line; nothing where nothing did."""
    if not notice:
        return Markup("")
    return Markup("<div>{} {}</div>").format(_html.badge("note", _html.WARN), notice)


def _hints(number: int) -> str:
    return f"{number} hint{'s' * (number != 1)} asked for" if number else ""


def _counted(pause: float) -> float:
    return min(max(pause, 0.0), LONGEST_PAUSE)


def _progress(kept: Kept[Record]) -> Progress:
    return Progress(
        tuple(_chapter(step, kept.state.chapters.get(step.id)) for step in STEPS), kept.notice
    )


def _chapter(step: Step, found: ChapterRecord | None) -> Chapter:
    if found is None:
        return Chapter(step.id, step.title, "not begun")
    state: Literal["done", "begun"] = "done" if found.done else "begun"
    return Chapter(step.id, step.title, state, found.seconds, found.hints)


def _file(playground: Playground) -> StateFile[Record]:
    return StateFile(playground.path / STATE_FOLDER / "progress.json", Record)
