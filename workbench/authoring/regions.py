"""Parts of a file, found by what a person would call them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from workbench.authoring.go_source import Declaration, declarations
from workbench.errors import UsageError

MOST_NAMED = 24
"""How many regions an error lists."""

_RANGE = re.compile(r"(\d+)(?:\s*-\s*(\d+))?")
_STARTS = {
    "docker": re.compile(r"[A-Z]{3,} \S+|\{%-? \w+ \w+"),
    "make": re.compile(r"[\w.-]+:"),
    "python": re.compile(r"\s*(?:(?:async )?def|class) \w+"),
    "yaml": re.compile(r"[\w.-]+:"),
}


@dataclass(frozen=True)
class Region:
    """Lines of a file, from `first` to `last`, both counted from 1 and both within."""

    first: int
    last: int


def find_region(text: str, region: str | None, *, name: str, language: str) -> Region:
    """The lines that a region's name stands for.

    Args:
        text: The whole file.
        region: None for all of it; `10-20` or `10` for lines; of Go the name of a function, type,
            variable, constant or method (`newRouter`, or `service.newRouter`), or `import`; of
            anything else a text that stands on one line only, where the region begins.
        name: The file, for messages.
        language: As `language_of` tells it.

    Raises:
        UsageError: There is no such region, or several; tells which there are.
    """
    lines = text.removesuffix("\n").split("\n")
    if region is None:
        return Region(1, len(lines))
    numbers = _RANGE.fullmatch(region.strip())
    if numbers:
        first, last = int(numbers[1]), int(numbers[2] or numbers[1])
        if not 1 <= first <= last <= len(lines):
            raise UsageError(f"{name} has no lines {region}: it has {len(lines)}.")
        return Region(first, last)
    if language == "go":
        return _of_go(declarations(text), region, name)
    return _from_marker(lines, region, name, language)


def _of_go(found: Sequence[Declaration], region: str, name: str) -> Region:
    fitting = [one for one in found if region in one.names] or [
        one for one in found if any(known.endswith(f".{region}") for known in one.names)
    ]
    if len(fitting) == 1:
        return Region(fitting[0].first, fitting[0].last)
    if fitting:
        full = [each for one in fitting for each in one.names if each.endswith(f".{region}")]
        raise UsageError(
            f"{name} has {region!r} {len(fitting)} times.",
            remedy=f"name one of them: {', '.join(full or [region])}; or name lines, as `10-20`.",
        )
    raise UsageError(
        f"{name} has no {region!r}.",
        remedy=_listed([known for one in found for known in one.names]),
    )


def _from_marker(lines: Sequence[str], marker: str, name: str, language: str) -> Region:
    hits = [number for number, line in enumerate(lines) if marker in line]
    if len(hits) != 1:
        where = ", ".join(str(number + 1) for number in hits)
        what = f"on several lines: {where}" if hits else "on no line"
        raise UsageError(f"{name} has {marker!r} {what}.", remedy=_starts(lines, language))
    start = hits[0]
    end = _paragraph(lines, start) if language not in ("python", "yaml") else _block(lines, start)
    indent = _indent(lines[start])
    while start and re.match(rf"{indent}(#|@\w)", lines[start - 1]):
        start -= 1  # the comment or decorator above belongs to it
    return Region(start + 1, end + 1)


def _paragraph(lines: Sequence[str], start: int) -> int:
    end = start
    while end + 1 < len(lines) and lines[end + 1].strip():
        end += 1
    return end


def _block(lines: Sequence[str], start: int) -> int:
    """The last line that is indented below the line `start`, or closes a bracket of it."""
    indent = _indent(lines[start])
    below = rf"{indent}(\s+\S|[\])}}])"
    if lines[start].rstrip().endswith(":"):
        below = rf"{indent}(\s+\S|[\])}}]|- )"  # YAML lets the items of a list stand below the key
    end = start
    for number in range(start + 1, len(lines)):
        if re.match(below, lines[number]):
            end = number
        elif lines[number].strip():
            break
    return end


def _indent(line: str) -> str:
    return re.escape(line[: len(line) - len(line.lstrip())])


def _starts(lines: Sequence[str], language: str) -> str:
    form = _STARTS.get(language)
    matches = [form.match(line) for line in lines] if form else []
    words = [match[0].strip() for match in matches if match]
    return _listed([f"`{word}`" for word in words if sum(word in line for line in lines) == 1])


def _listed(names: Sequence[str]) -> str:
    lines = "or name lines, as `10-20`."
    if not names:
        return f"name a text that stands on one line, {lines}"
    more = ", ..." if len(names) > MOST_NAMED else ""
    return f"there are: {', '.join(names[:MOST_NAMED])}{more}; {lines}"
