"""Ends that come from outside."""

from __future__ import annotations

import signal
from contextlib import nullcontext

from workbench.conformance.exchange import Exchange
from workbench.conformance.faults.trial import Trial
from workbench.conformance.faults.vocabulary import fault
from workbench.conformance.faults.words import all_ok, brief

CALLS = 3
LONG_CALL = 1.0


@fault(
    "F12",
    "SIGTERM during calls",
    careful="lets them finish, is not ready any more, and ends with exit code 0",
)
def told_to_end(trial: Trial) -> bool:
    """As Racetrack stops a job; the signal goes to its first process alone."""
    with trial.started() as it:
        with it.running_calls(CALLS, LONG_CALL) as answers:
            it.instance.signal(signal.SIGTERM)
            trial.pause(LONG_CALL / 10)
            it.look()
        it.caller_saw(all_ok(answers), answered=all(one.status is not None for one in answers))
        it.after("Stopping", "SIGTERM", "terminated", ends=True, looked=True)
    finished = all(one.ok for one in answers)
    return finished and trial.seen.exit_code == 0 and not trial.seen.ready.startswith("200")


@fault(
    "F13",
    "SIGKILL during a call",
    careful="cannot do anything; a new one is ready soon",
)
def killed(trial: Trial) -> bool:
    """As the system ends what takes too much memory."""
    with trial.started(told=False) as it:
        nobody: list[Exchange] = []
        with it.running_calls(1, LONG_CALL) if it.does else nullcontext(nobody) as answers:
            it.instance.signal(signal.SIGKILL)
            it.ended()
        if answers:
            it.caller_saw(brief(answers[0]), answered=answers[0].status is not None)
        else:
            it.caller_saw("nobody called", answered=False)
        it.after(ends=True)
    return trial.seen.exit_code is not None and trial.seen.healthy_after is not None
