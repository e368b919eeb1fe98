"""Starts that take long, or fail."""

from __future__ import annotations

import time

from workbench._wait import DeadlineExceeded, wait_until
from workbench.conformance.faults.patient import Patient
from workbench.conformance.faults.trial import Trial
from workbench.conformance.faults.vocabulary import fault
from workbench.conformance.vocabulary import NotJudged

INIT_SECONDS = 1.5
INIT_ERROR = "told to fail to start"
NO_INIT = "this wrapper gives a job no start of its own: nothing ever initialises it"


@fault(
    "F17",
    "the job takes long to start",
    careful="is live and not ready meanwhile, refuses calls with 503, and is ready then",
)
def slow_start(trial: Trial) -> bool:
    """Its initialisation takes a second and a half."""
    start = time.monotonic()
    env = {"PROBE_INIT_SECONDS": str(INIT_SECONDS)}
    with trial.started(env, ready=False) as it:
        it.wait_answering()
        it.probe()
        it.caller_saw(it.good())
        it.wait_ready()
        ready = time.monotonic() - start
        _needs_init(it, INIT_SECONDS + 1.0)
        it.call_next()
        it.after("Listening", looked=True)
        trial.seen.healthy_after = ready if trial.seen.next_ok else None
    early = trial.seen.ready.startswith("200") and ready < INIT_SECONDS
    return trial.seen.next_ok and not early


@fault(
    "F18",
    "the job fails to start",
    careful="says why at /live, so that the deployment ends at once and tells the reason",
)
def failed_start(trial: Trial) -> bool:
    """Its initialisation returns an error."""
    with trial.started({"PROBE_INIT_ERROR": INIT_ERROR}, ready=False) as it:
        it.wait_answering()
        if it.instance.exit_code is None:
            _needs_init(it, 0.5)
            _wait_for_failure(it)
            it.caller_saw(it.good())
            it.probe()
        else:
            it.caller_saw("nobody: it ended", answered=False)
        it.after(INIT_ERROR, patience=1.0)
    if trial.seen.exit_code is not None:
        return trial.seen.exit_code != 0 and INIT_ERROR in trial.seen.log
    return INIT_ERROR in trial.seen.live and not trial.seen.ready.startswith("200")


def _needs_init(it: Patient, timeout: float) -> None:
    """Go on if the wrapper lets a job initialise itself; one that is ready too early does, too."""

    def begun() -> bool | None:
        answer = it.perform({"do": "initialised"})
        return None if answer.ok and answer.json == 0 else True

    try:
        wait_until(begun, timeout=timeout)
    except DeadlineExceeded:
        raise NotJudged(NO_INIT) from None


def _wait_for_failure(it: Patient) -> None:
    """Until `/live` tells of it, or for a moment: some wrappers never do."""

    def told() -> bool | None:
        return None if it.ask("GET", "/live").ok else True

    try:
        wait_until(told, timeout=1.0)
    except DeadlineExceeded:
        return
