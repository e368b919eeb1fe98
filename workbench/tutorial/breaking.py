"""Breaking a file of the playground on purpose, for as long as a block lasts."""

from __future__ import annotations

import difflib
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil
from markupsafe import Markup

from workbench import _children, _html
from workbench._atomic import replace_file
from workbench._finished import PLUGIN
from workbench.errors import StepFailed, UsageError
from workbench.events import show_in_notebook
from workbench.tutorial.playground import Playground

_active: dict[Path, str] = {}
"""The notes of the blocks that this process is in, and the files that they are about."""


@dataclass(frozen=True)
class Broken:
    """A file while it is broken.

    Attributes:
        path: The file, as a path within the playground.
        diff: What was changed in it: lines that begin with `-` and `+`.
    """

    path: str
    diff: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join((f"{self.path}:", *self.diff))

    def _repr_html_(self) -> Markup:
        head = Markup("<b>broken on purpose:</b> {}").format(_html.code(self.path))
        return head + _html.diff("\n".join(self.diff))


@contextmanager
def broken(
    path: str | Path, old: str, new: str, *, playground: Playground | None = None
) -> Iterator[Broken]:
    """Replace a text in one of the playground's files, and put the file back at the end.

        with wb.broken("golang-job-type/plugin-manifest.yaml", "version: ", "version "):
            wb.check_step("02-plugin-manifest", strict=False)

    The file is put back however the block ends. Where the whole kernel ends within it, the next
    `broken`, or `mend_broken`, puts it back.

    Args:
        path: The file, within the playground or within the plugin's folder there.
        old: What is in the file exactly once.
        new: What stands there until the end of the block.
        playground: Where; None for the learner's own.

    Yields:
        What was changed; a notebook shows it.

    Raises:
        UsageError: `old` is not in the file exactly once, or the path leaves the playground.
        StepFailed: The file is not there or cannot be written; or somebody else changed it during
            the block: then their text stays beside it, in a file that ends in `.kept`.
    """
    ground = playground or Playground()
    mend_broken(ground)
    file = find_file(ground, path)
    before = _read(file)
    text = _text(file, before)
    found = text.count(old) if old else 0
    name = file.relative_to(ground.path.resolve()).as_posix()
    if found != 1 or old == new:
        what = "that is what it shall become, too" if found == 1 else f"it is there {found} times"
        remedy = "name a text that is in the file exactly once, and another one for it."
        if old and not found:
            remedy = "where you changed that line, write yours into this cell, in both texts."
        raise UsageError(f"{name}: {old!r} cannot be broken: {what}.", remedy=remedy)
    after = text.replace(old, new).encode()
    note = _note_down(ground, name, text, after.decode())
    try:
        _put(file, after)
        change = Broken(name, _diff(text, after.decode()))
        show_in_notebook(change._repr_html_())
        yield change
    finally:
        _active.pop(note, None)
        meanwhile = _put_back(file, before, after)
        note.unlink(missing_ok=True)  # it stays where nothing could be written, for mend_broken
        if meanwhile:
            raise meanwhile


def broken_now() -> frozenset[str]:
    """The files that blocks of this process have broken, as paths within their playground."""
    return frozenset(_active.values())


def mend_broken(playground: Playground | None = None) -> tuple[str, ...]:
    """Put back what a block of `broken` could not, because its kernel was ended within it.

    Args:
        playground: Where; None for the learner's own.

    Returns:
        The files that were put back, as paths within the playground.

    Raises:
        StepFailed: A file cannot be written.
    """
    ground = playground or Playground()
    mended = []
    for note in sorted(ground.state_dir.glob("broken-*.json")):
        try:
            noted = _Note(**json.loads(note.read_text()))
        except (OSError, ValueError, TypeError):
            continue  # not ours
        other = noted.pid != os.getpid() and _children.runs(noted.pid, noted.started)
        if note in _active or other:
            continue
        file = ground.path / noted.file
        if file.is_file() and file.read_bytes() == noted.after.encode():
            _put(file, noted.before.encode())
            mended.append(noted.file)
        note.unlink(missing_ok=True)
    return tuple(mended)


def find_file(playground: Playground, path: str | Path) -> Path:
    """A file of the playground, named within it or within the plugin's folder.

    Returns:
        Its absolute path, links followed.

    Raises:
        UsageError: The path leaves the playground.
        StepFailed: There is no such file.
    """
    root = playground.path.resolve()
    candidates = [root / path, root / PLUGIN / path]
    for candidate in candidates:
        resolved = candidate.resolve()
        if not resolved.is_relative_to(root) or ".git" in resolved.relative_to(root).parts:
            raise UsageError(
                f"{path} is not within the playground.",
                remedy=f"name a file by its place there, such as {PLUGIN}/plugin.py.",
            )
        if resolved.is_file():
            return resolved
    raise StepFailed(
        f"There is no file {path} in the playground.",
        remedy="write it first; `wb.begin` of a later chapter fills in what is missing.",
    )


@dataclass(frozen=True)
class _Note:
    """How a file is put back, for whoever finds it broken."""

    file: str
    before: str
    after: str
    pid: int
    started: float


def _note_down(playground: Playground, name: str, before: str, after: str) -> Path:
    me = psutil.Process()
    noted = _Note(name, before, after, me.pid, me.create_time())
    note = playground.make_state_dir() / f"broken-{secrets.token_hex(4)}.json"
    _put(note, json.dumps(asdict(noted)).encode())
    _active[note] = name
    return note


def _put_back(file: Path, before: bytes, after: bytes) -> StepFailed | None:
    """Make the file what it was; gives what there is to tell where somebody else was at it."""
    now = file.read_bytes() if file.is_file() else None
    if now in (before, after):
        _put(file, before)
        return None
    if now is not None:
        _put(file.with_name(f"{file.name}.kept"), now)
    _put(file, before)
    kept = f" That text is kept in {file.name}.kept." if now is not None else ""
    return StepFailed(
        f"{file.name} was {'changed' if kept else 'removed'} by somebody else while it was broken "
        f"on purpose.{kept} The file is as it was before.",
        remedy="change a file before or after such a block, not while it lasts.",
    )


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise StepFailed(f"{file} cannot be read: {error.strerror or error}.") from None


def _text(file: Path, content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise UsageError(
            f"{file.name} is no text in UTF-8, so no text of it can be broken."
        ) from None


def _put(file: Path, content: bytes) -> None:
    """Replace a file in one move; it keeps its permissions."""
    try:
        mode = file.stat().st_mode & 0o777 if file.exists() else 0o644
        replace_file(file, content, mode=mode)
    except OSError as error:
        raise StepFailed(f"{file} could not be written: {error.strerror or error}.") from None


def _diff(before: str, after: str) -> tuple[str, ...]:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=1)
    return tuple(lines)[2:]  # without the two lines that name the file
