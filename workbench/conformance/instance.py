"""A wrapper that runs: where it is asked, what it was told, what it wrote, how it is stopped."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from typing import Protocol
from urllib.parse import quote, urlsplit

from workbench._wait import DeadlineExceeded, wait_until
from workbench.conformance.exchange import (
    JSON_TYPE,
    Body,
    Connect,
    Connection,
    Exchange,
    exchange,
)
from workbench.conformance.vocabulary import Evidence
from workbench.errors import JobNotReady, UsageError, exit_words
from workbench.settings import JOB_PORT

TIMEOUT = 3.0
"""Seconds that a request may take: what Racetrack's health gate gives to a probe."""

READY_TIMEOUT = 20.0
"""Seconds that a wrapper may take until it is ready."""

MISSING = 5.0
"""Seconds after which a `/ready` that is 404, say, is not expected to come any more."""

PERFORM = "/api/v1/perform"

UNFINISHED = b'{"unfinished": '
"""A body that no function should ever see: it tells whether anything reads it at a path."""

UNSERVED = (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.NOT_IMPLEMENTED)
"""What a POST gets where nothing takes it."""

LOG_LINES = 20


class Started(Protocol):
    """What an instance needs of the container that runs it; a `PrivateContainer` fits."""

    def connect(self, timeout: float) -> socket.socket:
        """A connection to its port; `timeout` holds for each wait on it."""

    def listeners(self) -> tuple[tuple[str, int], ...]:
        """Address and port of each of its sockets that listen; none where nobody can tell."""

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""

    def log_lines(self, tail: int | None = None) -> list[str]:
        """What it wrote."""

    def signal(self, number: int) -> None:
        """Send a signal to its first process."""

    def handles(self, number: int) -> bool:
        """Whether its first process handles a signal; True where nobody can tell."""

    def stop(self, grace: float = ...) -> int:
        """End it."""


