"""Progress of slow work: what happens, how it ended, how long it took.

Slow functions take `on_event`, any callable that accepts an `Event`; what they return stays plain.
The sinks here show events: as plain lines (a file, CI), with a spinner (a terminal), as a small
table that is updated in place (a notebook), or not at all.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Literal, Protocol, TextIO

from markupsafe import Markup

from workbench import _html
from workbench._cell import notebook_shell


class Phase(Enum):
    """The phases of a job's life here, in the words of Racetrack's builder where it has them."""

    PREPARING = "preparing job type"
    BASE_IMAGE = "building base image"
    JOB_IMAGE = "building job image"
    STARTING = "starting"
    WAITING = "waiting until ready"
    RUNNING = "running"
    STOPPED = "stopped"
    DEPLOYING = "deploying"
    STEP = "tutorial step"


State = Literal["started", "done", "failed", "note"]


@dataclass(frozen=True)
class Event:
    """Something that began, ended or is worth knowing.

    Attributes:
        phase: Where in the job's life it belongs.
        message: One line for a person.
        state: `started`, `done` or `failed`; `note` for a remark between them.
        seconds: How long it took; None where nothing was measured.
    """

    phase: Phase
    message: str
    state: State = "note"
    seconds: float | None = None

    def __str__(self) -> str:
        took = f" ({self.seconds:.2f} s)" if self.seconds is not None else ""
        mark = {"started": "...", "done": "ok ", "failed": "!! ", "note": "   "}[self.state]
        return f"{mark} {self.phase.value}: {self.message}{took}"


Sink = Callable[[Event], None]


def silent(event: Event) -> None:
    """Show nothing."""
    del event


@dataclass
class Outcome:
    """What a step will have said when it ends; set `message` from within it."""

    message: str


class Interrupted(KeyboardInterrupt):
    """An interrupt of a step, which says what was going on, and for how long.

    A notebook shows that one line in place of a traceback.
    """

    def _render_traceback_(self) -> list[str]:
        """Tell IPython to show the text alone."""
        return [f"Interrupted: {self}"]


@contextmanager
def step(on_event: Sink, phase: Phase, message: str) -> Iterator[Outcome]:
    """Report that work starts, and then how it ended and how long it took.

    Args:
        on_event: Where to report.
        phase: Where in the job's life the work belongs.
        message: What is being done; the body may replace it by what was done.

    Yields:
        The outcome, whose message the body may set.

    Raises:
        Interrupted: The body was interrupted; whatever else it raises is raised on.
    """
    start = time.perf_counter()
    outcome = Outcome(message)
    try:
        on_event(Event(phase, message, "started"))
        yield outcome
    except BaseException as error:  # an interrupt ends a step too
        seconds = time.perf_counter() - start
        on_event(Event(phase, message, "failed", seconds))
        if isinstance(error, KeyboardInterrupt) and not isinstance(error, Interrupted):
            told = f"{phase.value}: {message}, after {seconds:.1f} s."
            raise Interrupted(told) from None
        raise
    on_event(Event(phase, outcome.message, "done", time.perf_counter() - start))


@dataclass
class PlainSink:
    """One line for each end of a phase and each note; for files, pipes and CI."""

    stream: TextIO

    def __call__(self, event: Event) -> None:
        """Print the event, unless it only says that something began."""
        if event.state != "started":
            print(event, file=self.stream, flush=True)


class RichSink:
    """A spinner with the running phase, and one line for each that ended; for terminals."""

    def __init__(self) -> None:
        from rich.console import Console

        self._console = Console(stderr=True, highlight=False)
        self._status = self._console.status("")

    def __call__(self, event: Event) -> None:
        """Spin while a phase runs; print a line when it has ended."""
        if event.state == "started":
            self._status.update(f"{event.phase.value}: {event.message}")
            self._status.start()
            return
        if event.state != "note":
            self._status.stop()
        style = {"done": "green", "failed": "bold red"}.get(event.state, "dim")
        self._console.print(str(event), style=style, markup=False)


COUNTED_EACH = 1.0
"""Seconds between two counts of what runs."""


class DisplayHandle(Protocol):
    """The part of IPython's display handle that is used here."""

    def update(self, obj: object) -> Any:
        """Show `obj` in the place of what was shown before."""


