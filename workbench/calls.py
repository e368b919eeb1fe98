"""What goes to a job and what comes back: answers of probes and of perform, JSON, curl lines."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import requests

from workbench._sessions import new_session
from workbench.errors import PerformError, UsageError

PROBE_TIMEOUT = 3.0
"""Seconds that Racetrack's health gate gives to one probe."""


_NO_JSON = (ValueError, RecursionError)  # also a number of too many digits, a depth without end


@dataclass(frozen=True)
class Answer:
    """What a probe answered.

    Attributes:
        status: The HTTP status code.
        body: The JSON body; an object for every probe of a wrapper that follows the rules.
    """

    status: int
    body: Any

    @property
    def ok(self) -> bool:
        """Whether the status is 200, the only one that Racetrack takes for a yes."""
        return self.status == HTTPStatus.OK

    def __repr__(self) -> str:
        return f"{self.status} {json.dumps(self.body)}"


class Caller:
    """Requests to one job on this machine, over connections that are kept.

    Args:
        address: Where the job listens, such as `http://127.0.0.1:41873`.
    """

    def __init__(self, address: str) -> None:
        self._address = address
        self._session = new_session(proxies=False)

    def request(
        self, method: str, path: str, data: object, headers: Mapping[str, str], timeout: float
    ) -> requests.Response:
        """Any request; redirects are not followed.

        Args:
            method: The HTTP method.
            path: The path below the job's address.
            data: Sent as JSON unless it is None; bytes are sent as they are.
            headers: Further headers.
            timeout: Seconds.

        Raises:
            requests.RequestException: There was no answer.
        """
        body = data if data is None or isinstance(data, bytes) else to_json(data).encode()
        kind = {} if body is None else {"Content-Type": "application/json"}
        return self._session.request(
            method,
            self._address + path,
            data=body,
            headers={**kind, **headers},
            timeout=timeout,
            allow_redirects=False,
        )

    def probe(self, path: str) -> Answer | None:
        """Ask a probe as Racetrack's health gate does; None while nothing listens.

        Raises:
            requests.Timeout: No answer within `PROBE_TIMEOUT`.
            requests.RequestException: The answer broke off, or is not what it says.
        """
        try:
            return probe_answer(self._session.get(self._address + path, timeout=PROBE_TIMEOUT))
        except requests.ConnectionError:
            return None

    def close(self) -> None:
        """Let go of the connections."""
        self._session.close()


def why_no_answer(error: requests.RequestException, timeout: float) -> str:
    """What became of a request, in words."""
    late = isinstance(error, requests.Timeout)
    return f"no answer within {timeout:g} s" if late else "the connection broke"


def read_answer(response: requests.Response) -> Any:
    """What the function returned, from the response to a call of perform.

    Raises:
        PerformError: The job answered with an error, or with something other than JSON.
    """
    if response.status_code != HTTPStatus.OK:
        raise PerformError(
            f"perform answered {response.status_code} {response.reason}: {_error_text(response)}",
            status=response.status_code,
            body=response.text,
        )
    try:
        return response.json()
    except _NO_JSON as error:
        raise PerformError(
            "perform answered 200 with something that is not JSON.",
            status=response.status_code,
            body=response.text,
        ) from error


def read_metrics(page: str) -> dict[str, float]:
    """The samples of a page in Prometheus' text format, by name and labels as they stand there.

    Raises:
        PerformError: It is no such page.
    """
    lines = (line for line in page.splitlines() if line and not line.startswith("#"))
    samples = (line.rsplit(" ", 1) for line in lines)
    try:
        return {name: float(value) for name, value in samples}
    except ValueError as error:
        raise PerformError(
            f"the page is not in Prometheus' text format: {error}.", body=page
        ) from None


def to_json(data: object) -> str:
    """`data` as JSON text.

    Raises:
        UsageError: JSON cannot hold it; NaN and infinities are such values.
    """
    try:
        return json.dumps(data, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise UsageError(f"The input cannot be sent as JSON: {error}.") from None


def curl_line(url: str, payload: Mapping[str, Any]) -> str:
    """The line for a shell that posts `payload` to `url`."""
    return curl_line_of(url, to_json(payload))


def curl_line_of(url: str, text: str) -> str:
    """The line for a shell that posts the JSON `text` to `url`, in one line.

    Line breaks of the text become blanks: within JSON they stand between values only.
    """
    body = re.sub(r"[ \t]*[\r\n][ \t\r\n]*", " ", text).strip()
    words = ["curl", "-X", "POST", url, "-H", "Content-Type: application/json"]
    return shlex.join([*words, "-d", body])


def probe_answer(response: requests.Response) -> Answer:
    """What a probe answered; a body that is not JSON is kept as text."""
    try:
        return Answer(response.status_code, response.json())
    except _NO_JSON:
        return Answer(response.status_code, response.text)


def _error_text(response: requests.Response) -> str:
    try:
        body = response.json()
    except _NO_JSON:
        return response.text.strip()
    return str(body["error"]) if isinstance(body, dict) and "error" in body else response.text