@dataclass(frozen=True)
class Instance:
    """A running wrapper.

    Attributes:
        connect: Opens a connection to it.
        root: The path before `/live` and the rest; empty for an address of the wrapper's own.
        job_name: The name that it was given; None where nobody knows it.
        version: Likewise.
        timestamp: The deployment's Unix second that it was given; None where nobody knows it.
        container: What runs it; None for an address alone, of which nothing else is known.
        behind_pub: Whether `root` is already the prefix, since the address is one of PUB's.
        host: What requests say that they ask.
    """

    connect: Connect
    root: str = ""
    job_name: str | None = None
    version: str | None = None
    timestamp: int | None = None
    container: Started | None = None
    behind_pub: bool = False
    host: str = f"127.0.0.1:{JOB_PORT}"

    def prefix(self, version: str | None = None) -> str:
        """The path under which PUB forwards calls, for a version as it stands in the path."""
        return f"/pub/job/{quote(self.job_name or '', safe='')}/{version or self.version}"

    @cached_property
    def perform_base(self) -> str:
        """What stands before `/api/v1/perform` where that is served: the prefix, or the root.

        Whether it is served at the other as well is for the rules about mounts.
        """
        if self.job_name is None or self.behind_pub:
            return self.root
        answer = self.ask("POST", self.prefix() + PERFORM, UNFINISHED, {"Content-Type": JSON_TYPE})
        missing = (None, *UNSERVED)
        return self.root if answer.status in missing else self.prefix()

    def ask(
        self,
        method: str,
        path: str,
        body: Body = None,
        headers: Mapping[str, str] | None = None,
        *,
        timeout: float = TIMEOUT,
    ) -> Exchange:
        """Make one request; `path` is the whole path."""
        return exchange(self.connect, method, path, body, headers, timeout=timeout, host=self.host)

    def connection(self) -> Connection:
        """A connection for several requests."""
        return Connection(self.connect, timeout=TIMEOUT, host=self.host)

    @property
    def exit_code(self) -> int | None:
        """How its process ended; None while it runs, or where nobody knows."""
        return self.container.exit_code if self.container is not None else None

    def log(self, tail: int = LOG_LINES) -> list[str]:
        """The last lines that it wrote; none where nobody sees them."""
        return self.container.log_lines(tail) if self.container is not None else []

    @property
    def log_evidence(self) -> tuple[Evidence, ...]:
        """The last lines that it wrote, where there are any."""
        lines = self.log()
        return (Evidence("last lines of its log", "\n".join(lines)),) if lines else ()

    def wait_ready(self, timeout: float = READY_TIMEOUT) -> None:
        """Wait until `/ready` answers with success.

        Raises:
            JobNotReady: It did not, in that time; or its process ended.
        """
        start = time.monotonic()
        seen = ""

        def probe() -> bool | None:
            nonlocal seen
            code = self.exit_code
            if code is not None:
                took = time.monotonic() - start
                raise self._not_ready(f"it ended with {exit_words(code)}, after {took:.1f} s")
            answer = self.ask("GET", f"{self.root}/ready")
            seen = answer.answered
            return True if answer.succeeded else None

        try:
            wait_until(probe, timeout=timeout)
        except DeadlineExceeded as late:
            what = f"/ready, asked for {late.seconds:.1f} s, gave: {seen}"
            raise self._not_ready(what) from None

    def wait_usable(self) -> None:
        """Wait until it is ready, or does not say that it is not: rules then tell what is wrong.

        A `/ready` that says neither for a few seconds, since it is not there, never will.

        Raises:
            JobNotReady: Its process ended, nothing answers, or it is not ready by its own words.
        """
        first, was_ready = 0.0, False

        def probe() -> bool | None:
            nonlocal first, was_ready
            if self.exit_code is not None:
                return True
            answer = self.ask("GET", f"{self.root}/ready")
            if answer.succeeded:  # that it has to be 200, and to stay so, is for a rule to tell
                was_ready = True
                return True
            if answer.status in (None, HTTPStatus.SERVICE_UNAVAILABLE):
                first = 0.0
                return None
            first = first or time.monotonic()
            return True if time.monotonic() - first > MISSING else None

        start = time.monotonic()
        with suppress(DeadlineExceeded):
            wait_until(probe, timeout=READY_TIMEOUT)
        took = time.monotonic() - start
        if self.exit_code is not None:
            code = exit_words(self.exit_code)
            raise self._not_ready(f"it ended with {code}, after {took:.1f} s")
        if was_ready:
            return
        ready = self.ask("GET", f"{self.root}/ready")
        unready = ready.status in (None, HTTPStatus.SERVICE_UNAVAILABLE)
        if unready and not (ready.status is None and self.ask("GET", f"{self.root}/live").status):
            raise self._not_ready(f"/ready, asked for {took:.1f} s, gave: {ready.answered}")

    def _not_ready(self, what: str) -> JobNotReady:
        return JobNotReady(f"The wrapper did not get ready: {what}.", log=self.log())

    def signal(self, number: int) -> None:
        """Send a signal to its first process, if it is ours."""
        if self.container is not None:
            self.container.signal(number)

    def handles(self, number: int) -> bool:
        """Whether the first process handles a signal; True where nobody can tell."""
        return self.container is None or self.container.handles(number)

    def stop(self, grace: float = 2.0) -> None:
        """End it, if it is ours to end."""
        if self.container is not None:
            self.container.stop(grace)


def connect_to(url: str) -> tuple[Connect, str, str]:
    """How to reach an address.

    Args:
        url: Begins with `http://` or `https://`.

    Returns:
        What opens a connection, the host as requests name it, and the path without its last slash.

    Raises:
        UsageError: It is no address.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        raise UsageError(f"{url} is no address: {error}.") from None
    host = parts.hostname
    try:
        (host or "").encode("idna")  # as a look for its address would
    except UnicodeError:
        host = None
    if parts.scheme not in ("http", "https") or not host:
        raise UsageError(f"{url} is no address.", remedy="write http://HOST:PORT.")

    def connect(timeout: float) -> socket.socket:
        made = socket.create_connection((host, port), timeout=timeout)
        if parts.scheme == "http":
            return made
        try:
            return ssl.create_default_context().wrap_socket(made, server_hostname=host)
        except BaseException:
            with suppress(OSError):
                made.close()
            raise

    return connect, parts.netloc.rpartition("@")[2], parts.path.rstrip("/")
