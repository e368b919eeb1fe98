"""YAML files that people write, read with the line of every key.

A manifest is refused in one go: whatever is wrong with it is collected as `Problem`s, each with the
key that it is about, and put into one error that names `path:line` for each of them.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import Any

import yaml

from workbench.errors import ManifestError

KeyPath = tuple[str | int, ...]
"""Where a value stands: keys of mappings, and positions in lists from 0."""

_HAS_VALUE = re.compile(r"[a-z_]+:\s+[^\s|>#]")

_NO_BLANK = re.compile(r"\s*[a-z_]+:[^\s/]")

MAX_VALUES = 100_000
"""How many values a file may hold, those that aliases repeat counted again."""


@dataclass(frozen=True)
class Problem:
    """Something that Racetrack would refuse, now or when the job is deployed.

    Attributes:
        key: What it is about.
        what: What is wrong, to be read after the key and a colon.
        remedy: What to write instead; empty where `what` says it all.
        line: The line, from 1, where it is not the one on which the key stands.
    """

    key: KeyPath
    what: str
    remedy: str = ""
    line: int | None = None

    @property
    def name(self) -> str:
        """The key as people write it, such as `git.remote`; positions in lists are left out."""
        return ".".join(part for part in self.key if isinstance(part, str))


@dataclass(frozen=True)
class YamlFile:
    """A mapping that was read from a file.

    Attributes:
        path: The file.
        shown: How messages name it; differs for a file that was unpacked from an archive.
        data: What it holds.
        duplicates: Keys that are given twice, of which YAML silently keeps the last.
    """

    path: Path
    shown: Path
    data: dict[str, Any]
    duplicates: tuple[Problem, ...]
    _root: yaml.Node

    def line_of(self, key: KeyPath) -> int | None:
        """The line, from 1, on which a key or list item stands; None where it is not written."""
        node, line = self._root, 1
        for part in key:
            found = _child(node, part)
            if found is None:
                return None
            line, node = found
        return line

    def nearest_line_of(self, key: KeyPath) -> int:
        """The line of a key, or of the innermost mapping in which it is missing."""
        for end in range(len(key), 0, -1):
            line = self.line_of(key[:end])
            if line is not None:
                return line
        return 1


def read_yaml(path: Path, *, shown: Path | None = None) -> YamlFile:
    """Read a file that must hold one mapping.

    Args:
        path: The file.
        shown: How messages name it; None means `path`.

    Raises:
        ManifestError: It cannot be read, or is not UTF-8, not YAML or not a mapping.
    """
    shown = shown or path
    text = _read_text(path, shown)
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        if _too_large(root):
            what = f"holds more than {MAX_VALUES} values, or an alias that leads into itself"
            raise ManifestError(f"{shown}: {what}.", path=shown)
        data = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        raise _slip(text, error, shown) or _broken(error, shown) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        what = f"the character {chr(error.character)!r} cannot stand in YAML"
        raise ManifestError(f"{shown}:{line}: {what}.", path=shown) from None
    except RecursionError:
        raise ManifestError(f"{shown}: nested too deep to be read.", path=shown) from None
    except ValueError as error:  # such as the date 2026-13-45
        raise ManifestError(
            f"{shown}: holds a value that means nothing: {error}.",
            path=shown,
            remedy="put a value that is meant as text in quotes.",
        ) from None
    if root is None or data is None:
        raise ManifestError(f"{shown} is empty.", path=shown, remedy="write its keys into it.")
    if not isinstance(data, dict):
        raise ManifestError(
            f"{shown}:1: holds {kind(data)} where a mapping of keys to values must be.",
            path=shown,
            remedy="write one `key: value` a line.",
        )
    return YamlFile(path, shown, data, tuple(_duplicates(root)), root)


def refusal(
    problems: Iterable[Problem], files: Sequence[YamlFile], *, overridden: Container[str] = ()
) -> ManifestError:
    """One error that tells all problems, each at its line.

    Args:
        problems: At least one; of several with the same key only the first is told.
        files: Where keys may stand; the first file that holds a key is named, and the first of all
            for a key that is missing.
        overridden: Keys whose values came from the call and not from a file.
    """
    unique: dict[tuple[KeyPath, int | None], Problem] = {}
    for problem in problems:
        unique.setdefault((problem.key, problem.line), problem)
    placed = sorted(((_place(each, files), each) for each in unique.values()), key=itemgetter(0))
    lines = []
    for (number, line), problem in placed:
        place = f"{files[number].shown}:{line}"
        if problem.line is None and problem.name in overridden:
            place = "extra_vars"
        lines.append(f"{place}: {problem.name}: {problem.what}.")
    if len(lines) > 1:
        title = f"{files[0].shown.name} has {len(lines)} mistakes:"
        lines = [title, *(f"  {line}" for line in lines)]
    ordered = [problem for _, problem in placed]
    return ManifestError(
        "\n".join(lines), path=files[0].shown, key=ordered[0].name, remedy=_remedy(ordered)
    )


def kind(value: object) -> str:
    """What a value of YAML is called in a message."""
    names: Mapping[type, str] = {
        bool: "a truth value",
        int: "a number",
        float: "a number",
        str: "text",
        list: "a list",
        dict: "a mapping",
        type(None): "nothing",
    }
    return names.get(type(value), f"a {type(value).__name__}")


def _read_text(path: Path, shown: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ManifestError(
            f"{shown} cannot be read: {error.strerror or error}.", path=shown
        ) from error
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ManifestError(
            f"{shown}:{line}: the byte 0x{raw[error.start]:02x} is not UTF-8.",
            path=shown,
            remedy="save the file with the encoding UTF-8.",
        ) from None


def _slip(text: str, error: yaml.MarkedYAMLError, shown: Path) -> ManifestError | None:
    """What people mostly did where YAML says only what it did not expect."""
    mark = error.problem_mark or error.context_mark
    lines = text.splitlines()[: mark.line + 1] if mark else []
    bare = [number for number, line in enumerate(lines, 1) if _NO_BLANK.match(line)]
    if bare and "'\\t'" not in str(error.problem):
        what = f"{shown}:{bare[-1]}: no blank after the colon: {lines[bare[-1] - 1].strip()}."
        return ManifestError(what, path=shown, remedy="write `key: value`.")
    above = next((one for one in lines[-2::-1] if not one.lstrip().startswith("#")), "")
    if lines and lines[-1][:1] == " " and _HAS_VALUE.match(above):
        what = "this line is indented, though the one above it has a value already"
        remedy = "begin it in the column of the line above."
        return ManifestError(f"{shown}:{len(lines)}: {what}.", path=shown, remedy=remedy)
    return None


def _broken(error: yaml.MarkedYAMLError, shown: Path) -> ManifestError:
    mark = error.problem_mark or error.context_mark
    place = f"{shown}:{mark.line + 1}:{mark.column + 1}" if mark else str(shown)
    if "'\\t'" in str(error.problem):
        return ManifestError(
            f"{place}: a tab where YAML wants blanks.",
            path=shown,
            remedy="indent with blanks; most editors can convert tabs.",
        )
    if "another document" in str(error.problem):
        return ManifestError(f"{place}: a second document begins; only one is read.", path=shown)
    if "expected ':'" in str(error.problem) and error.context_mark:
        line = error.context_mark.line + 1
        return ManifestError(
            f"{shown}:{line}: not YAML: this line has no colon after its key.",
            path=shown,
            remedy="write `key: value`.",
        )
    context = ""
    if error.context and error.context_mark:
        context = f" ({error.context} that starts on line {error.context_mark.line + 1})"
    return ManifestError(f"{place}: not YAML: {error.problem}{context}.", path=shown)


def _too_large(root: yaml.Node | None) -> bool:
    count, waiting = 0, [root]
    while waiting and count <= MAX_VALUES:
        node = waiting.pop()
        count += 1
        if isinstance(node, yaml.MappingNode):
            waiting += [each for pair in node.value for each in pair]
        elif isinstance(node, yaml.SequenceNode):
            waiting += node.value
    return count > MAX_VALUES


def _child(node: yaml.Node, part: str | int) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            if name.value == str(part):
                return name.start_mark.line + 1, value
    elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        item = node.value[part]
        return item.start_mark.line + 1, item
    return None


def _duplicates(root: yaml.Node) -> Iterator[Problem]:
    seen: set[int] = set()  # an anchor may lead back to where it stands

    def walk(node: yaml.Node, key: KeyPath) -> Iterator[Problem]:
        if id(node) in seen:
            return
        seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            for index, item in enumerate(node.value):
                yield from walk(item, (*key, index))
        elif isinstance(node, yaml.MappingNode):
            first: dict[str, int] = {}
            for name, value in node.value:
                line = name.start_mark.line + 1
                if isinstance(name, yaml.ScalarNode):
                    if name.value in first:
                        what = f"is given twice, first on line {first[name.value]}"
                        yield Problem((*key, name.value), what, "keep one of them", line)
                    first.setdefault(name.value, line)
                    yield from walk(value, (*key, name.value))

    return walk(root, ())


def _place(problem: Problem, files: Sequence[YamlFile]) -> tuple[int, int]:
    if problem.line is not None:
        return 0, problem.line
    for number, file in enumerate(files):
        line = file.line_of(problem.key)
        if line is not None:
            return number, line
    return 0, files[0].nearest_line_of(problem.key)


def _remedy(problems: Sequence[Problem]) -> str | None:
    told = [problem for problem in problems if problem.remedy]
    if len(problems) == 1:
        return f"{told[0].remedy}." if told else None
    lines = dict.fromkeys(f"\n  {each.name}: {each.remedy}." for each in told)
    return "".join(lines) or None
