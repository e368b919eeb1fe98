"""Bodies that are wrong, odd, large or slow."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from functools import partial
from http import HTTPStatus

from workbench.conformance.exchange import Exchange
from workbench.conformance.instance import PERFORM
from workbench.conformance.reading import unpacked
from workbench.conformance.rules.calls import tells_error
from workbench.conformance.subject import Asker, Call, Subject
from workbench.conformance.vocabulary import Broken, Level, NotJudged, rule

NOT_OBJECTS = (b"[40, 2]", b"42", b'"text"', b"true", b"null")
DEPTH = 100_000
TEN_GIB = 10 * 1024**3
PATIENCE = (1.0, 3.0)
"""Seconds in which a body that was announced to be too large has to be refused; the second try is
for a busy machine."""

AFTERWARDS = 0.1
"""Seconds in which a wrapper may still die of what it has answered already."""

PAUSES = (0.3, 1.0)
"""Seconds between pieces of a slow body; the second try is for a busy machine."""

_wrong_input = partial(
    rule,
    level=Level.SHOULD,
    source="CLI",
    consequence="a caller's mistake goes unseen, looks like a fault of the job, or is not told",
    remedy='answer 400 with {"error": TEXT}, as application/json, and do not call the function',
)


@_wrong_input("W40", title="refuses a body that is not JSON, with a reason")
def refuses_broken_json(subject: Subject) -> str:
    """A JSON text that stops in the middle, one that is none, and a number that JSON has not."""
    asker = subject.running
    for body in (b'{"numbers": [40, 2', b"numbers=40", b'{"do": "echo", "value": NaN}'):
        answer = _refused(asker.perform(body))
    return answer.answered


@_wrong_input("W41", title="refuses an empty body, with a reason")
def refuses_an_empty_body(subject: Subject) -> str:
    """No body at all, and one of blanks."""
    asker = subject.running
    for body in (b"", b" \n"):
        answer = _refused(asker.perform(body))
    return answer.answered


@_wrong_input("W42", title="refuses JSON that is no object, with a reason")
def refuses_what_is_no_object(subject: Subject) -> str:
    """A function takes named inputs; null is none of them."""
    asker = subject.running
    for body in NOT_OBJECTS:
        answer = _refused(asker.perform(body))
    return answer.answered


@_wrong_input("W43", title="refuses what follows after the JSON object, with a reason")
def refuses_trailing_text(subject: Subject) -> str:
    """A good input with something behind it: half of it would be ignored."""
    try:
        call = subject.good_call()
    except NotJudged:
        call = Call(subject.running, b"{}")
    for more in (b" and more", b"{}"):
        answer = _refused(call.asker.perform(call.body + more))
    return answer.answered


@_wrong_input("W44", title="refuses a body that is not UTF-8, with a reason")
def refuses_other_encodings(subject: Subject) -> str:
    """JSON is UTF-8; other bytes would be replaced without a word."""
    asker = subject.running
    for body in (b'{"text": "\xff\xfe"}', '{"text": "ü"}'.encode("latin-1")):
        answer = _refused(asker.perform(body))
    return answer.answered


@rule(
    "W45",
    Level.SHOULD,
    "survives a body that is nested very deeply",
    source="Pub",
    consequence="one request ends the job for everybody",
    remedy="limit the depth while decoding, or catch what the decoder throws",
)
def survives_depth(subject: Subject) -> str:
    """A hundred thousand lists in one another: whatever it answers, it goes on."""
    body = b'{"deep": ' + b"[" * DEPTH + b"]" * DEPTH + b"}"
    with subject.apart() as asker:
        answer = asker.perform(iter([body]), {"Content-Length": str(len(body))})
        if answer.status is None:
            raise Broken(f"it gets {answer.answered}")
        return f"{answer.status}; {_goes_on(asker)}"


@rule(
    "W46",
    Level.SHOULD,
    "refuses a body that is far too large before it has come",
    source="Pub",
    consequence="one request fills the memory of the job's container, which is then killed",
    remedy="limit the size: look at Content-Length first, stop reading at the limit, answer 413",
)
def refuses_huge_bodies(subject: Subject) -> str:
    """Ten gibibytes are announced; a byte of them is sent."""
    asker = subject.running
    sent = {"Content-Length": str(TEN_GIB)}
    for patience in PATIENCE:
        answer = asker.perform(iter([b"{"]), sent, timeout=patience)
        if answer.status is not None:
            break
    else:
        raise Broken(f"10 GiB were announced, and it waits for them: {answer.answered}")
    if answer.status < HTTPStatus.BAD_REQUEST:
        raise Broken(f"it gets {answer.answered}")
    return answer.answered


@rule(
    "W47",
    Level.SHOULD,
    "takes a body that comes in chunks",
    source="Pub",
    consequence="clients that stream their input are refused, or their input is lost",
    remedy="read the body to its end; do not rely on Content-Length",
)
def takes_chunks(subject: Subject) -> str:
    """The same input as a whole and in pieces: the same answer."""
    call = subject.good_call()
    asker, body = call.asker, call.body
    whole = asker.perform(body)
    half = len(body) // 2
    answer = asker.perform(iter([body[:half], body[half:]]))
    in_chunks, at_once = ((one.status, unpacked(one.body, one.headers)) for one in (answer, whole))
    if in_chunks != at_once:
        raise Broken(f"in chunks it gets {answer.answered}, as a whole {whole.answered}")
    return answer.answered


@rule(
    "W48",
    Level.SHOULD,
    "waits for a slow body, and serves others meanwhile",
    source="Pub",
    consequence="a caller on a slow line is cut off, or holds up all the others",
    remedy="read bodies on a thread or goroutine each, with a limit of a minute or so",
)
def waits_for_slow_bodies(subject: Subject) -> str:
    """The body comes in three pieces; before the last one, others have to be answered."""
    call = subject.good_call()
    _ = call.asker.instance.perform_base  # found out before anything is slow
    for pause in PAUSES:
        answer, held_up = _beside_a_slow_body(call, pause)
        if not answer.succeeded:
            raise Broken(f"a good call that comes slowly gets {answer.answered}")
        if not held_up:
            return answer.answered
    raise Broken(f"{held_up} was not answered before the slow body had come")


def _beside_a_slow_body(call: Call, pause: float) -> tuple[Exchange, str]:
    """The answer to a body in three pieces, and what was not answered before the last of them."""
    asker, body = call.asker, call.body
    begun, whole = threading.Event(), threading.Event()
    seen: list[Exchange] = []

    def pieces() -> Iterator[bytes]:
        third = max(1, len(body) // 3)
        for start in (0, third):
            yield body[start : start + third]
            begun.set()
            time.sleep(pause)
        whole.set()
        yield body[2 * third :]

    sent = {"Content-Length": str(len(body))}
    slow = threading.Thread(target=lambda: seen.append(asker.perform(pieces(), sent, timeout=10)))
    slow.start()
    held_up = ""
    try:
        begun.wait(10)
        for path in ("/live", PERFORM):
            other = asker.perform(body, timeout=10) if path == PERFORM else asker.get(path)
            if other.status is None:
                raise Broken(f"meanwhile {other.path} gets {other.answered}")
            held_up = held_up or (other.path if whole.is_set() else "")
    finally:
        slow.join()
    return seen[0], held_up


def _refused(answer: Exchange) -> Exchange:
    told = repr(answer.sent.decode(errors="backslashreplace")[:40]) if answer.sent else "no body"
    if answer.status is None or not 400 <= answer.status < 500:
        raise Broken(f"{told} gets no error 4xx: {answer.answered}")
    tells_error(answer, told)
    return answer


def _goes_on(asker: Asker) -> str:
    time.sleep(AFTERWARDS)
    live = asker.get("/live")
    if live.status is None:
        raise Broken(f"after that, /live gets {live.answered}")
    return "it goes on"
