"""One request and what came of it, made as plainly as HTTP allows.

No path is cleaned, no redirect followed, no proxy used, and no answer is an error here: that the
connection broke is something to judge, like a status.
"""

from __future__ import annotations

import http.client
import re
import socket
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from workbench.conformance.reading import (
    MAX_BODY,
    Incoming,
    Overdue,
    answers_of,
    charset_of,
    coding_of,
    read_json,
)
from workbench.conformance.vocabulary import Evidence

Connect = Callable[[float], socket.socket]
"""Opens a connection; takes the seconds for connecting and for each wait on it."""

_TAGS = re.compile(r"(?is)<(head|style|script)\b.*?</\1>|<[^>]*>")
"""What people do not see of a page."""

KEPT_SENT = 64 * 1024
"""Bytes of a request in pieces that are noted down; a request may be larger than memory."""

NOBODY_LISTENS = "nobody listens"

JSON_TYPE = "application/json"

_REGISTERED = {status.value for status in HTTPStatus}

Body = bytes | Iterable[bytes] | None


@dataclass(frozen=True)
class Exchange:
    """A request, and its answer or what was wrong.

    Attributes:
        method: The HTTP method.
        path: The path as it was sent.
        sent: The request's body; of one in pieces, those that were sent first, about `KEPT_SENT`.
        status: The status code; None where no answer came.
        headers: The answer's headers, names in lower case.
        body: The answer's body, at most `MAX_BODY` bytes.
        problem: Why no answer came, in words; empty where one did.
        seconds: From the first byte sent to the last one read.
        request_headers: The headers that were set on purpose.
    """

    method: str
    path: str
    sent: bytes
    status: int | None
    headers: Mapping[str, str]
    body: bytes
    problem: str
    seconds: float
    request_headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def registered(self) -> bool:
        """Whether the status is one that the libraries of clients know; 499, say, is none."""
        return self.status in _REGISTERED

    @property
    def ok(self) -> bool:
        """Whether the status is 200."""
        return self.status == HTTPStatus.OK

    @property
    def succeeded(self) -> bool:
        """Whether the status says so, be it 200 or another one."""
        return self.status is not None and self.status // 100 == 2

    @property
    def redirected(self) -> bool:
        """Whether the status leads elsewhere."""
        return self.status is not None and self.status // 100 == 3

    @property
    def media_type(self) -> str:
        """The answer's content type without parameters, in lower case; empty where none came."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def is_json(self) -> bool:
        """Whether its content type is JSON's, in the letters that Racetrack looks for."""
        return JSON_TYPE in self.headers.get("content-type", "").partition(";")[0].split()

    @property
    def text(self) -> str:
        """The answer's body as text; undecodable bytes are replaced."""
        return self.body.decode(errors="replace")

    @property
    def json(self) -> Any:
        """The answer's body as JSON, read strictly; None where it is none."""
        try:
            return read_json(self.body, self.headers)
        except ValueError:
            return None

    @property
    def json_problem(self) -> str:
        """Why its body is no JSON; empty where it is."""
        try:
            read_json(self.body, self.headers)
        except ValueError as problem:
            return str(problem)
        return ""

    @property
    def error(self) -> str | None:
        """The text under `error`, which is all that Racetrack's command line shows of a failure.

        None where the answer is no JSON object with such a text.
        """
        body = self.json if self.is_json else None
        found = body.get("error") if isinstance(body, dict) else None
        return found if isinstance(found, str) and found else None

    @property
    def answered(self) -> str:
        """What came back, in a few words: `200 application/json 42`."""
        if self.status is None:
            return self.problem
        if not self.body:
            return f"{self.status} with an empty body"
        kind = self.headers.get("content-type", "").partition(";")[0].strip() or "no content type"
        charset, coding = charset_of(self.headers), coding_of(self.headers)
        if charset not in ("", "utf-8"):
            kind += f"; charset={charset}"
        if coding:
            kind += f" ({coding})"
        text = _TAGS.sub(" ", self.text) if kind == "text/html" else self.text
        return f"{self.status} {kind} {_short(text)}".rstrip()

    def __str__(self) -> str:
        return f"{self.method} {self.path}: {self.answered}"

    @property
    def evidence(self) -> Evidence:
        """Request and answer in full, within bounds."""
        asked = [f"> {self.method} {self.path}"]
        asked += [f"> {name}: {value}" for name, value in self.request_headers.items()]
        if self.sent:
            asked += ["", self.sent.decode(errors="backslashreplace")]
        if self.status is None:
            told = [f"< {self.problem}"]
        else:
            told = [f"< {self.status}"]
            told += [f"< {name}: {value}" for name, value in self.headers.items()]
            told += ["", self.body.decode(errors="backslashreplace")]
        return Evidence(f"{self.method} {self.path}", "\n".join([*asked, "", *told]).rstrip())


