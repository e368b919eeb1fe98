"""Mistakes of syntax in a file that was just written: what a compiler would say first."""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Callable, Iterator
from difflib import get_close_matches
from pathlib import Path

from workbench import _process
from workbench._go import find_go, go_env
from workbench._yaml_file import read_yaml
from workbench.authoring.place import Place, language_of
from workbench.dockerfile import KEYWORDS, check_template, parse_dockerfile
from workbench.errors import Location, ManifestError, TemplateError, WorkbenchError

_PLACED = re.compile(r"(?::(\d+))?(?::(\d+))?: (.*)", re.DOTALL)
_JINJA_TAG = re.compile(r"\{\{|\{%|\{#")
_GOFMT_TIMEOUT = 30.0


def find_faults(place: Place, text: str) -> tuple[Location, ...]:
    """What is wrong in the syntax of a file.

    Args:
        place: The file, which holds `text`.
        text: Its text.

    Returns:
        The mistakes in their order, each with the file's name within the playground. None for a
        language that nobody here can read, nor for Go where there is no Go on this machine.
    """
    look = _READERS.get(language_of(place.name))
    return tuple(look(place, text)) if look else ()


def _go(place: Place, text: str) -> Iterator[Location]:
    try:
        gofmt = find_go().gofmt
        said = _process.run([gofmt, "-e", place.file], env=go_env(), timeout=_GOFMT_TIMEOUT).stderr
    except WorkbenchError:
        return  # there is no Go; a check of the chapter says so, with its remedy
    lines = text.encode().split(b"\n")
    for message in said.splitlines():
        if not message.startswith(str(place.file)):
            continue
        found = _located(place, str(place.file), message)
        if 0 < found.line <= len(lines) and found.column:  # gofmt counts bytes
            before = lines[found.line - 1][: found.column - 1].decode(errors="ignore")
            found = Location(found.file, found.line, len(before) + 1, found.message)
        yield found


def _python(place: Place, text: str) -> Iterator[Location]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            # No real name: Python would count columns in the file that it finds under that.
            compile(text, "<cell>", "exec", dont_inherit=True)
    except SyntaxError as error:
        yield Location(Path(place.name), error.lineno or 1, error.offset or 0, error.msg)
    except (ValueError, RecursionError, MemoryError) as error:
        yield Location(Path(place.name), 1, 0, f"Python cannot read it: {error}")


def _yaml(place: Place, text: str) -> Iterator[Location]:
    del text
    try:
        found = read_yaml(place.file, shown=Path(place.name))
    except ManifestError as error:
        yield _located(place, place.name, error.message, error.remedy)
        return
    for twice in found.duplicates:
        what = f"{twice.name} {twice.what}: {twice.remedy}"
        yield Location(Path(place.name), twice.line or 1, 0, what)


def _json(place: Place, text: str) -> Iterator[Location]:
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        yield Location(Path(place.name), error.lineno, error.colno, error.msg)
    except RecursionError:
        yield Location(Path(place.name), 1, 0, "nested too deep to be read")


def _docker(place: Place, text: str) -> Iterator[Location]:
    path = Path(place.name)
    try:
        if "template" in path.name or _JINJA_TAG.search(text):
            check_template(text, path)
            return  # what it renders to is told by the chapter's checks
        instructions = parse_dockerfile(text, path=path)
    except TemplateError as error:
        yield _located(place, place.name, error.message.split("\n")[0], error.remedy)
        return
    for one in instructions:
        if one.keyword not in KEYWORDS:
            close = get_close_matches(one.keyword, sorted(KEYWORDS), n=1)
            hint = f": did you mean {close[0]}?" if close else ""
            yield Location(path, one.line, 0, f"{one.keyword} is no instruction{hint}")


_READERS: dict[str, Callable[[Place, str], Iterator[Location]]] = {
    "docker": _docker,
    "go": _go,
    "json": _json,
    "python": _python,
    "yaml": _yaml,
}


def _located(place: Place, shown: str, message: str, remedy: str | None = None) -> Location:
    """The place that a message begins with, and the rest of it."""
    line, column, what = 1, 0, message.removeprefix(shown).strip()
    match = _PLACED.match(message.removeprefix(shown))
    if match is not None:
        line, column, what = int(match[1] or 1), int(match[2] or 0), match[3]
    if remedy:
        what = f"{what.rstrip('.')}: {remedy}"
    return Location(Path(place.name), line, column, what.rstrip("."))
