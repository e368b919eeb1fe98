"""Whether the daemon is still there, and what it knows of a container that ended unasked."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests
from docker.errors import APIError, DockerException, NotFound

from workbench.engines.docker.client import Client
from workbench.engines.docker.endpoint import check_socket
from workbench.errors import EngineUnavailable

_PATIENCE = 3.0
"""Seconds that a reason is waited for; the exit code is known without it."""


def answers(client: Client) -> bool:
    """Whether the daemon takes new calls; one that is ending still answers on old connections."""
    try:
        check_socket(client.host)
        return bool(client.api.ping())
    except (EngineUnavailable, DockerException, requests.RequestException):
        return False


@contextmanager
def told_if_gone(what: str) -> Iterator[None]:
    """Make one clear error of whatever docker-py says where the daemon gives no answer.

    Args:
        what: What was not done, such as `small was not built`.
    """
    start = time.monotonic()
    try:
        yield
    except (DockerException, requests.RequestException) as problem:
        after = f"{what}, after {time.monotonic() - start:.1f} s"
        if isinstance(problem, APIError):
            said = str(problem.explanation or problem)
            raise EngineUnavailable(
                f"{after}; Docker says: {said}.", remedy="`docker info` tells how the daemon is."
            ) from None
        raise silence(after, problem) from None


def silence(what: str, problem: Exception) -> EngineUnavailable:
    """The error of a call that the daemon did not answer: it is too busy for it, or gone.

    Args:
        what: What was not done, such as `small was not built`.
        problem: What docker-py raised, or requests below it.
    """
    if isinstance(problem, requests.ReadTimeout):
        return EngineUnavailable(
            f"{what}: the Docker daemon is there, but took too long to answer.",
            remedy="wait until it has less to do (`docker ps`, `docker info`), or restart Docker; "
            "then run it again.",
        )
    return EngineUnavailable(
        f"{what}: the Docker daemon went away.", remedy="start Docker, and run it again."
    )


def why_ended(client: Client, container: Any, memory: int | None, *, asked: bool) -> str:
    """Why a container ended, where the daemon knows more than its exit code; else empty.

    Args:
        client: The daemon's client.
        container: docker-py's own object of it.
        memory: Its limit, in bytes; None where it has none.
        asked: Whether this process sent it a signal.
    """
    if not answers(client):
        return "" if asked else "since the Docker daemon went away"
    try:
        container.reload()
        state = container.attrs["State"]
        if state.get("OOMKilled"):
            return _out_of_memory(memory)
        if asked:
            return ""
        if state.get("Status") == "removing":
            return "since somebody removed its container"
        return "since somebody ended its container" if _signalled(client, container) else ""
    except NotFound:
        return "" if asked else "since somebody removed its container"
    except (DockerException, requests.RequestException):
        return ""


def _out_of_memory(memory: int | None) -> str:
    if memory is None:
        return "since the machine was out of memory"
    limit = f"{memory / 1024**2:.0f} MiB, `resources.memory_max` in job.yaml"
    return f"out of memory: its limit is {limit}"


def _signalled(client: Client, container: Any) -> bool:
    """Whether the daemon was told, a moment ago, to send it a signal."""
    api = client.api.api
    now = time.time()
    told = {
        "since": f"{now - 10:.0f}",
        "until": f"{now:.3f}",  # else Docker would go on and tell what is to come
        "filters": json.dumps({"container": [container.id], "event": ["kill"]}),
    }
    url = f"{api.base_url}/v{api.api_version}/events"
    return bool(api.get(url, params=told, timeout=_PATIENCE).content.strip())
