"""Help with a check that does not hold, for the files as they are: nudge, place, answer."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path

from workbench._finished import JOB, PLUGIN
from workbench.settings import shipped, typed_path
from workbench.tutorial.breaking import broken_now
from workbench.tutorial.hints import HINTS, RUN, RUN_ALONE, Hint
from workbench.tutorial.playground import Playground, tutorial_files
from workbench.tutorial.step import Checked, Step

LONGEST_ANSWER = 120
"""Lines of a diff that are shown; a file that was not begun is better written by `fill`."""

MOST_NAMES = 8
"""Missing files that are named one by one."""

LEVELS = ("nudge", "place", "answer")
"""The hints for a check, from the smallest to all of it."""

_SAID = re.compile(r"(?P<file>[\w./-]*\w):(?P<line>\d+)\b")


@dataclass(frozen=True)
class Advice:
    """Three hints, each of which gives away more than the one before.

    Attributes:
        nudge: What to think about.
        place: Where to look; begins with the file and line where they are known.
        answer: What to do: in words, or as a diff from the learner's file to the finished one.
        look: A command that shows more; empty where it would not see what the check saw.
        folder: The playground that it is about, which may be gone by the time that it is shown.
    """

    nudge: str
    place: str
    answer: str
    look: str
    folder: Path

    def at(self, level: int) -> str:
        """The hint of a level, from 1 to 3."""
        return (self.nudge, self.place, self.answer)[level - 1]


def advise(
    check: Callable[..., object], checked: Checked, step: Step, ground: Playground
) -> Advice:
    """Help with `check`, which came out as `checked`.

    Args:
        check: The check's function.
        checked: How it came out.
        step: The step that it belongs to.
        ground: The playground; it is only read.
    """
    hint = HINTS[check]
    names = tuple(str(path) for name in hint.files for _, path in tutorial_files(name))
    where = _found(checked.seen, names, ground)
    place = f"{where}. {hint.place}" if where else hint.place
    answer = _answer(hint, names, where, step, ground)
    return Advice(hint.nudge, place, answer, _look(hint, ground), ground.path)


def _look(hint: Hint, ground: Playground) -> str:
    if broken_now():  # by the time that somebody types the command, the file is whole again
        return ""
    early = hint.look == RUN and not (ground.plugin_dir / "plugin.py").is_file()
    return _filled(RUN_ALONE if early else hint.look, ground)


def from_playground(text: str, ground: Playground) -> str:
    """The text, with its files named as seen from the playground or the project."""
    for folder in (ground.path, shipped(PLUGIN).parent):
        text = text.replace(f"{folder}{os.sep}", "")
    return text


def _found(seen: str, names: tuple[str, ...], ground: Playground) -> str:
    """The first `file:line` of a reason, as a path within the playground."""
    tops = [Path(), Path(PLUGIN), Path(PLUGIN, "go_wrapper"), Path(JOB)]
    for said in _SAID.finditer(seen):
        for top in tops:
            relative = Path(os.path.normpath(top / said["file"]))
            if (ground.path / relative).is_file() or relative.as_posix() in names:
                return f"{relative.as_posix()}:{said['line']}"
    return ""


def _answer(hint: Hint, names: tuple[str, ...], where: str, step: Step, ground: Playground) -> str:
    if not names:
        return _filled(hint.answer, ground)
    parts = [_filled(hint.answer, ground)] if hint.answer else []
    about = where.rpartition(":")[0]
    if about and about not in names:
        parts.append(f"The finished project has no file {about}.")
    chosen = [about] if about in names and _differs(about, ground) else names
    missing = [name for name in chosen if not (ground.path / name).is_file()]
    if missing:
        listed = "\n".join(f"  {name}" for name in missing[:MOST_NAMES])
        if missing[MOST_NAMES:]:
            listed += f"\n  and {len(missing) - MOST_NAMES} more"
        parts.append(f'wb.fill("{step.id}") writes what is not there yet:\n{listed}')
    there = [name for name in chosen if name not in missing and _differs(name, ground)]
    lines = [line for name in there for line in _diff(name, ground)]
    if lines[LONGEST_ANSWER:]:
        more = len(lines) - LONGEST_ANSWER
        lines = [*lines[:LONGEST_ANSWER], f"... and {more} more lines"]
    if lines:
        parts.append("\n".join(lines))
    return "\n".join(parts) or (
        f"{', '.join(hint.files)}: as finished. What is wrong lies elsewhere, see the reason."
    )


def _differs(name: str, ground: Playground) -> bool:
    ((source, _),) = tutorial_files(name)
    mine = ground.path / name
    return not mine.is_file() or mine.read_bytes() != source.read_bytes()


def _diff(name: str, ground: Playground) -> Iterator[str]:
    """From the learner's file to the finished one."""
    ((source, _),) = tutorial_files(name)
    try:
        mine = (ground.path / name).read_text(encoding="utf-8").splitlines()
        finished = source.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        yield f"{name}: cannot be read as text."
        return
    yield from unified_diff(mine, finished, f"yours/{name}", f"finished/{name}", lineterm="", n=2)


def _filled(text: str, ground: Playground) -> str:
    for name, path in (
        ("{plugin}", ground.plugin_dir),
        ("{job}", ground.job_dir),
        ("{playground}", ground.path),
    ):
        text = text.replace(name, typed_path(path))
    return text
