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

from workbench.errors import PerformError, UsageError


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
    except requests.JSONDecodeError as error:
        raise PerformError(
            "perform answered 200 with something that is not JSON.",
            status=response.status_code,
            body=response.text,
        ) from error


def read_metrics(page: str) -> dict[str, float]:
    """The samples of a page in Prometheus' text format, by name and labels as they stand there."""
    lines = (line for line in page.splitlines() if line and not line.startswith("#"))
    samples = (line.rsplit(" ", 1) for line in lines)
    return {name: float(value) for name, value in samples}


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
    except requests.JSONDecodeError:
        return Answer(response.status_code, response.text)


def _error_text(response: requests.Response) -> str:
    try:
        body = response.json()
    except requests.JSONDecodeError:
        return response.text.strip()
    return str(body["error"]) if isinstance(body, dict) and "error" in body else response.text
