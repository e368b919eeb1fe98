"""Calls of the job's function: what it returns, how it fails, and calls side by side."""

from __future__ import annotations

import json
import uuid
from contextlib import suppress
from http import HTTPStatus

from workbench._wait import DeadlineExceeded, wait_until
from workbench.conformance.exchange import Exchange
from workbench.conformance.instance import UNFINISHED, Instance
from workbench.conformance.long_call import long_call
from workbench.conformance.rules.mounting import BEHIND_PUB, LOG_LAG
from workbench.conformance.subject import Asker, Subject
from workbench.conformance.vocabulary import Absent, Broken, Level, NotJudged, On, rule
from workbench.settings import TRACING_HEADER

LONG_CALLS = (0.5, 2.0)
"""Seconds of the long call that short ones overtake; the second try is for a busy machine."""

OF_THE_CLI = {
    "Content-Type": "application/json; charset=utf-8",
    "Accept": "application/json, */*",
    "User-Agent": "request",
}
"""What `racetrack call` says of its requests."""

LETTERS = "Grüße, 世界 🌍"
"""A text of letters with one, two, three and four bytes."""

HIDDEN = "the CLI shows the text under `error`, and there is none"


@rule(
    "W30",
    Level.MUST,
    "answers perform with what the function returned, as JSON",
    source="principle; CLI",
    consequence="`racetrack call` prints null, or fails to decode the answer",
    remedy="encode the result as JSON, with Content-Type: application/json and status 200",
)
def answers_with_the_result(subject: Subject) -> str:
    """The value is compared where it is known: of the probe job, or by --expect."""
    call = subject.good_call()
    for headers, how in (({}, ""), (OF_THE_CLI, ", sent as the CLI does,")):
        answer = call.asker.perform(call.body, headers)
        if not answer.ok or not answer.is_json:
            raise Broken(f"a good call{how} gets {answer.answered}")
        if answer.json_problem:
            raise Broken(f"what it answers is no JSON ({answer.json_problem}): {answer.answered}")
        if call.told is not None and answer.json != json.loads(call.told):
            raise Broken(f"it answers {answer.text.strip()}, not {call.told}")
    with suppress(NotJudged):
        sent = {"do": "echo", "value": LETTERS}
        echo = subject.probe.perform(json.dumps(sent, ensure_ascii=False).encode())
        if echo.json != LETTERS:
            raise Broken(f"told to give back {LETTERS!r}, it answers {echo.answered}")
    return answer.answered


@rule(
    "W31",
    Level.SHOULD,
    "answers an error of the function with JSON {error} and an error status",
    source="CLI",
    consequence="the caller reads a status line, and not what went wrong",
    remedy='answer {"error": TEXT} with status 500, as application/json',
)
def tells_errors_of_the_function(subject: Subject) -> str:
    """The text is the function's own."""
    call = subject.failing_call()
    answer = call.asker.perform(call.body)
    tells_error(answer, "a call that fails")
    if call.told is not None and call.told not in (answer.error or ""):
        raise Broken(f"the function's own words are missing: {answer.answered}")
    return answer.answered


@rule(
    "W32",
    Level.SHOULD,
    "answers with an error where the result cannot be written as JSON",
    source="CLI",
    consequence="the caller gets a 200 with nothing in it, or with a value that nobody returned",
    remedy="encode the whole result before the status is sent",
    on=On.PROBE,
)
def tells_unencodable_results(subject: Subject) -> str:
    """Infinity is a number that JSON has no word for; a function is none at all."""
    asker = subject.probe
    for what in ("infinity", "function"):
        answer = asker.perform({"do": what})
        tells_error(answer, f"a call that returns {what}")
    return answer.answered


@rule(
    "W33",
    Level.SHOULD,
    "answers with an error where the function crashes, and goes on",
    source="Pub, CLI",
    consequence="the caller sees a broken connection, through Pub a 502, or no reason",
    remedy="catch whatever the function throws (in Go: recover from its panics), log the stack, "
    "answer 500 with JSON {error}",
    on=On.PROBE,
)
def survives_a_panic(subject: Subject) -> str:
    """The next call is a good one."""
    with subject.apart(probe=True) as asker:
        answer = asker.perform({"do": "panic"})
        tells_error(answer, "a call that crashes")
        after = asker.perform({"do": "echo", "value": 42})
        if not after.succeeded:
            raise Broken(f"the call after it gets {after.answered}")
        return answer.answered


@rule(
    "W34",
    Level.SHOULD,
    "answers a short call while a long one runs",
    source="Pub",
    consequence="one slow caller holds up all the others, and the probes with them",
    remedy="serve each request on a goroutine or thread of its own",
    on=On.PROBE,
)
def calls_overlap(subject: Subject) -> str:
    """A short call and a probe have to be answered before a long call is."""
    with subject.apart(probe=True) as asker:
        for seconds in LONG_CALLS:
            held_up = _held_up(asker, seconds)
            if held_up is None:
                return f"a short call and /live were answered while one of {seconds:g} s ran"
    raise Broken(f"while a call of {LONG_CALLS[-1]:g} s ran, {held_up} was not answered")


def _held_up(asker: Asker, seconds: float) -> str | None:
    """What was not answered before a call of that length can have ended."""
    with long_call(asker, seconds) as call:
        for name in ("a short call", "/live"):
            if name == "/live":
                answer = asker.get(name, timeout=10)
            else:
                answer = asker.perform({"do": "echo", "value": 1}, timeout=10)
            if answer.status is None:
                raise Broken(f"beside a long call, {name} gets {answer.answered}")
            if not call.runs:
                return name
    return None


@rule(
    "W35",
    Level.MAY,
    f"passes on the caller's {TRACING_HEADER}",
    source="Pub",
    consequence="a request cannot be followed from Pub's log into the job's",
    remedy="take the header that REQUEST_TRACING_HEADER names into the log line and the answer",
)
def passes_on_the_tracing_header(subject: Subject) -> str:
    """In the answer's headers, or in the log."""
    asker = subject.running
    if asker.instance.behind_pub:
        raise NotJudged(BEHIND_PUB)
    traced = f"trace-{uuid.uuid4()}"
    answer = asker.perform(UNFINISHED, {TRACING_HEADER: traced})
    told = answer.headers.get(TRACING_HEADER.lower())
    if told == traced:
        logged = _logs(asker.instance, traced)
        return f"in the answer's headers{', and in its log' if logged else ''}"
    if told is not None:
        raise Broken(f"the answer names another one: {told}")
    if asker.instance.container is None:
        raise NotJudged("no answer names it, and the log is out of sight")
    if _logs(asker.instance, traced, within=LOG_LAG):
        return "in its log"
    raise Absent("neither the answer nor the log names it")


def _logs(instance: Instance, text: str, within: float = 0.0) -> bool:
    def look() -> bool | None:
        return any(text in line for line in instance.log(200)) or None

    try:
        return wait_until(look, timeout=within)
    except DeadlineExceeded:
        return False


def tells_error(answer: Exchange, what: str) -> None:
    """Raise `Broken` unless the answer is an error that the CLI can show."""
    if answer.status is None or answer.status < HTTPStatus.BAD_REQUEST:
        raise Broken(f"{what} gets {answer.answered}")
    if not answer.registered:
        raise Broken(f"{what} gets {answer.answered}; the CLI crashes of a status without a name")
    if answer.error is None:
        raise Broken(f"{what} gets {answer.answered}; {HIDDEN}")
