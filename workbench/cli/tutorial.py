"""Verbs for moving about in the tutorial: goto, reset."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from workbench.cli.output import say, show

if TYPE_CHECKING:
    from workbench.tutorial import Moved


def goto(
    step: Annotated[
        str, typer.Argument(metavar="STEP", help="The chapter that comes next: id or number.")
    ],
) -> None:
    """Make the playground ready for a chapter.

    It is then as the chapters before leave it. What was there is kept on a branch of its git
    repository; the command that brings it back is printed.
    """
    from workbench.tutorial import goto as go

    _tell(go(step))


def reset(
    step: Annotated[
        str | None,
        typer.Argument(
            metavar="STEP", help="The chapter: id or number; all of them.", show_default=False
        ),
    ] = None,
    file: Annotated[
        str | None,
        typer.Argument(
            metavar="FILE", help="One of its files; all that it writes.", show_default=False
        ),
    ] = None,
) -> None:
    """Put files back into their finished form.

    What they held is kept on a branch of the playground's git repository; the command that brings
    it back is printed.
    """
    from workbench.tutorial import reset as put_back

    _tell(put_back(step, file))


def _tell(moved: Moved) -> None:
    for line in moved.lines():
        say(line)
    if moved.command:
        say("To bring it back:")
        show(moved.command)
        if moved.back_then:
            say(moved.back_then)
