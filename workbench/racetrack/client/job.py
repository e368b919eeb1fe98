"""A job on a Racetrack, called through PUB."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests

from workbench import _html, calls
from workbench._cell import Cell, running_cell
from workbench.errors import PerformError, WorkbenchError
from workbench.settings import LOOPBACK_NAMES, browser_url

if TYPE_CHECKING:
    from workbench.racetrack.client.racetrack import Racetrack

_PAUSE = 1.0
"""Seconds for which an answer of the server is good enough for a view that follows a job."""


@dataclass(frozen=True)
class NameAndVersion:
    """What a view calls a job by.

    Attributes:
        name: The job's name.
        version: Its exact version.
    """

    name: str
    version: str


class RemoteJob:
    """A job that runs on a Racetrack.

    The views of `workbench.widgets` take it as they take a job that runs without a server.

    Attributes:
        name: Its name.
        version: Its exact version.
        manifest: Both, as views ask for them.
        pub_url: Its address for callers, without a slash at its end.
        call_timeout: Seconds that a call may take.
        started_in: The cell of a notebook that deployed it or asked for it; None elsewhere.
        stopped_in: The cell that deleted it; None elsewhere, and while it is there.
    """

    base_path = ""
    """What views put before a path: `call` begins at the job's address already."""

    log_file = None
    """Its log is the server's."""

    outdated: tuple[str, ...] = ()
    """Nobody knows here from which files it was built."""

    def __init__(self, racetrack: Racetrack, wire: Mapping[str, Any]) -> None:
        self._racetrack = racetrack
        self._wire = wire
        self._looked = time.monotonic()
        self._read = 0.0
        self._gone = ""
        self.name = str(wire["name"])
        self.version = str(wire["version"])
        self.manifest = NameAndVersion(self.name, self.version)
        self.pub_url = str(wire["pub_url"])
        self.call_timeout = 60.0
        self.started_in = running_cell()
        self.stopped_in: Cell | None = None

    @property
    def url(self) -> str:
        """The address of its page."""
        return f"{self.pub_url}/"

    @property
    def page(self) -> str:
        """The address of its page for a browser, which may have to go through a hub's proxy."""
        url = urlsplit(self.url)
        return browser_url(url.port or 80, url.path) if url.hostname in LOOPBACK_NAMES else self.url

    @property
    def status(self) -> str:
        """How it is now: `running`, `starting`, `error`, `lost`, or `deleted`; asks the server.

        Raises:
            WorkbenchError: The server does not answer.
        """
        self._looked = time.monotonic()
        try:
            self._wire = self._racetrack.job(self.name, self.version)._wire
        except WorkbenchError:
            # This tells a server that is gone, or not well for a moment, from a job that is.
            there = [(one.name, one.version) for one in self._racetrack.jobs()]
            if (self.name, self.version) in there:
                raise
            self._gone = "deleted"
        return self._gone or str(self._wire["status"])

    @property
    def exit_code(self) -> int | None:
        """None while it is on its server; 0 once it was deleted, or the server is gone.

        A server tells no exit code. It is asked once a second at most, for views ask more often.
        """
        if not self._gone and time.monotonic() - self._looked > _PAUSE:
            try:
                self._gone = "deleted" if self.status == "deleted" else ""
            except WorkbenchError:
                self._gone = "on a server that does not answer any more"
        return 0 if self._gone else None

    @property
    def stopping(self) -> bool:
        """Whether it is over: who ends a job on a server meant to."""
        return bool(self._gone)

    @property
    def error(self) -> str | None:
        """Why its status is `error`, as it was when it was last asked for."""
        return self._wire.get("error")

    @property
    def job_type(self) -> str:
        """The job type that it was built with, such as `golang:0.0.0`."""
        return str(self._wire.get("job_type_version", ""))

    def perform(self, payload: Mapping[str, Any] | None = None, /, **fields: Any) -> Any:
        """Call the job's function through PUB.

        Args:
            payload: The input as a mapping; or give its fields by name instead.
            fields: The input's fields.

        Returns:
            What the function returned, decoded from JSON.

        Raises:
            PerformError: The job or PUB answered with an error, or nobody did.
        """
        data = {**(payload or {}), **fields}
        return calls.read_answer(self.call("/api/v1/perform", method="POST", data=data))

    def call(
        self,
        path: str,
        *,
        method: str = "GET",
        data: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """Any request to the job through PUB; redirects are not followed.

        Args:
            path: The path below the job's address, such as `/metrics`.
            method: The HTTP method.
            data: Sent as JSON unless it is None; bytes are sent as they are.
            headers: Further headers.

        Raises:
            PerformError: There was no answer.
        """
        url = f"{self.pub_url}{path}"
        return self._racetrack.call_pub(method, url, data, headers or {}, self.call_timeout)

    def quick_probe(self, path: str) -> calls.Answer | None:
        """Ask a probe as a health gate does; None while nobody answers.

        Raises:
            requests.Timeout: No answer within `PROBE_TIMEOUT`.
        """
        url = f"{self.pub_url}{path}"
        try:
            answer = self._racetrack.call_pub("GET", url, None, {}, calls.PROBE_TIMEOUT)
        except PerformError as error:
            if isinstance(error.__cause__, requests.Timeout):
                raise error.__cause__ from None
            return None
        return calls.probe_answer(answer)

    def live(self) -> calls.Answer:
        """Ask `/live`."""
        return calls.probe_answer(self.call("/live"))

    def ready(self) -> calls.Answer:
        """Ask `/ready`."""
        return calls.probe_answer(self.call("/ready"))

    def metrics(self) -> dict[str, float]:
        """The samples of `/metrics`, by name and labels as they are written there."""
        return calls.read_metrics(self.call("/metrics").text)

    def logs(self, tail: int = 0) -> str:
        """What it wrote; the last `tail` lines, or all for 0."""
        return self._text(f"logs?tail={tail}")

    def log_since(self, offset: int) -> tuple[list[str], int]:
        """The lines finished after the first `offset` bytes of its log, and the next offset."""
        now = time.monotonic()
        if self._gone or now - self._read < _PAUSE:
            return [], offset  # the log goes with its job, and all of it comes each time
        self._read = now
        whole, end, _ = self.logs().encode()[offset:].rpartition(b"\n")
        return whole.decode(errors="replace").splitlines(), offset + len(whole + end)

    def build_logs(self) -> str:
        """The build log of the last try to deploy this version."""
        return self._text("build-logs?tail=0")

    def curl(self, payload: Mapping[str, Any]) -> str:
        """The line for a shell that makes the same call as `perform(payload)`."""
        return calls.curl_line(f"{self.pub_url}/api/v1/perform", payload)

    def delete(self) -> None:
        """End it, by `racetrack delete`.

        Raises:
            WorkbenchError: It was deleted before.
        """
        self._racetrack.delete(self.name, self.version)
        self._gone = "deleted"
        self.stopped_in = running_cell()

    def __repr__(self) -> str:
        return f"<RemoteJob {self.name} {self.version} at {self.pub_url}>"

    def _repr_html_(self) -> str:
        rows = [
            ("job", f"{self.name} {self.version}"),
            ("status", str(self._wire.get("status", ""))),
            ("job type", self.job_type),
            ("address", _html.code(self.pub_url)),
        ]
        return str(_html.table(("", ""), rows))

    def _text(self, what: str) -> str:
        return str(self._racetrack.ask(f"/job/{self.name}/{self.version}/{what}")["logs"])
