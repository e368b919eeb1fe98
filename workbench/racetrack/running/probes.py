"""Questions to a job at its root, as a real server asks them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import requests
from urllib3.exceptions import HTTPError

from workbench._sessions import new_session
from workbench.calls import PROBE_TIMEOUT, read_metrics
from workbench.errors import PerformError
from workbench.racetrack.running.instance import Instance

MAX_BODY = 1024**2
"""Bytes of an answer that are looked at."""


@dataclass(frozen=True)
class Probe:
    """What came of a question.

    Attributes:
        status: The HTTP status code; 0 where nobody answered.
        kind: The content type, without its parameters.
        text: The body.
        problem: Why nobody answered, as Python's urllib would tell it.
    """

    status: int
    kind: str = ""
    text: str = ""
    problem: str = ""

    @property
    def body(self) -> Any:
        """The body as JSON; None where it is not."""
        try:
            return json.loads(self.text)
        except (ValueError, RecursionError):
            return None

    @property
    def told(self) -> str:
        """Code and phrase, such as `500 Internal Server Error`."""
        try:
            return f"{self.status} {HTTPStatus(self.status).phrase}"
        except ValueError:
            return str(self.status)


def ask(instance: Instance, path: str) -> Probe:
    """Ask a job; no connection is kept, no redirect followed."""
    url = f"{instance.address}{path}"
    with new_session(proxies=False) as session:
        try:
            with session.get(
                url, timeout=PROBE_TIMEOUT, allow_redirects=False, stream=True
            ) as answer:
                text = answer.raw.read(MAX_BODY, decode_content=True).decode(errors="replace")
                kind = answer.headers.get("Content-Type", "").partition(";")[0].strip()
                return Probe(answer.status_code, kind, text)
        except requests.Timeout:
            return Probe(0, problem=f"Request GET {url} failed: timed out")
        except (requests.RequestException, HTTPError, OSError) as error:
            refused = "Connection refused" in str(error)
            why = "<urlopen error [Errno 111] Connection refused>" if refused else None
            told = f"Request GET {url} failed: {why}"
            broken = f"Request to {url} failed: Remote end closed connection without response"
            return Probe(0, problem=told if refused else broken)


def state_of(instance: Instance) -> tuple[str | None, int]:
    """What the minute's look at a running job finds.

    Returns:
        Why it is in error, or None; and the Unix seconds of its last call by its own metrics.
    """
    live = ask(instance, "/live")
    if live.status == 0:
        return f"Cluster error: can't reach Job: {live.problem}", 0
    if live.status != HTTPStatus.OK:
        body = live.body
        told = body.get("error") if isinstance(body, dict) else None
        return f"Job liveness error: {told or live.told}", 0
    ready = ask(instance, "/ready")
    if ready.status != HTTPStatus.OK:
        return f"Job readiness error: {ready.problem or ready.told}", 0
    metrics = ask(instance, "/metrics")
    if metrics.status == HTTPStatus.NOT_FOUND:
        return None, 0
    if metrics.status != HTTPStatus.OK:
        url = f"http://{instance.internal_name}/metrics"
        return f"{metrics.problem or f'{metrics.told} for url: {url}'}", 0
    try:
        return None, int(read_metrics(metrics.text).get("last_call_timestamp", 0.0))
    except (PerformError, ValueError, OverflowError):
        return "its /metrics is not in Prometheus' text format", 0