def exchange(
    connect: Connect,
    method: str,
    path: str,
    body: Body = None,
    headers: Mapping[str, str] | None = None,
    *,
    timeout: float,
    host: str = "127.0.0.1",
) -> Exchange:
    """Make one request on a connection of its own.

    Args:
        connect: Opens the connection.
        method: The HTTP method.
        path: Sent as it is.
        body: Bytes; or pieces, which go out in chunks unless `headers` give a length.
        headers: Further headers.
        timeout: Seconds for connecting, and for each wait on the connection.
        host: What the `Host` header says.

    Returns:
        What came of it.
    """
    with Connection(connect, timeout=timeout, host=host) as connection:
        return connection.ask(method, path, body, headers)


class Connection:
    """A connection on which requests follow one another, as long as both sides keep it.

    Args:
        connect: Opens it, when the first request is made.
        timeout: Seconds for connecting, and for each wait on it.
        host: What the `Host` header says.

    Attributes:
        usable: Whether another request can follow: nothing broke, and no answer said that it is
            closed.
    """

    def __init__(self, connect: Connect, *, timeout: float, host: str) -> None:
        self._open = connect
        self._timeout = timeout
        self._http = http.client.HTTPConnection(host, timeout=timeout)
        self._http.auto_open = 0  # what was closed stays closed
        self._begun = False
        self._incoming: Incoming
        self.usable = True

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()
        if self._begun:
            self._incoming.close()

    def ask(
        self, method: str, path: str, body: Body = None, headers: Mapping[str, str] | None = None
    ) -> Exchange:
        """Make one request; see `exchange`."""
        given = dict(headers or {})
        sent: list[bytes] = []
        status: int | None = None
        found: dict[str, str] = {}
        read, problem = b"", ""
        start = time.perf_counter()
        try:
            if not self._begun:
                self._http.sock = made = self._open(self._timeout)
                self._incoming = Incoming(made, self._timeout)
                self._http.response_class = answers_of(self._incoming)
                self._begun = True
            # An answer may come before the end of the request.
            with suppress(BrokenPipeError, ConnectionResetError):
                self._http.request(method, path, _noting(body, sent), given)
            self._incoming.begin()
            response = self._http.getresponse()
            status, found = response.status, {n.lower(): v for n, v in response.getheaders()}
            read = response.read(MAX_BODY)
            self.usable = not response.will_close
        except TimeoutError:
            problem = f"no answer within {self._timeout:g} s"
        except http.client.RemoteDisconnected:
            problem = "the connection was closed without an answer"
        except Overdue as late:
            problem = str(late)
        except ConnectionRefusedError:
            problem = NOBODY_LISTENS
        except (OSError, http.client.HTTPException) as error:
            problem = f"the connection broke: {error or type(error).__name__}"
        self.usable = self.usable and not problem
        if problem and status is not None:
            problem, status = f"an answer with status {status} that broke off: {problem}", None
        seconds = time.perf_counter() - start
        return Exchange(method, path, b"".join(sent), status, found, read, problem, seconds, given)


def _noting(body: Body, sent: list[bytes]) -> Body:
    """The body; what of it is sent is noted down."""
    if isinstance(body, bytes):
        sent.append(body)
    if body is None or isinstance(body, bytes):
        return body

    def pieces() -> Iterator[bytes]:
        kept = 0
        for piece in body:
            if kept < KEPT_SENT:
                sent.append(piece)
                kept += len(piece)
            yield piece

    return pieces()


def _short(text: str, most: int = 160) -> str:
    """A body in one line."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 3]}..."
