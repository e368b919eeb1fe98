"""A job whose program is the test itself, and a front end that only counts."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

from comm.base_comm import BaseComm

Reply = tuple[int, str]
"""A status code and a body."""

BASE = "/pub/job/golang-function/0.0.1"


def nothing_there(path: str) -> Reply:
    """What is answered to a GET unless a test says otherwise."""
    return 404, f'{{"error": "there is nothing at {path}"}}'


@dataclass
class Served:
    """A container whose program is this test: an HTTP server in a thread.

    Attributes:
        post: Gives the answer to a POST, from its body.
        get: Gives the answer to a GET, from its path.
        bodies: Path and body of every POST.
        lines: What it wrote.
        exit_code: Its exit code; None while it runs.
        closed: Whether nothing listens, though the process runs.
        log_file: The file that would hold what it wrote.
        may_end: Set once nothing keeps it from ending.
    """

    post: Callable[[str], Reply]
    get: Callable[[str], Reply] = nothing_there
    bodies: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=lambda: ["the last line"])
    exit_code: int | None = None
    closed: bool = False
    log_file: Path | None = None
    may_end: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer(*outer.get(self.path))

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                outer.bodies.append(f"{self.path} {body}")
                self._answer(*outer.post(body))

            def _answer(self, status: int, text: str) -> None:
                with suppress(ConnectionError):  # whoever asked may have given up
                    self.send_response(status)
                    self.send_header("Content-Length", str(len(text.encode())))
                    self.end_headers()
                    self.wfile.write(text.encode())

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.may_end.set()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def log_lines(self, tail: int | None = None) -> list[str]:
        return self.lines[-tail:] if tail else self.lines

    def log_since(self, offset: int) -> tuple[list[str], int]:
        lines = list(self.lines)
        return lines[offset:], len(lines)

    def close(self) -> None:
        """Listen no more."""
        if not self.closed:
            self.closed = True
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()

    def signal(self, number: int) -> None:
        """Take a signal and go on."""
        del number

    ending = ""

    def handles(self, number: int) -> bool:
        """No word of a signal is heard here."""
        return bool(number)

    def stop(self, grace: float = 0) -> int:
        del grace
        self.may_end.wait(10)
        self.close()
        if self.exit_code is None:
            self.exit_code = 0
        return self.exit_code


class CountingComm(BaseComm):
    """The front end's end of a widget: it keeps what comes, and shows nothing."""

    sent: ClassVar[list[dict[str, Any]]] = []

    def publish_msg(
        self, msg_type: str, data: dict[str, Any] | None = None, *_: Any, **__: Any
    ) -> None:
        """Keep a message."""
        if msg_type == "comm_msg" and data is not None and data.get("method") == "update":
            self.sent.append(data["state"])
