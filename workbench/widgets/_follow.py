"""Views that follow a job by themselves, each in a thread that ends with the job.

A thread, since tasks of asyncio stand still while a cell runs. It sets values of widgets and never
prints: text printed by a thread lands in whichever cell runs next.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol

from workbench._cell import running_cell

LOOK = 0.2
"""Seconds between two looks: five updates a second at most, where ten are still safe."""

_running: dict[tuple[str, str], Follower] = {}
_guard = threading.Lock()


class Followed(Protocol):
    """What is followed: it runs, and ends."""

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""


class View(Protocol):
    """What a follower tells what it sees."""

    def look(self, ended: bool) -> None:
        """Look at the job once; `ended` if it is the last time, for the job is over."""

    def fail(self, error: Exception) -> None:
        """Show that looking went wrong."""

    def leave(self) -> None:
        """Show that the view is not followed any more, for another one took its place."""

    def settle(self) -> None:
        """Show what a saved notebook is to keep: nothing changes any more."""


class Follower:
    """Looks at a job until that ends, or until the same cell is run again.

    Args:
        kind: What the view is; a cell has one follower of a kind for a job of one name.
        job: The job, or what else ends one day.
        view: What is told.
        name: What the job is called.

    Attributes:
        cell: The cell that the view is shown in; None elsewhere.
    """

    def __init__(self, kind: str, job: Followed, view: View, name: str) -> None:
        self._job = job
        self._view = view
        self._stop = threading.Event()
        self.cell = running_cell()
        where = self.cell.id if self.cell else ""
        self._key = (kind, f"{where} {name}")
        self._thread = threading.Thread(target=self._run, name=kind, daemon=True)

    def start(self) -> None:
        """Begin, in the place of the one that this cell began the last time it ran."""
        with _guard:
            former = _running.get(self._key)
            _running[self._key] = self
        if former is not None:
            former.stop()
        self._look()  # so that there is something to see at once
        self._thread.start()

    def stop(self) -> None:
        """End it before its next look; a look that has begun is finished."""
        self._stop.set()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until it has ended; whether it has."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _run(self) -> None:
        ended = False
        while not ended and not self._stop.wait(LOOK):
            ended = self._look()
        with suppress(Exception):  # there is no view left that could tell of it
            if not ended:
                self._view.leave()
            self._view.settle()
        with _guard:
            if _running.get(self._key) is self:
                del _running[self._key]

    def _look(self) -> bool:
        ended = False
        try:
            ended = self._job.exit_code is not None  # asked before looking: nothing is missed
            self._view.look(ended)
        except Exception as error:  # noqa: BLE001 - nobody else would tell of it
            with suppress(Exception):
                self._view.fail(error)
        return ended


class Following:
    """A view that changes by itself, for as long as its follower looks."""

    _follower: Follower

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until nothing more will change: what it follows is over, or its cell was run again.

        Args:
            timeout: Seconds; None for as long as it takes.

        Returns:
            Whether that is so.
        """
        return self._follower.wait(timeout)


class Shown:
    """The places where a view was shown, to be brought up to date in place.

    What is shown is what a saved notebook keeps. A view that only tells is plain HTML, updated
    where it stands. One with widgets is replaced by plain HTML at its end: a notebook that is
    opened later has no kernel behind it, and shows an error in the place of every widget.

    Args:
        bundle: Gives what to show, by MIME type.
    """

    def __init__(self, bundle: Callable[[], dict[str, Any]]) -> None:
        self._bundle = bundle
        self._handles: list[Any] = []
        self._lock = threading.Lock()

    def show(self) -> None:
        """Show it below the cell that runs."""
        from IPython.display import display

        with self._lock:  # what changes meanwhile is shown by the update that follows
            handle = display(self._bundle(), raw=True, display_id=True)  # type: ignore[no-untyped-call]
            self._handles.append(handle)

    def update(self) -> None:
        """Show the present state in all places."""
        with self._lock:
            for handle in self._handles:
                handle.update(self._bundle(), raw=True)
