"""Writing a file into the playground, and saying what that changed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher, unified_diff
from pathlib import Path, PurePath
from typing import Literal

from markupsafe import Markup

from workbench import _html
from workbench._atomic import replace_file
from workbench._finished import finished_project
from workbench._written import note_written
from workbench.authoring.faults import find_faults
from workbench.authoring.place import Place, find_place
from workbench.errors import Location, UsageError, WorkbenchError
from workbench.settings import get_settings

MODE = 0o644
"""The permissions of every file that is written: its owner writes, everybody reads."""

MOST_FAULTS = 5
"""How many mistakes of one file are shown; the rest mostly follow from these."""

_ALIKE = 0.85  # of 1, which is the same name

_ON_LINE = re.compile(r"\bon line (\d+)\b")


@dataclass(frozen=True)
class FileWritten:
    """What writing a file did.

    Attributes:
        path: The file, as a path within the playground.
        file: Where it is on this machine.
        outcome: `created`, `changed`, or `unchanged` where it held that very text.
        diff: What changed, as a unified diff; the whole text where the file is new.
        added: How many lines came in.
        removed: How many lines went out.
        faults: Mistakes of syntax in the text; the file is written all the same.
        text: What the file holds now.
        lines_above: How many lines of a cell stand above the text; 0 where it is from no cell.
        meant: The file of the tutorial that a new one may have been meant to be, and that is not
            there; else empty.
    """

    path: str
    file: Path
    outcome: Literal["created", "changed", "unchanged"]
    diff: str
    added: int
    removed: int
    faults: tuple[Location, ...]
    text: str
    lines_above: int = 0
    meant: str = ""

    @property
    def ok(self) -> bool:
        """Whether the text has no mistake of syntax."""
        return not self.faults

    def __str__(self) -> str:
        faults = (
            f"{one.place}{_in_cell(one.line, self.lines_above)}: {self._message(one)}"
            for one in self.faults[:MOST_FAULTS]
        )
        meant = [self._question] if self.meant else []
        return "\n".join([f"{self.path}: {self._what}", *meant, *faults])

    def __repr__(self) -> str:
        faults = f", {len(self.faults)} mistakes" if self.faults else ""
        return f"<FileWritten {self.path}: {self._what}{faults}>"

    def _repr_pretty_(self, printer: object, cycle: bool) -> None:
        del cycle
        printer.text(str(self))  # type: ignore[attr-defined]

    def _repr_html_(self) -> Markup:
        head = Markup("{} <b>{}</b>").format(_html.code(self.path), self._what)
        if self.outcome == "changed":
            shown = _html.details("what changed", _html.diff(self.diff))
            head = Markup('<div style="display:flex;flex-wrap:wrap;gap:1em">{}{}</div>').format(
                Markup("<span>{}</span>").format(head), shown
            )
        faults = _html.join(self._fault_html(one) for one in self.faults[:MOST_FAULTS])
        asked = Markup("<div>{}</div>").format(self._question) if self.meant else Markup("")
        return head + asked + faults

    @property
    def _question(self) -> str:
        return f"No file of the tutorial is called so. Did you mean {self.meant}?"

    @property
    def _what(self) -> str:
        if self.outcome == "changed":
            return f"changed (+{self.added} -{self.removed})"
        if self.outcome == "created":
            return f"created ({self.added} line{'' if self.added == 1 else 's'})"
        return "unchanged"

    def _message(self, fault: Location) -> str:
        """What is wrong; some mistakes are about a second line, which is in the cell as well."""
        return _ON_LINE.sub(
            lambda found: f"{found[0]}{_in_cell(int(found[1]), self.lines_above)}", fault.message
        )

    def _fault_html(self, fault: Location) -> Markup:
        column = f", column {fault.column}" if fault.column else ""
        line = f"line {fault.line}{_in_cell(fault.line, self.lines_above)}"
        where = _html.badge(f"mistake on {line}{column}", _html.BAD)
        head = Markup("<div>{}: {}</div>").format(where, self._message(fault))
        lines = self.text.split("\n")
        if not 0 < fault.line <= len(lines) or not lines[fault.line - 1].strip():
            return head
        line = lines[fault.line - 1]
        shown = line
        if fault.column:
            before = line[: fault.column - 1]
            shown += "\n" + "".join(sign if sign == "\t" else " " for sign in before) + "^"
        return head + _html.pre(shown)


def write_file(path: str | PurePath, text: str, *, lines_above: int = 0) -> FileWritten:
    """Write a file of the playground, as the cell magic `%%wbfile PATH` does.

    Folders above it are made. Lines end as on Linux, and the last one ends too. The file is
    replaced in one move: whatever goes wrong, it holds either the old text or the new one.

    Args:
        path: Where, relative to the playground: `golang-job-type/plugin-manifest.yaml`.
        text: All that the file is to hold.
        lines_above: How many lines of a cell stand above the text: a mistake is then told by the
            line of the cell, too.

    Returns:
        What changed, and what is wrong in the syntax of Go, Python, YAML, JSON or a Dockerfile. A
        mistake does not keep the file from being written.

    Raises:
        UsageError: The path leads out of the playground, or the text is no Unicode.
        WorkbenchError: The file cannot be written, because a folder is in the way for instance.
    """
    place = find_place(path)
    text = _with_plain_line_ends(text)
    try:
        content = text.encode()
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        raise UsageError(
            f"{place.name}:{line}{_in_cell(line, lines_above)}: holds {text[error.start]!a}, "
            "which is half a character.",
            remedy="delete it, and type it anew.",
        ) from None
    try:
        _refuse_what_is_in_the_way(place)
        before = place.file.read_bytes() if place.file.exists() else None
        if before != content:
            place.file.parent.mkdir(parents=True, exist_ok=True)
            replace_file(place.file, content, mode=MODE)
    except OSError as error:
        raise WorkbenchError(
            f"{place.name} could not be written: {error.strerror or error}. "
            "What was there before is as it was."
        ) from None
    note_written(get_settings().playground, [place.name])
    diff = _diff(before, text)
    return FileWritten(
        place.name,
        place.file,
        "created" if before is None else "changed" if before != content else "unchanged",
        "\n".join(diff),
        sum(line.startswith("+") for line in diff),
        sum(line.startswith("-") for line in diff),
        find_faults(place, text),
        text,
        lines_above,
        _meant(place.name) if before is None else "",
    )


def _meant(name: str) -> str:
    """The file of the tutorial of nearly that name, unless it is there: then both are meant."""
    try:
        known = finished_project()
    except UsageError:  # this installation does not hold the finished project
        return ""
    there = get_settings().playground
    near = (one for one in known if _is_slip(name, one) and not (there / one).exists())
    return "" if name in known else next(near, "")


def _is_slip(name: str, meant: str) -> bool:
    """Whether two paths differ in the name of one file or folder, and there by little."""
    pairs = list(zip(PurePath(name).parts, PurePath(meant).parts, strict=False))
    apart = [one for one in pairs if one[0] != one[1]]
    same_depth = name.count("/") == meant.count("/")
    return same_depth and len(apart) == 1 and SequenceMatcher(None, *apart[0]).ratio() > _ALIKE


def _in_cell(line: int, lines_above: int) -> str:
    """Where a line of the file stands in its cell; JupyterLab counts the lines of cells."""
    return f" (line {line + lines_above} of this cell)" if lines_above else ""


def _with_plain_line_ends(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")
    return f"{text}\n" if text else ""


def _refuse_what_is_in_the_way(place: Place) -> None:
    root = get_settings().playground.resolve()
    for above in place.file.parents:
        if above.is_dir():
            break
        if above.exists():
            below = above.is_relative_to(root) and above != root
            name = above.relative_to(root).as_posix() if below else above.name
            raise WorkbenchError(
                f"{place.name} could not be written: {name} is a file, and no folder.",
                remedy=f"remove or rename {name}, or choose another path.",
            )
    if place.file.is_dir():
        raise WorkbenchError(
            f"{place.name} could not be written: a folder of that name is there.",
            remedy="remove or rename the folder, or choose another path.",
        )
    if place.file.exists() and not place.file.is_file():
        raise WorkbenchError(f"{place.name} could not be written: it is no ordinary file.")
    if place.file.exists() and not place.file.stat().st_mode & 0o222:
        raise WorkbenchError(
            f"{place.name} could not be written: it is read-only.",
            remedy=f"allow it in a terminal, in the playground: chmod u+w {place.name}",
        )


def _diff(before: bytes | None, text: str) -> list[str]:
    """The lines of a unified diff, without the two that name the files."""
    old = _lines((before or b"").decode(errors="replace"))
    return list(unified_diff(old, _lines(text), lineterm=""))[2:]


def _lines(text: str) -> list[str]:
    lines = text.split("\n")
    if lines[-1]:
        lines.append("\\ no line end at the end of the file")
    else:
        lines.pop()
    return lines
