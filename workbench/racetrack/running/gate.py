"""The health gate: what a job has to answer before it counts as deployed; in the real words.

A real server asks at 0, 1, 2, 4, 7, 10 ... seconds. Here the first questions come quicker, so that
a job that is ready at once is deployed at once; and a process that has ended is told at once, where
a real server waits for the whole limit. `faithful` asks and waits as the real one does.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from http import HTTPStatus

from workbench.errors import WorkbenchError, exit_words
from workbench.racetrack.config import Config
from workbench.racetrack.running.instance import Instance
from workbench.racetrack.running.probes import Probe, ask

_REAL = (1.0, 1.0, 2.0, 3.0)
_QUICK = (0.02, 0.03, 0.05, 0.05, 0.1, 0.1, 0.15, 0.25, 0.25)


class GateError(WorkbenchError):
    """A job that did not get through; the message ends with its last lines."""


def pass_gate(instance: Instance, config: Config, ended: threading.Event | None = None) -> None:
    """Ask `/live`, then `/ready`, until both say yes; see `wait_until_live`."""
    wait_until_live(instance, config, ended)
    wait_until_ready(instance, config, ended)


def wait_until_live(
    instance: Instance, config: Config, ended: threading.Event | None = None
) -> None:
    """Ask `/live` until it carries the timestamp of this very start, and see what it says.

    Args:
        instance: What was just started.
        config: Its limits, and whether it is faithful.
        ended: Set once nobody waits any more.

    Raises:
        GateError: It did not get through, and why, in the words of a real server.
    """
    ended = ended or threading.Event()
    _wait_for_live(instance, config, ended)
    _judge_live(instance, ask(instance, "/live"))


def wait_until_ready(
    instance: Instance, config: Config, ended: threading.Event | None = None
) -> None:
    """Ask `/ready` until it is 200.

    Raises:
        GateError: It did not get ready, and why.
    """
    ended = ended or threading.Event()
    for _ in _pauses(config, config.limits.ready, ended):
        ready = ask(instance, "/ready")
        if ready.status == HTTPStatus.OK:
            return
        if ready.status == HTTPStatus.NOT_FOUND:
            raise _error(instance, "Job health error: readiness endpoint not found")
        if ready.status == 0:
            raise _error(instance, f"Job server crashed while initialization: {ready.problem}")
        _judge_live(instance, ask(instance, "/live"))
    raise _error(instance, "Job initialization timed out")


def _wait_for_live(instance: Instance, config: Config, ended: threading.Event) -> None:
    why = ""
    for _ in _pauses(config, config.limits.live, ended):
        code = instance.container.exit_code  # asked before the probe: its end may be in between
        live = ask(instance, "/live")
        if live.status != 0:
            if _timestamp(instance, live) == instance.timestamp:
                return
            why = "Cluster error: can't reach newer Job, incorrect deployment_timestamp field"
        else:
            why = f"Cluster error: can't reach Job: {live.problem}"
            if code is not None and not config.faithful:
                raise _error(
                    instance,
                    f"Cluster error: can't reach Job: its process ended with {exit_words(code)} "
                    "(a real server would not notice, and wait for its whole limit)",
                )
    raise _error(instance, why)


def _timestamp(instance: Instance, live: Probe) -> int:
    if live.kind != "application/json":
        raise _error(instance, "live endpoint should respond with application/json content-type")
    body = live.body
    if not isinstance(body, dict) or "deployment_timestamp" not in body:
        raise _error(instance, 'live endpoint JSON should have "deployment_timestamp" field')
    try:
        return int(body["deployment_timestamp"] or 0)
    except (TypeError, ValueError, OverflowError):
        raise _error(instance, "deployment_timestamp is not a whole number") from None


def _judge_live(instance: Instance, live: Probe) -> None:
    if live.status == HTTPStatus.OK:
        return
    if live.status == 0:
        raise _error(instance, f"Job server crashed while initialization: {live.problem}")
    if live.status == HTTPStatus.NOT_FOUND:
        raise _error(instance, "Job health error: liveness endpoint not found")
    body = live.body
    if isinstance(body, dict) and body.get("error"):
        raise _error(instance, f"Job initialization error: {body['error']}")
    raise _error(instance, f"Job liveness error: {live.told}")


def _error(instance: Instance, what: str) -> GateError:
    log = "".join(f"{line}\n" for line in instance.lines(20))
    return GateError(f"verifying deployed job: {what}\nJob logs:\n{log}")


def _pauses(config: Config, limit: float, ended: threading.Event) -> Iterator[None]:
    """Go on at once, and after each pause, until the limit; the last time right at it."""
    start = time.monotonic()
    pauses = list(_REAL if config.faithful else (*_QUICK, *_REAL))
    while True:
        yield
        left = limit - (time.monotonic() - start)
        if left <= 0:
            return
        pause = pauses.pop(0) if len(pauses) > 1 else pauses[0]
        if ended.wait(min(pause, left)):
            raise GateError("the server was stopped in the meantime")
