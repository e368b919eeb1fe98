"""What goes wrong in the job's function."""

from __future__ import annotations

from http import HTTPStatus

from workbench.conformance.exchange import Exchange
from workbench.conformance.faults.trial import Trial
from workbench.conformance.faults.vocabulary import fault

EXIT_CODE = 7
PATIENCE = 1.5
"""Seconds after which the caller of an endless loop gives up."""

ENDLESS = 60.0
"""Seconds that the loop would last: longer than the wrapper, which is ended with the trial."""


@fault(
    "F01",
    "the function panics",
    careful="answers 500 with the reason as JSON, and goes on",
)
def panics(trial: Trial) -> bool:
    """In the goroutine that serves the call."""
    with trial.started() as it:
        answer = it.tell("panic")
        it.caller_saw(answer)
        it.after("told to panic", "panic")
    return _told(answer) and trial.seen.next_ok


@fault(
    "F02",
    "a goroutine of the function panics",
    careful="cannot catch it; it ends with an error code, and its log names the panic",
)
def panics_elsewhere(trial: Trial) -> bool:
    """No `recover` of the wrapper reaches another goroutine."""
    with trial.started() as it:
        answer = it.tell("panic elsewhere")
        it.caller_saw(answer)
        it.after("told to panic", "panic")
    if trial.seen.exit_code is None:
        return trial.seen.next_ok
    return trial.seen.exit_code > 0 and "told to panic" in trial.seen.log


@fault(
    "F03",
    "the function ends the process",
    careful="cannot keep it; the exit code is the function's own",
)
def ends_the_process(trial: Trial) -> bool:
    """By `os.Exit`, as a library may that means well."""
    with trial.started() as it:
        answer = it.tell("exit", EXIT_CODE)
        it.caller_saw(answer)
        it.after()
    if trial.seen.exit_code is None:
        return trial.seen.next_ok
    return trial.seen.exit_code == EXIT_CODE


@fault(
    "F04",
    "the function loops for ever",
    careful="goes on answering others, though one processor is lost until it is restarted",
)
def loops(trial: Trial) -> bool:
    """Its caller gives up; the loop goes on until the wrapper is ended with the trial."""
    with trial.started() as it:
        answer = it.tell("loop", ENDLESS, timeout=PATIENCE)
        it.caller_saw(answer)
        it.after()
    return trial.seen.live.startswith("200") and trial.seen.next_ok


def _told(answer: Exchange) -> bool:
    """Whether the failure was told as a failure of the job, with its reason."""
    return answer.status == HTTPStatus.INTERNAL_SERVER_ERROR and answer.error is not None