@dataclass
class NotebookSink:
    """A table under the cell, updated in place.

    At most one update each `interval` seconds, since a burst of messages is dropped between kernel
    and browser; a timer shows what came last, so that nothing stands still between bursts. While
    something runs, its seconds are counted: what is slow is seen to move.
    """

    interval: float = 0.1
    _events: list[Event] = field(default_factory=list)
    _handle: DisplayHandle | None = None
    _shown_at: float = 0.0
    _started_at: float = 0.0
    _timer: threading.Timer | None = None
    _due: float = 0.0
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def __call__(self, event: Event) -> None:
        """Take the event; show it now, or when the interval has passed."""
        with self._lock:
            last = self._events[-1] if self._running() else None
            if last is not None and event.state == "note":
                self._events.insert(-1, event)
            elif last is not None and (event.state != "started" or event.phase is last.phase):
                self._events[-1] = event  # its end, or what it is at now
            else:
                self._events.append(event)
            if event.state == "started":
                self._started_at = time.monotonic()
            wait = self._shown_at + self.interval - time.monotonic()
            if wait <= 0 or event.state == "failed":  # what follows may be the end of the cell
                self._show()
            else:
                self._show_in(wait)

    def html(self) -> Markup:
        """The table as it stands."""
        marks = {
            "started": _html.badge("running", _html.WARN),
            "done": _html.badge("done", _html.GOOD),
            "failed": _html.badge("failed", _html.BAD),
            "note": Markup(""),
        }
        rows = (
            (
                marks[event.state],
                _unbroken(event.phase.value),
                event.message,
                _unbroken(self._took(event)),
            )
            for event in self._events
        )
        return _html.table(("", "phase", "what", "took"), rows)

    def _took(self, event: Event) -> str:
        if event.seconds is not None:
            return f"{event.seconds:.2f} s"
        so_far = time.monotonic() - self._started_at
        running = event.state == "started" and event is self._events[-1]
        return f"{so_far:.0f} s so far" if running and so_far >= 1 else ""

    def _running(self) -> bool:
        return bool(self._events) and self._events[-1].state == "started"

    def _show_in(self, wait: float) -> None:
        """Show it then, unless it is shown before."""
        due = time.monotonic() + wait
        if self._timer is not None:
            if self._due <= due:
                return
            self._timer.cancel()
        self._due = due
        self._timer = threading.Timer(wait, self._show)
        self._timer.daemon = True
        self._timer.start()

    def _show(self) -> None:
        from IPython.display import HTML, display

        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            self._shown_at = time.monotonic()
            page = HTML(str(self.html()))  # type: ignore[no-untyped-call]
            if self._handle is None:
                self._handle = display(page, display_id=True)  # type: ignore[no-untyped-call]
            else:
                self._handle.update(page)
            if self._running():
                self._show_in(COUNTED_EACH)


def _unbroken(text: str) -> str:
    """The text with blanks at which a narrow column is not wrapped."""
    return text.replace(" ", "\N{NO-BREAK SPACE}")


def show_in_notebook(page: Markup) -> None:
    """Show a page below the cell that runs; elsewhere, show nothing."""
    if notebook_shell():
        from IPython.display import HTML, display

        display(HTML(str(page)))  # type: ignore[no-untyped-call]


def default_sink() -> Sink:
    """What library functions use when no sink is given: a table in a notebook, else nothing."""
    return NotebookSink() if notebook_shell() else silent


def terminal_sink() -> Sink:
    """What the command line uses: a spinner on a terminal, else plain lines, on stderr."""
    return RichSink() if sys.stderr.isatty() else PlainSink(sys.stderr)
