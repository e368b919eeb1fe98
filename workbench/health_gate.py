"""The health gate: the questions that Racetrack asks before it calls a job deployed."""

from __future__ import annotations

import time
from http import HTTPStatus

import requests

from workbench._wait import DeadlineExceeded, wait_until
from workbench.calls import PROBE_TIMEOUT, Answer
from workbench.errors import JobNotReady
from workbench.job import Job

_NO_SUCH_ROUTE = (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED)


def wait_until_ready(job: Job, timeout: float) -> None:
    """Ask `/live` and then `/ready`, at the root as Racetrack does, until both say yes.

    Unlike the real gate, which would wait for minutes, this one ends at once when the process has
    died, `/live` carries another deployment's timestamp, or there is no `/ready`: none of that can
    mend itself here.

    Args:
        job: A job that was just started.
        timeout: Seconds that it may take.

    Raises:
        JobNotReady: It told an error of its own, or did not become ready in time.
        JobDied: Its process has ended.
    """
    start = time.monotonic()
    seen = "nothing listens"

    def probe() -> bool | None:
        nonlocal seen
        code = job.exit_code
        if code is not None:
            took = time.monotonic() - start
            what = f"{job.manifest.name} did not start: after {took:.1f} s it ended with"
            raise job.died(what, code)
        try:
            live = job.quick_probe("/live")
            if live is None:
                return None
            seen = f"/live answered {live}"
            _judge_live(job, live, time.monotonic() - start)
            ready = job.quick_probe("/ready")
        except requests.Timeout:
            seen = f"a probe had no answer within {PROBE_TIMEOUT:g} s"
            return None
        except requests.RequestException as error:
            seen = f"a probe's answer broke off ({type(error).__name__})"
            return None
        seen = f"/ready answered {ready}"
        if ready is not None and ready.status in _NO_SUCH_ROUTE:
            raise JobNotReady(
                f"{job.manifest.name} cannot get ready: /ready is not served, it answered {ready}.",
                log=job.logs(tail=20).splitlines(),
                remedy="mount /ready at the root, for GET.",
            )
        return True if ready is not None and ready.ok else None

    try:
        wait_until(probe, timeout=timeout)
    except DeadlineExceeded as late:
        raise JobNotReady(
            f"{job.manifest.name} was not ready after {late.seconds:.1f} s; {seen}.",
            log=job.logs(tail=20).splitlines(),
            remedy="look at what Init does, or give it longer with `timeout=`.",
        ) from None


def _judge_live(job: Job, live: Answer, after: float) -> None:
    body = live.body if isinstance(live.body, dict) else {}
    if not live.ok:
        problem = f"it says itself: {body.get('error') or live}"
    elif body.get("deployment_timestamp") != job.deployment_timestamp:
        wanted = f"deployment_timestamp {job.deployment_timestamp}"
        problem = f"/live does not carry {wanted}, but answers {live}"
    else:
        return
    raise JobNotReady(
        f"{job.manifest.name} cannot get ready, after {after:.1f} s: {problem}.",
        log=job.logs(tail=20).splitlines(),
    )
