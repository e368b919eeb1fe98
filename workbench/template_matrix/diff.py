"""What differs between two rendered Dockerfiles."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import unified_diff

from markupsafe import Markup

from workbench import _html

CONTEXT = 2
"""Lines that are shown round those that differ."""


@dataclass(frozen=True, repr=False)
class DockerfileDiff:
    """From one Dockerfile to another; false where they are the same.

    Attributes:
        before: What the first one is called.
        after: What the second one is called.
        lines: A unified diff; none where nothing differs.
    """

    before: str
    after: str
    lines: tuple[str, ...]

    @classmethod
    def between(cls, before: str, old: str, after: str, new: str) -> DockerfileDiff:
        """Compare two texts, each of which has a name."""
        # Not splitlines(): Docker ends a line at a newline only.
        first, second = (text.removesuffix("\n").split("\n") for text in (old, new))
        lines = unified_diff(first, second, before, after, lineterm="", n=CONTEXT)
        return cls(before, after, tuple(lines))

    @property
    def added(self) -> int:
        """How many lines only the second one has."""
        return sum(line.startswith("+") for line in self.lines[2:])

    @property
    def removed(self) -> int:
        """How many lines only the first one has."""
        return sum(line.startswith("-") for line in self.lines[2:])

    @property
    def summary(self) -> str:
        """How much it is, such as `+3 -1`."""
        counted = ((self.added, "+"), (self.removed, "-"))
        return " ".join(f"{sign}{count}" for count, sign in counted if count) or "the same"

    def __bool__(self) -> bool:
        return bool(self.lines)

    def __str__(self) -> str:
        return "\n".join(self.lines) or f"{self.before} and {self.after}: the same"

    def __repr__(self) -> str:
        return f"<DockerfileDiff {self.before} -> {self.after}: {self.summary}>"

    def _repr_html_(self) -> Markup:
        head = Markup("<div><b>{}</b> → <b>{}</b>: {}</div>").format(
            self.before, self.after, self.summary
        )
        return _html.as_it_is(head + self.html())

    def html(self) -> Markup:
        """The lines alone, without the two that name the sides."""
        return _html.diff("\n".join(self.lines[2:])) if self else Markup("")
