"""Where the top-level declarations of a Go file begin and end.

Go is read only as far as that takes: brackets are counted, and what stands in comments and strings
is passed over. A file with a mistake in it is read as well as it can be, since gofmt lays code out
so that a declaration ends at a `}` or `)` in the first column.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_KEYWORD = re.compile(r"(?:func|type|var|const|import)\b")
_FUNC = re.compile(r"func\s+(?:\(\s*(?:\w+\s+)?\*?\s*(\w+)(?:\[[^\]]*\])?\s*\)\s*)?(\w+)")
_SINGLE = re.compile(r"(?:type|var|const)\s+(\w+(?:\s*,\s*\w+)*)")
_GROUP = re.compile(r"(?:type|var|const)\s*\(")
_MEMBER = re.compile(r"\t(\w+(?:\s*,\s*\w+)*)")
_PASSED_OVER = re.compile(
    r"//[^\n]*"
    r"|/\*.*?(?:\*/|\Z)"
    r"|`[^`]*(?:`|\Z)"
    r'|"(?:\\.|[^"\\\n])*"?'
    r"|'(?:\\.|[^'\\\n])*'?",
    re.DOTALL,
)
_GOES_ON = "\\"  # at the end of a line that ends within a string


@dataclass(frozen=True)
class Declaration:
    """One declaration of a Go file, or a group of them in parentheses.

    Attributes:
        names: What it declares; a method as `type.method`, and all members of a group.
        first: Its first line, from 1, with the comment right above it.
        last: Its last line.
    """

    names: tuple[str, ...]
    first: int
    last: int


def declarations(text: str) -> list[Declaration]:
    """All top-level declarations of a Go file, in their order."""
    lines = text.split("\n")
    bare = _PASSED_OVER.sub(_blank, text).split("\n")
    starts = [number for number, line in enumerate(bare) if _KEYWORD.match(line)]
    found = []
    for start, limit in zip(starts, [*starts[1:], len(bare)], strict=True):
        end = _end(bare, start, limit)
        first = start
        while first and lines[first - 1].startswith("//"):
            first -= 1
        names = tuple(_names(bare[start : end + 1]))
        found.append(Declaration(names, first + 1, end + 1))
    return found


def _blank(passed_over: re.Match[str]) -> str:
    """Something on the same lines that declares nothing and opens nothing."""
    if passed_over[0].startswith("/"):
        return re.sub(r"[^\n]", " ", passed_over[0])
    return re.sub(r"[^\n]", "_", passed_over[0]).replace("\n", f"{_GOES_ON}\n")


def _end(bare: list[str], start: int, limit: int) -> int:
    depth = 0
    for number in range(start, limit):
        line = bare[number].rstrip()
        depth += sum(line.count(sign) for sign in "([{") - sum(line.count(sign) for sign in ")]}")
        if number > start and line in ("}", ")"):
            return number
        if depth <= 0 and not line.endswith((_GOES_ON, ",", "=", "+", "|", "&", ".")):
            return number
    return limit - 1


def _names(bare: list[str]) -> Iterator[str]:
    head = bare[0]
    if head.startswith("import"):
        yield "import"
    elif function := _FUNC.match(head):
        yield f"{function[1]}.{function[2]}" if function[1] else function[2]
    elif _GROUP.match(head):
        depth = 1
        for line in bare[1:]:
            if depth == 1 and (member := _MEMBER.match(line)):
                yield from re.split(r"\s*,\s*", member[1])
            depth += sum(map(line.count, "([{")) - sum(map(line.count, ")]}"))
    elif single := _SINGLE.match(head):
        yield from re.split(r"\s*,\s*", single[1])
