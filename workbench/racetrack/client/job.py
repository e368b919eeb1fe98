"""A job on a Racetrack, called through PUB."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import requests

from workbench import _html, calls

if TYPE_CHECKING:
    from workbench.racetrack.client.racetrack import Racetrack


class RemoteJob:
    """A job that runs on a Racetrack.

    Attributes:
        name: Its name.
        version: Its exact version.
        pub_url: Its address for callers, without a slash at its end.
        call_timeout: Seconds that a call may take.
    """

    def __init__(self, racetrack: Racetrack, wire: Mapping[str, Any]) -> None:
        self._racetrack = racetrack
        self._wire = wire
        self.name = str(wire["name"])
        self.version = str(wire["version"])
        self.pub_url = str(wire["pub_url"])
        self.call_timeout = 60.0

    @property
    def status(self) -> str:
        """How it is now: `running`, `starting`, `error` or `lost`; asks the server.

        Raises:
            WorkbenchError: It was deleted.
        """
        self._wire = self._racetrack.job(self.name, self.version)._wire
        return str(self._wire["status"])

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
