"""Clients that leave, that are slow, that come all at once."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing

from workbench.conformance.faults.patient import Patient
from workbench.conformance.faults.trial import Trial
from workbench.conformance.faults.vocabulary import NO_LARGE_ANSWER, fault
from workbench.conformance.instance import PERFORM, TIMEOUT
from workbench.conformance.vocabulary import NotJudged

MEGABYTE = 1024**2
ANSWER = 16 * MEGABYTE
"""Bytes of an answer that no buffer of the system holds."""

STEP = 0.15
"""Seconds between two pieces of a slow client."""

PIECES = 8
CROWD = 500
GUESTS = 20
"""How many connections a wrapper gets that somebody else runs."""


@fault(
    "F07",
    "the client leaves in the middle of its request",
    careful="goes on, and says in its log what came of it",
    harmless=True,
)
def leaves_asking(trial: Trial) -> bool:
    """Half of a body, and the connection is closed."""
    with trial.anybody() as it:
        with closing(it.instance.connect(TIMEOUT)) as connection:
            connection.sendall(
                _request(it, "POST", it.perform_path, length=1000) + b'{"numbers": [4'
            )
            trial.pause(STEP)
        it.caller_saw("it left after half of its request", answered=False)
        it.after("unexpected EOF", "status=400", PERFORM)
    return trial.seen.next_ok


@fault(
    "F08",
    "the client leaves in the middle of the answer",
    careful="goes on",
    not_at_an_address=NO_LARGE_ANSWER,
)
def leaves_answered(trial: Trial) -> bool:
    """It reads the beginning of an answer of 16 MiB."""
    with trial.started() as it:
        it.tell("text", 1)
        with closing(it.instance.connect(TIMEOUT)) as connection:
            connection.sendall(_call_for_text(it))
            read = len(connection.recv(1024))
        it.caller_saw(f"it left after {read} bytes of {ANSWER // MEGABYTE} MiB", answered=False)
        it.after(PERFORM)
    return trial.seen.next_ok


@fault(
    "F09",
    "the client sends its request slowly",
    careful="waits for it, and answers others meanwhile",
    harmless=True,
)
def sends_slowly(trial: Trial) -> bool:
    """The body comes in eight pieces, with a pause before each."""
    with trial.anybody() as it:
        if it.good_call is None:
            raise NotJudged("no call is known that succeeds: give its input with --input")
        body = it.good_call.body

        def pieces() -> Iterator[bytes]:
            size = -(-len(body) // PIECES)
            for at in range(0, len(body), size):
                trial.pause(STEP)
                if at // size == PIECES // 2:
                    it.look()
                yield body[at : at + size]

        answer = it.post(pieces(), {"Content-Length": str(len(body))})
        it.caller_saw(answer)
        it.after(PERFORM, looked=True)
    return it.works(answer) and trial.seen.next_ok


@fault(
    "F10",
    "the client reads its answer slowly",
    careful="answers others meanwhile",
    not_at_an_address=NO_LARGE_ANSWER,
)
def reads_slowly(trial: Trial) -> bool:
    """An answer of 16 MiB, in pieces of at most 1 MiB, with a pause before each."""
    with trial.started() as it:
        it.tell("text", 1)
        with closing(it.instance.connect(TIMEOUT)) as connection:
            connection.sendall(_call_for_text(it))
            read = _read_slowly(trial, it, connection)
        whole = read > ANSWER
        told = f"{read / MEGABYTE:.0f} MiB of {ANSWER // MEGABYTE} MiB"
        it.caller_saw(told, answered=whole)
        it.after(PERFORM, looked=True)
    return whole and trial.seen.next_ok


@fault(
    "F11",
    "500 connections at once",
    careful="answers all of them",
    harmless=True,
    alone=True,
)
def crowd(trial: Trial) -> bool:
    """All are open before the first of them asks; a wrapper that is not ours gets 20."""
    number = min(CROWD if trial.target.starts else GUESTS, _room())
    with trial.anybody() as it, ExitStack() as open_ones:
        asked = _good_request(it)
        crowd = [open_ones.enter_context(closing(it.instance.connect(10.0))) for _ in range(number)]
        for one in crowd:
            one.sendall(asked)
        it.look()
        statuses = [_status(one) for one in crowd]
        good = sum(status == "200" for status in statuses)
        others = sorted({status for status in statuses if status != "200"})
        told = f"{good} of {number} answered 200"
        it.caller_saw(f"{told}; {', '.join(others)}" if others else told, answered=good > 0)
        open_ones.close()
        it.after(PERFORM, looked=True)
    return good == number and trial.seen.next_ok


def _request(it: Patient, method: str, path: str, *, length: int = 0) -> bytes:
    """The head of a request; the path is the whole one."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {it.instance.host}"]
    if length:
        lines += ["Content-Type: application/json", f"Content-Length: {length}"]
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode()


def _good_request(it: Patient) -> bytes:
    """A whole request that is answered with 200."""
    if it.good_call is None:
        return _request(it, "GET", f"{it.instance.root}/live")
    body = it.good_call.body
    return _request(it, "POST", it.perform_path, length=len(body)) + body


def _call_for_text(it: Patient) -> bytes:
    body = b'{"do": "text", "value": %d}' % ANSWER
    return _request(it, "POST", it.perform_path, length=len(body)) + body


def _read_slowly(trial: Trial, it: Patient, connection: socket.socket) -> int:
    """Bytes that came; in the middle of them others ask."""
    read, looked = 0, False
    while True:
        trial.pause(STEP / 2)
        taken = 0
        while taken < MEGABYTE:
            try:
                piece = connection.recv(MEGABYTE - taken)
            except OSError:
                piece = b""
            if not piece:
                if not looked:
                    it.look()
                return read
            taken += len(piece)
            read += len(piece)
        if not looked and read > ANSWER // 2:
            it.look()
            looked = True


def _status(connection: socket.socket) -> str:
    """The status that came, or what was wrong, in words."""
    head = b""
    try:
        while b"\r\n" not in head:
            piece = connection.recv(4096)
            if not piece:
                return "closed without an answer"
            head += piece
    except OSError as error:
        return "no answer in time" if isinstance(error, TimeoutError) else "the connection broke"
    words = head.split(maxsplit=2)
    return words[1].decode("ascii", "replace")[:3] if len(words) > 1 else "no HTTP"


def _room() -> int:
    """How many more files this process may open, some kept for others."""
    try:
        import resource
    except ImportError:
        return CROWD
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return CROWD if soft == resource.RLIM_INFINITY else max(soft - 200, 20)
