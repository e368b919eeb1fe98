"""A running job as a value: where it is, what it answers, what it wrote, and how to stop it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import quote, urlsplit

import requests

from workbench import calls
from workbench._cell import Cell, notebook_shell, running_cell
from workbench._sources import Sources, outdated_note
from workbench._wait import DeadlineExceeded, wait_until
from workbench.engines import Container, Image
from workbench.errors import PANIC_REMEDY, JobDied, PerformError, exit_words
from workbench.events import show_in_notebook
from workbench.manifest import JobManifest
from workbench.settings import browser_url

LOG_PAUSE = 0.2
"""Seconds between two looks at a job's log."""


class Job:
    """A job that runs on this machine; leave its `with` block, or call `stop`, to end it.

    Attributes:
        manifest: The job's manifest.
        image: What it runs.
        engine: The name of the engine that runs it.
        container: What runs it.
        deployment_timestamp: Whole Unix seconds, as given to the job and told by its `/live`.
        call_timeout: Seconds that a call may take.
        sources: The files that it was built from; None where nobody noted them down.
        started_in: The cell of a notebook that started it; None elsewhere.
        stopped_in: The cell that stopped it; None elsewhere, and while it runs.
    """

    def __init__(
        self,
        manifest: JobManifest,
        image: Image,
        container: Container,
        timestamp: int,
        sources: Sources | None = None,
    ) -> None:
        self.manifest = manifest
        self.image = image
        self.engine = image.engine
        self.deployment_timestamp = timestamp
        self.call_timeout = 60.0
        self.sources = sources
        self.started_in = running_cell()
        self.stopped_in: Cell | None = None
        self._called_in: Cell | None = None
        self.container = container
        self._stopping = False
        self._stopped: int | None = None
        self._caller = calls.Caller(container.address)

    @property
    def address(self) -> str:
        """Where it listens, such as `http://127.0.0.1:41873`."""
        return self.container.address

    @property
    def base_path(self) -> str:
        """The prefix under which PUB would forward calls to it."""
        return f"/pub/job/{self.manifest.name}/{quote(self.manifest.version)}"

    @property
    def url(self) -> str:
        """The address of its page, as PUB would show it."""
        return f"{self.address}{self.base_path}/"

    @property
    def page(self) -> str:
        """The address of its page for a browser, which may have to go through a hub's proxy."""
        url = urlsplit(self.url)
        return browser_url(url.port or 80, url.path)

    @property
    def exit_code(self) -> int | None:
        """The exit code of its process, negative for a signal; None while it runs."""
        return self._stopped if self._stopped is not None else self.container.exit_code

    @property
    def status(self) -> str:
        """`running`, `stopped`, or how it died."""
        code = self.exit_code
        if self._stopped is not None or (self._stopping and code is not None):
            return "stopped"
        return "running" if code is None else f"died with {exit_words(code)}"

    @property
    def stopping(self) -> bool:
        """Whether `stop` asked it to end, and it ran until then; its last calls may still run."""
        return self._stopping

    @property
    def log_file(self) -> Path | None:
        """The file that holds all it wrote; None where the engine keeps it elsewhere."""
        return self.container.log_file

    @property
    def outdated(self) -> tuple[str, ...]:
        """Which files of the job and its wrapper changed since it was built.

        Each is named from the folder above the job's or the plugin's own.
        """
        return self.sources.changed() if self.sources is not None else ()

    def perform(self, payload: Mapping[str, Any] | None = None, /, **fields: Any) -> Any:
        """Call the job's function.

        Args:
            payload: The input as a mapping; or give its fields by name instead.
            fields: The input's fields.

        Returns:
            What the function returned, decoded from JSON.

        Raises:
            PerformError: The job answered with an error, or with something other than JSON.
            JobDied: Its process has ended.
        """
        data = {**(payload or {}), **fields}
        return calls.read_answer(
            self.call(f"{self.base_path}/api/v1/perform", method="POST", data=data)
        )

    def call(
        self,
        path: str,
        *,
        method: str = "GET",
        data: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """Any HTTP request to the job; redirects are not followed.

        In a notebook it is said below the cell, once, if the job is not what its files are now.

        Args:
            path: The path below the job's address, such as `/metrics`.
            method: The HTTP method.
            data: Sent as JSON unless it is None; bytes are sent as they are.
            headers: Further headers.

        Raises:
            JobDied: Its process has ended.
            PerformError: There was no answer, though the process lives.
        """
        self._tell_if_outdated()
        try:
            return self._caller.request(method, path, data, headers or {}, self.call_timeout)
        except requests.RequestException as error:
            self._raise_if_dead(method, path)
            what = f"{method} {path}: {calls.why_no_answer(error, self.call_timeout)}"
            log = self.container.log_lines(20)
            raise PerformError(f"{what}; the job still runs.", log=log) from error

    def live(self) -> calls.Answer:
        """Ask `/live`."""
        return self._probe("/live")

    def ready(self) -> calls.Answer:
        """Ask `/ready`."""
        return self._probe("/ready")

    def health(self) -> calls.Answer:
        """Ask `/health`."""
        return self._probe("/health")

    def metrics(self) -> dict[str, float]:
        """The samples of `/metrics`, by name and labels as they are written there."""
        return calls.read_metrics(self.call("/metrics").text)

    def logs(self, tail: int | None = None) -> str:
        """What the job wrote, to stdout and stderr; the last `tail` lines, or all."""
        return "\n".join(self.container.log_lines(tail))

    def log_since(self, offset: int) -> tuple[list[str], int]:
        """The lines finished after the first `offset` bytes of its log, and the next offset."""
        return self.container.log_since(offset)

    def wait(self, on_line: Callable[[str], None] | None = None) -> int:
        """Wait until the job ends by itself.

        Args:
            on_line: Called with each line that it has written and writes, as it comes.

        Returns:
            Its exit code; negative for a signal.
        """
        offset = 0

        def look() -> int | None:
            nonlocal offset
            code = self.exit_code  # asked before reading: no last line is missed
            if on_line is not None:
                lines, offset = self.log_since(offset)
                for line in lines:
                    on_line(line)
            return code

        return wait_until(look, timeout=math.inf, longest_pause=LOG_PAUSE)

    def curl(self, payload: Mapping[str, Any]) -> str:
        """The line for a shell that makes the same call as `perform(payload)`."""
        return calls.curl_line(f"{self.url}api/v1/perform", payload)

    def quick_probe(self, path: str) -> calls.Answer | None:
        """Ask a probe as Racetrack's health gate does; None while nothing listens.

        Raises:
            requests.RequestException: No answer in time (Timeout), or no whole one.
        """
        return self._caller.probe(path)

    def died(self, what: str, code: int) -> JobDied:
        """The error to raise when the process has ended: `what`, how, and its last lines."""
        more = f", {self.container.ending}" if self.container.ending else ""
        return JobDied(
            f"{what} {exit_words(code)}{more}.",
            exit_code=code,
            log=self.container.log_lines(20),
            remedy="start it again with `run_job`." if more else PANIC_REMEDY,
        )

    def stop(self) -> int:
        """Ask the job to end and wait; kill it if it does not. A second call changes nothing.

        Returns:
            Its exit code; negative for a signal.
        """
        if self._stopped is None:
            self._stopping = self._stopping or self.container.exit_code is None
            self.stopped_in = running_cell() if self._stopping else None
            self._caller.close()
            self._stopped = self.container.stop()
        return self._stopped

    def __enter__(self) -> Job:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def __repr__(self) -> str:
        outdated = ", outdated" if self.exit_code is None and self.outdated else ""
        return (
            f"<Job {self.manifest.name} {self.manifest.version} {self.status} "
            f"at {self.address} ({self.engine}{outdated})>"
        )

    def _repr_html_(self) -> str:
        return str(_card_room().job_card(self))

    def _ipython_display_(self) -> None:
        if notebook_shell() is None:
            raise NotImplementedError  # IPython then takes the plain forms
        _card_room().JobCard(self)._ipython_display_()

    def _tell_if_outdated(self) -> None:
        cell = running_cell()
        if cell is not None and cell != self._called_in:
            self._called_in = cell
            if note := outdated_note(self.outdated):
                show_in_notebook(note)

    def _probe(self, path: str) -> calls.Answer:
        return calls.probe_answer(self.call(path))

    def _raise_if_dead(self, method: str, path: str) -> None:
        if self._stopped is not None:
            what = f"{method} {path}: {self.manifest.name} was stopped."
            remedy = "start it again with `run_job`."
            raise JobDied(what, exit_code=self._stopped, remedy=remedy)
        # The connection breaks a moment before the system has the exit code.
        try:
            code = wait_until(lambda: self.container.exit_code, timeout=0.5)
        except DeadlineExceeded:
            return
        raise self.died(f"{method} {path}: {self.manifest.name} died with", code)


def _card_room() -> Any:
    return import_module("workbench.widgets.card")  # by its name: views stand above jobs
