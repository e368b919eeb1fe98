"""A rehearsal: all chapters one after another, without a network, and how long each takes."""

from __future__ import annotations

import socketserver
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import nbformat

from workbench._offline import settings_for
from workbench.errors import NotebookError
from workbench.notebooks.form import find_notebooks
from workbench.notebooks.run import run_notebook

SLOWEST = 5
"""How many of the slowest cells are told."""

_LONGEST_LINE = 8192


@dataclass(frozen=True)
class Cell:
    """A code cell that ran.

    Attributes:
        chapter: Its notebook's name, without the suffix.
        id: Its own.
        seconds: How long it ran.
    """

    chapter: str
    id: str
    seconds: float


@dataclass(frozen=True)
class Rehearsed:
    """One chapter of a rehearsal.

    Attributes:
        chapter: The notebook's name, without the suffix.
        seconds: How long it took, the kernel's start included.
        problem: Why it did not run to its end; None where it did.
        wanted: What it asked the network for, in the order in which it did.
        cells: Its cells that ran; none where it did not run to its end.
    """

    chapter: str
    seconds: float
    problem: str | None
    wanted: tuple[str, ...]
    cells: tuple[Cell, ...]

    def __str__(self) -> str:
        return f"{self.seconds:6.1f} s  {self.chapter:<24} {'failed' if self.problem else 'ran'}"


@dataclass(frozen=True)
class Rehearsal:
    """How all chapters went.

    Attributes:
        chapters: Each, in order.
        seconds: How long all of them took.
    """

    chapters: tuple[Rehearsed, ...]
    seconds: float

    @property
    def ok(self) -> bool:
        """Whether every chapter ran to its end."""
        return all(one.problem is None for one in self.chapters)

    @property
    def slowest(self) -> list[Cell]:
        """The cells that took longest, the slowest first."""
        cells = [cell for one in self.chapters for cell in one.cells]
        return sorted(cells, key=lambda cell: -cell.seconds)[:SLOWEST]

    def summary(self) -> str:
        """What there is to say after the last chapter: the sum, slow cells, the network."""
        lines = [f"{self.seconds:6.1f} s  in all", "The slowest cells:"]
        lines += [f"{cell.seconds:6.1f} s  {cell.chapter}: {cell.id}" for cell in self.slowest]
        wanted = [f"  {one.chapter}: {what}" for one in self.chapters for what in one.wanted]
        lines.append("What needed the network:" if wanted else "Nothing needed the network.")
        return "\n".join(lines + wanted)

    def __str__(self) -> str:
        return "\n".join([*map(str, self.chapters), self.summary()])


def rehearse(
    paths: Sequence[Path] | None = None, *, on_chapter: Callable[[Rehearsed], None] | None = None
) -> Rehearsal:
    """Run chapters in order in one playground, which is thrown away, and without a network.

    Go and whatever heeds the variables for proxies is sent to a place on this machine that refuses
    every request and notes it down. The caches are those of every day: what they lack is told.
    Where Docker answers, jobs' images are built without a network; base images as always.

    Args:
        paths: The notebooks; None for all of the workbench's.
        on_chapter: Called with each chapter when it has ended.

    Returns:
        How each went; one that fails raises nothing here, and the next one is run all the same.
    """
    start = time.monotonic()
    chapters = []
    with tempfile.TemporaryDirectory(prefix="workbench-rehearsal-") as folder:
        env = {
            "WORKBENCH_PLAYGROUND": str(Path(folder).resolve() / "playground"),
            "WORKBENCH_DOCKER_NETWORK": "none",
        }
        for path in find_notebooks() if paths is None else paths:
            chapters.append(_run(path, env))
            if on_chapter is not None:
                on_chapter(chapters[-1])
    return Rehearsal(tuple(chapters), time.monotonic() - start)


def _run(path: Path, env: Mapping[str, str]) -> Rehearsed:
    start = time.monotonic()
    problem: str | None = None
    cells: tuple[Cell, ...] = ()
    with no_network() as (without, wanted):
        try:
            run = run_notebook(path, env={**env, **without})
        except NotebookError as error:
            problem = str(error)
        else:
            cells = tuple(_timed(path.stem, run.notebook))
    return Rehearsed(
        path.stem, time.monotonic() - start, problem, tuple(dict.fromkeys(wanted)), cells
    )


def _timed(chapter: str, notebook: nbformat.NotebookNode) -> Iterator[Cell]:
    for cell in notebook.cells:
        times = cell.metadata.get("execution", {})
        begun, ended = (times.get(key) for key in ("iopub.execute_input", "shell.execute_reply"))
        if begun and ended:
            took = datetime.fromisoformat(ended) - datetime.fromisoformat(begun)
            yield Cell(chapter, cell.id, took.total_seconds())


@contextmanager
def no_network() -> Iterator[tuple[dict[str, str], list[str]]]:
    """A place on this machine that refuses all requests which programs would send elsewhere.

    Yields:
        The environment that sends programs there, and what they asked for so far.
    """
    wanted: list[str] = []

    class Refuse(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            words = self.rfile.readline(_LONGEST_LINE).decode(errors="replace").split()
            if len(words) > 1:
                wanted.append(words[1].removeprefix("/"))
            self.wfile.write(
                b"HTTP/1.1 403 No network in a rehearsal\r\n"
                b"Content-Length: 0\r\nConnection: close\r\n\r\n"
            )

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Refuse) as server:
        thread = threading.Thread(target=server.serve_forever, name="no network", daemon=True)
        thread.start()
        address = f"http://127.0.0.1:{server.server_address[1]}"
        try:
            yield settings_for(address), wanted
        finally:
            server.shutdown()
            thread.join()
