"""Answers that never end, that are too many, and that only some clients can read."""

from __future__ import annotations

import gzip
import itertools
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator

import pytest

from workbench.conformance.exchange import Connection, Exchange, exchange
from workbench.conformance.reading import MAX_BODY, WHOLE, read_json, unpacked

WAIT = 0.3
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"

Serve = Callable[[Iterable[bytes]], Callable[[float], socket.socket]]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """A server of one connection, which sends the given pieces whatever it is asked."""
    ended = threading.Event()
    threads: list[threading.Thread] = []

    def start(pieces: Iterable[bytes]) -> Callable[[float], socket.socket]:
        ours, theirs = socket.socketpair()

        def send() -> None:
            with theirs:
                theirs.recv(4096)
                try:
                    for piece in pieces:
                        theirs.sendall(piece)
                        if ended.wait(WAIT / 10):
                            return
                except OSError:  # nobody reads any more
                    return
                ended.wait(10)

        threads.append(threading.Thread(target=send))
        threads[-1].start()

        def connect(timeout: float) -> socket.socket:
            ours.settimeout(timeout)
            return ours

        return connect

    yield start
    ended.set()
    for thread in threads:
        thread.join(10)


def get(connect: Callable[[float], socket.socket]) -> Exchange:
    return exchange(connect, "GET", "/live", timeout=WAIT)


@pytest.mark.parametrize(
    "pieces",
    [
        itertools.chain([HEAD + b"Content-Length: 100000\r\n\r\n"], itertools.repeat(b" ")),
        itertools.chain([HEAD + b"\r\n"], itertools.repeat(b" ")),
        itertools.chain([b"HTTP/1.1 200 OK\r\nX: "], itertools.repeat(b"x")),
        itertools.repeat(b"HTTP/1.1 100 Continue\r\n\r\n"),
    ],
    ids=["a body", "a body without a length", "a header", "continue"],
)
def test_an_answer_that_drips_for_ever_is_over_in_time(
    serve: Serve, pieces: Iterable[bytes]
) -> None:
    start = time.monotonic()
    answer = get(serve(pieces))
    assert time.monotonic() - start < 10 * WAIT
    assert answer.status is None
    assert answer.problem.endswith(f"it was not whole within {WAIT * WHOLE:g} s")


def test_one_that_never_begins_is_told_as_that(serve: Serve) -> None:
    assert get(serve([])).problem == f"no answer within {WAIT:g} s"


def test_what_is_left_of_an_answer_is_in_front_of_the_next_one(serve: Serve) -> None:
    one = HEAD + b"Content-Length: 2\r\n\r\n"
    with Connection(serve([one + b"42" + one + b"43"]), timeout=WAIT, host="any") as connection:
        assert connection.ask("GET", "/live").json == 42
        assert connection.ask("GET", "/live").json == 43


@pytest.mark.parametrize(
    ("body", "headers", "problem"),
    [
        ('"ü"'.encode(), {}, ""),
        (b'"u"', {"content-type": "application/json; charset=Latin-1"}, ""),
        ('"ü"'.encode("latin-1"), {"content-type": "a/b; charset=latin-1"}, "it is not UTF-8"),
        ('"ü"'.encode(), {"content-type": "a/b; charset=latin-1"}, "its charset says latin-1"),
        (b"42", {"content-encoding": "identity"}, ""),
        (b"42", {"content-encoding": "gzip"}, "its Content-Encoding is gzip"),
        (b"42", {"content-type": 'a/b; charset="utf-16"'}, "its charset says utf-16"),
        (b"42", {"content-type": "a/b; charset=ours"}, "nobody knows its charset ours"),
        ('"ü"'.encode("latin-1"), {}, "it is not UTF-8"),
        ("42".encode("utf-16"), {}, "it is not UTF-8"),
        (b"\xef\xbb\xbf42", {}, "byte order mark"),
        (b'{"a": NaN}', {}, "JSON has no NaN"),
        (b"[" * 100_000, {}, "nested too deeply"),
        (b"", {}, "expecting value"),
    ],
)
def test_json_is_what_a_client_reads_that_guesses_nothing(
    body: bytes, headers: dict[str, str], problem: str
) -> None:
    try:
        read_json(body, headers)
        found = ""
    except ValueError as error:
        found = str(error)
    assert problem in found
    assert bool(problem) == bool(found)


def test_a_body_is_unpacked_within_bounds_and_what_is_no_gzip_left_alone() -> None:
    packed = {"content-encoding": "GZip"}
    assert unpacked(gzip.compress(b"42", mtime=1), packed) == b"42"
    assert unpacked(gzip.compress(bytes(MAX_BODY + 1)), packed) == bytes(MAX_BODY)
    assert unpacked(b"42", packed) == b"42"
    assert unpacked(gzip.compress(b"42", mtime=1), {}) == gzip.compress(b"42", mtime=1)
