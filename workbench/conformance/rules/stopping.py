"""How a wrapper ends when it is told to."""

from __future__ import annotations

import signal
import time

from workbench._wait import DeadlineExceeded, wait_until
from workbench.conformance.long_call import long_call
from workbench.conformance.subject import Asker, Subject
from workbench.conformance.vocabulary import Broken, Level, NotJudged, On, rule
from workbench.errors import exit_words

GRACE = 10.0
"""Seconds after which Docker kills a container that does not end."""

LONG_CALLS = (1.0, 3.0)
"""Seconds of the call in which SIGTERM comes; the second try is for a busy machine."""

_AGAIN = "this machine is too busy now: check again later"


@rule(
    "W60",
    Level.SHOULD,
    "ends by itself when it gets SIGTERM",
    source="Racetrack's infrastructures, which stop jobs by it",
    consequence=f"each stop and redeployment takes {GRACE:g} s longer, and ends by a kill",
    remedy="handle SIGTERM, and let the server itself get it (exec-form CMD, no shell before it)",
    on=On.OWN,
)
def ends_on_sigterm(subject: Subject) -> str:
    """The signal goes to its first process alone, as a container's does."""
    with subject.started() as asker:
        start = time.monotonic()
        heard = asker.instance.handles(signal.SIGTERM)
        asker.instance.signal(signal.SIGTERM)
        code = _ended(asker)
        if not heard and code == -signal.SIGTERM:
            raise Broken(
                "it does not handle SIGTERM, which ended it here; a container's first process "
                "gets no signal that it does not handle"
            )
        return f"{exit_words(code)}, after {_about(time.monotonic() - start)}"


@rule(
    "W61",
    Level.SHOULD,
    "lets running calls finish before it ends",
    source="Racetrack's infrastructures, on each redeployment",
    consequence="callers of the old deployment see broken connections; through Pub, 502",
    remedy="on SIGTERM take no new calls, wait for those that run, then end",
    on=On.OWN,
)
def finishes_calls(subject: Subject) -> str:
    """SIGTERM comes in the middle of a call."""
    for seconds in LONG_CALLS:
        with subject.started(probe=True) as asker, long_call(asker, seconds) as call:
            asker.instance.signal(signal.SIGTERM)
            in_time = call.runs
        if in_time and call.answers[0].succeeded:
            return call.answers[0].answered
    if not in_time:
        raise NotJudged(f"the call of {seconds:g} s was over before SIGTERM came; {_AGAIN}")
    raise Broken(f"the call that ran gets {call.answers[0].answered}")


@rule(
    "W62",
    Level.SHOULD,
    "is not ready any more once it was told to end",
    source="Racetrack's infrastructures, on each redeployment",
    consequence="new calls go to a job that is about to end",
    remedy="answer /ready with 503, or close the listener, as soon as SIGTERM comes",
    on=On.OWN,
)
def refuses_new_calls(subject: Subject) -> str:
    """While a call still runs, /ready is asked again."""
    for seconds in LONG_CALLS:
        with subject.started(probe=True) as asker, long_call(asker, seconds) as call:
            asker.instance.signal(signal.SIGTERM)
            told = _unready(asker, seconds / 2)
            in_time = call.runs
            asker.get("/ready")  # once more, for the record
            if in_time and told:
                return told
    if not in_time:
        raise NotJudged(
            f"the call of {seconds:g} s was over before /ready had answered: that waits for calls, "
            f"or {_AGAIN}"
        )
    raise Broken("/ready goes on answering 200")


def _unready(asker: Asker, timeout: float) -> str:
    """What /ready answers once it is not 200 any more; empty where it stays so."""

    def look() -> str | None:
        answer = asker.instance.ask("GET", "/ready")
        return None if answer.ok else answer.answered

    try:
        return wait_until(look, timeout=timeout)
    except DeadlineExceeded:
        return ""


def _ended(asker: Asker) -> int:
    try:
        return wait_until(lambda: asker.instance.exit_code, timeout=GRACE)
    except DeadlineExceeded:
        raise Broken(f"it still ran {GRACE:g} s after SIGTERM") from None


def _about(seconds: float) -> str:
    return "less than a second" if seconds < 1 else f"{seconds:.0f} s"
