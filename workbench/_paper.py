"""What lines for a terminal are written on."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import Self

WIDTH = 100


@dataclass(frozen=True)
class Paper:
    """What lines are written on.

    Attributes:
        width: Columns.
        colour: Whether it shows colours.
    """

    width: int = WIDTH
    colour: bool = False

    @classmethod
    def of_stdout(cls, width: int | None = None, colour: bool | None = None) -> Self:
        """The terminal at stdout, as far as nothing else was asked for.

        NO_COLOR and its like are obeyed. Where stdout is no terminal: 100 columns, no colour.
        """
        from rich.console import Console

        console = Console(force_jupyter=False)
        if colour is None:
            colour = console.color_system is not None and not console.no_color
        if width is None:
            width = console.width if console.is_terminal else WIDTH
        return cls(max(width, 40), colour)

    def wrap(self, text: str, first: str, rest: str) -> list[str]:
        """The text in lines, with one indent for the first and one for the others."""
        return textwrap.wrap(
            text, self.width, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False
        )
