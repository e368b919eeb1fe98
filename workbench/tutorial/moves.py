"""When the playground was last moved to another chapter, and from where.

`goto` notes it down; notebooks that show what was before can tell by it.
"""

from __future__ import annotations

import os
import time
from typing import Literal

from pydantic import BaseModel

from workbench._cell import running_cell
from workbench._state_file import StateFile
from workbench.tutorial.playground import Playground
from workbench.tutorial.step import Step

_now = time.time


class Move(BaseModel):
    """The last call of `goto`.

    Attributes:
        at: When, in Unix seconds; 0 where there was none.
        to: The chapter that was gone to, by its id.
        process: The process that did it.
        cell: The number of the cell that did it; None where it was no cell.
    """

    version: Literal[1] = 1
    at: float = 0.0
    to: str = ""
    process: int = 0
    cell: int | None = None


def note_move(playground: Playground, step: Step) -> None:
    """Note down that the playground becomes what the chapters before `step` leave."""
    cell = running_cell()

    def change(move: Move) -> None:
        move.at, move.to, move.process = _now(), step.id, os.getpid()
        move.cell = cell.number if cell else None

    _file(playground).update(change)


def last_move(playground: Playground) -> Move:
    """What was noted down last."""
    return _file(playground).read().state


def when_noted(playground: Playground) -> int:
    """What tells whether anything was noted since; it costs no reading."""
    try:
        return _file(playground).path.stat().st_mtime_ns
    except OSError:
        return 0


def _file(playground: Playground) -> StateFile[Move]:
    return StateFile(playground.state_dir / "moved.json", Move)
