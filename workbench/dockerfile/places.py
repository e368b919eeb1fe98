"""Where in a template a mistake stands, which is often not the line where Jinja noticed it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from jinja2 import Environment, TemplateSyntaxError, nodes

_ENDED_BY = {
    name: f"end{name}"
    for name in ("for", "if", "macro", "call", "filter", "set", "block", "with", "autoescape")
}

CLOSE = "close the tag with %} or }}, both characters."


@dataclass(frozen=True)
class Place:
    """A mistake's own line.

    Attributes:
        line: From 1.
        what: What is wrong there.
        remedy: What to do about it.
    """

    line: int
    what: str
    remedy: str


@dataclass(frozen=True)
class _Tag:
    """One `{% ... %}` or `{{ ... }}`.

    Attributes:
        opening: How it begins, such as `{%-`.
        line: Where it opens.
        end: The line where it is closed; None if it never is.
        swallows: Whether another tag begins within it, as one does after a lost end.
        words: What is in it, without blanks.
    """

    opening: str
    line: int
    end: int | None
    swallows: bool
    words: tuple[str, ...]

    @property
    def name(self) -> str:
        """What a `{%` tag begins with, such as `if`."""
        return self.words[0] if self.opening.startswith("{%") and self.words else ""

    @property
    def opens_block(self) -> bool:
        """Whether it takes an end tag; `set` does without a `=` only."""
        return self.name in _ENDED_BY and not (self.name == "set" and "=" in self.words)


def syntax_place(source: str, error: TemplateSyntaxError) -> Place | None:
    """The tag or block that was left open, where that is the reason of a mistake of syntax.

    Args:
        source: The template.
        error: What Jinja says of it.

    Returns:
        The place; None where the line of the error is the best there is.
    """
    message = str(error.message)
    tags = list(_tags(source))
    open_tag = next((tag for tag in tags if _lost_its_end(tag, error.lineno)), None)
    if open_tag is not None:
        seen = f"; it was noticed in line {error.lineno}: {message}"
        return Place(open_tag.line, f"{open_tag.opening} opens here and is not closed{seen}", CLOSE)
    at_end = message.startswith("Unexpected end of template")
    if at_end or "The innermost block that needs to be closed" in message:
        return _open_block(tags, error.lineno, at_end=at_end)
    return None


def name_line(source: str, name: str, first: int) -> int:
    """Where a name stands: in the line `first` of a statement, or in one that this goes on in.

    Jinja knows the line that a statement begins in; a dict, say, may go on over many more.
    """
    lines = [
        node.lineno
        for node in Environment(autoescape=True)
        .parse(source)
        .find_all((nodes.Name, nodes.Getattr, nodes.Getitem))
        if node.lineno >= first and _names(node) == name
    ]
    return min(lines, default=first)


def _names(node: nodes.Node) -> object:
    if isinstance(node, nodes.Name):
        return node.name
    if isinstance(node, nodes.Getattr):
        return node.attr
    key = node.arg if isinstance(node, nodes.Getitem) else None
    return key.value if isinstance(key, nodes.Const) else None


def _lost_its_end(tag: _Tag, noticed: int) -> bool:
    reaches = tag.line < noticed and (tag.end is None or tag.end >= noticed)
    return reaches and (tag.end is None or tag.swallows)


def _open_block(tags: list[_Tag], noticed: int, *, at_end: bool) -> Place | None:
    open_blocks: list[_Tag] = []
    closing = None
    for tag in tags:
        if tag.opens_block:
            open_blocks.append(tag)
        elif tag.name.startswith("end"):
            if open_blocks and _ENDED_BY[open_blocks[-1].name] == tag.name:
                open_blocks.pop()
            elif not at_end and tag.line == noticed:
                closing = tag
                break
    if not open_blocks or (closing is None and not at_end):
        return None
    block = open_blocks[-1]
    end = f"{{% {_ENDED_BY[block.name]} %}}"
    until = f"{{% {closing.name} %}} in line {noticed}" if closing else "the end of the file"
    return Place(
        block.line,
        f"the block {block.name} that opens here has no {end} before {until}",
        f"add {end} where the block ends; or to one within it, whose own is missing.",
    )


def _tags(source: str) -> Iterator[_Tag]:
    """All tags, as far as their letters can be told apart."""
    opening, line, swallows = "", 0, False
    words: list[str] = []
    try:
        for number, kind, value in Environment(autoescape=True).lex(source):
            if kind in ("block_begin", "variable_begin"):
                opening, line, swallows, words = value, number, False, []
            elif kind in ("block_end", "variable_end"):
                yield _Tag(opening, line, number, swallows, tuple(words))
                opening = ""
            elif opening and kind != "whitespace":
                swallows = swallows or (words[-1:] == ["{"] and value in ("{", "%"))
                words.append(value)
    except TemplateSyntaxError as error:
        # A bracket of the wrong kind stands where it was noticed; all else hides a lost end.
        if ", expected " in str(error.message) and not swallows:
            return
    if opening:
        yield _Tag(opening, line, None, swallows, tuple(words))
