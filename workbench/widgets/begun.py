"""The head of a chapter in a notebook: it tells when the playground is moved somewhere else.

What the cells below show is from before then. JupyterLab keeps it all the same, and somebody who
comes back would take it for what is there now.
"""

from __future__ import annotations

import os
import threading
import time
from contextlib import suppress
from typing import Any

from markupsafe import Markup

from workbench import _html
from workbench._cell import notebook_shell, running_cell
from workbench.tutorial.moves import Move, last_move, when_noted
from workbench.tutorial.playground import Playground
from workbench.tutorial.progress import page_link
from workbench.tutorial.views import ChapterBegun
from workbench.widgets import _parts
from workbench.widgets._follow import Shown

LOOK = 0.5
"""Seconds between two looks at whether the playground was moved."""

BEFORE = "application/vnd.racetrack-workbench.before+json"
"""The type of what tells our extension of JupyterLab the cells that show what was before."""

_heads: dict[str, ChapterHead] = {}
_guard = threading.Lock()
_before = 0
"""Cells of this kernel with a lower number ran before the last move."""


class ChapterHead:
    """Where one is, followed until its cell runs again.

    Args:
        begun: What `begin` gave.
    """

    def __init__(self, begun: ChapterBegun) -> None:
        self._begun = begun
        self._ground = Playground(begun.playground)
        self._noted = when_noted(self._ground)
        self._known = last_move(self._ground).at
        self._move: Move | None = None
        self._shown = Shown(self._bundle)
        self._stop = threading.Event()
        cell = running_cell()
        self._key = cell.id if cell else ""
        self._thread = threading.Thread(target=self._run, name="chapter head", daemon=True)

    def html(self) -> Markup:
        """The head as it is shown, now."""
        page = self._begun._repr_html_()
        return page + _parts.status(self._note(self._move)) if self._move else page

    def look(self) -> None:
        """See whether the playground was moved since, and show it."""
        global _before
        noted = when_noted(self._ground)
        if noted == self._noted:
            return
        self._noted = noted
        move = last_move(self._ground)
        if move.at in (0.0, self._known):
            return
        self._known, self._move = move.at, move
        _before = max(_before, _first_after(move))
        self._shown.update()

    def stop(self) -> None:
        """Look no more."""
        self._stop.set()

    def _ipython_display_(self) -> None:
        with _guard:
            former = _heads.get(self._key)
            _heads[self._key] = self
        if former is not None:
            former.stop()
        self._shown.show()
        self._thread.start()

    def _run(self) -> None:
        while not self._stop.wait(LOOK):
            with suppress(Exception):  # what is shown stays; there is nobody to tell
                self.look()

    def _note(self, move: Move) -> Markup:
        chapters = self._begun.progress.chapters
        here = move.to == self._begun.step.id
        link = next((page_link(one) for one in chapters if one.id == move.to), Markup(""))
        at = time.strftime("%H:%M", time.localtime(move.at))
        return Markup(
            "{}: at {} the playground was moved to where {} begins. What cells show here is from "
            "before: {}run them again, this one first."
        ).format(
            _html.badge("outdated", _html.WARN),
            at,
            "this chapter" if here else link,
            "" if here else "go on there, or ",
        )

    def _bundle(self) -> dict[str, Any]:
        bundle: dict[str, Any] = {"text/plain": repr(self._begun), "text/html": str(self.html())}
        if _before:
            bundle[BEFORE] = {"before": _before}
        return bundle


def _first_after(move: Move) -> int:
    """The number of the first cell of this kernel that did not run before the move."""
    if move.process == os.getpid() and move.cell:
        return move.cell
    shell = notebook_shell()
    return int(shell.execution_count) if shell else 0
