"""What is wrong around the wrapper: its log's disk, its clock, its port."""

from __future__ import annotations

from workbench.conformance.faults.trial import Trial
from workbench.conformance.faults.vocabulary import fault
from workbench.conformance.faults.words import brief
from workbench.engines import Surroundings

FUTURE = 253_402_300_799
"""The last second of the year 9999; more than 32 bits hold."""

PAST = 1
CALLS = 3


@fault(
    "F14",
    "the log cannot be written",
    careful="goes on answering: a full disk is no reason to fail a call",
)
def full_log(trial: Trial) -> bool:
    """Both its outputs go to a device without room."""
    with trial.started(told=False, around=Surroundings(full_log=True)) as it:
        answers = [it.good() for _ in range(CALLS)]
        worked = all(map(it.works, answers))
        it.caller_saw(answers[-1])
        it.after()
    trial.seen.log = "(nothing arrives: each write fails)"
    return worked and trial.seen.next_ok


@fault(
    "F15",
    "the deployment's timestamp is far in the future",
    careful="gives it back unchanged",
)
def timestamp_ahead(trial: Trial) -> bool:
    """The end of the year 9999."""
    return _gives_back(trial, FUTURE)


@fault(
    "F16",
    "the deployment's timestamp is far in the past",
    careful="gives it back unchanged",
)
def timestamp_behind(trial: Trial) -> bool:
    """The beginning of 1970."""
    return _gives_back(trial, PAST)


@fault(
    "F19",
    "its port is taken",
    careful="ends with an error code, and says in its log what is taken",
)
def port_taken(trial: Trial) -> bool:
    """Somebody else listens in its network before it does."""
    around = Surroundings(taken_port=True)
    with trial.started(told=False, ready=False, around=around) as it:
        it.caller_saw("nobody: it never listened", answered=False)
        trial.seen.exit_code = it.ended()
        trial.seen.live = trial.seen.ready = trial.seen.next_call = "nobody: it never listened"
        it.after("in use", "7000", ends=True, looked=True)
    told = "in use" in trial.seen.log or "7000" in trial.seen.log
    return trial.seen.exit_code not in (None, 0) and told


def _gives_back(trial: Trial, timestamp: int) -> bool:
    with trial.started({"JOB_DEPLOYMENT_TIMESTAMP": str(timestamp)}, told=False) as it:
        live = it.ask("GET", "/live").json
        given = live.get("deployment_timestamp") if isinstance(live, dict) else None
        answer = it.good()
        told = f"{brief(answer)}; /live tells {given}"
        it.caller_saw(told, answered=answer.status is not None)
        it.after("Listening")
    return given == timestamp and trial.seen.next_ok
