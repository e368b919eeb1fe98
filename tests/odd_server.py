"""A server that answers each request with the same bytes, and hangs up."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

HALF_A_CHUNK = (
    b"HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n20\r\nabc"
)
HALF_A_BODY = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 90\r\n\r\nabc"
NO_GZIP = (
    b"HTTP/1.1 200 OK\r\nConnection: close\r\n"
    b"Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc"
)
ROUND = b"HTTP/1.1 302 Found\r\nConnection: close\r\nLocation: /live\r\nContent-Length: 0\r\n\r\n"


def whole(body: bytes, status: bytes = b"200 OK") -> bytes:
    """A whole answer."""
    return b"HTTP/1.1 %s\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s" % (
        status,
        len(body),
        body,
    )


@contextmanager
def answering(*answers: bytes) -> Iterator[str]:
    """The address of a server that gives these answers, and then the last one again and again."""
    left = list(answers)
    with socket.create_server(("127.0.0.1", 0)) as door:

        def serve() -> None:
            while True:
                try:
                    connection, _ = door.accept()
                except OSError:
                    return
                with connection, suppress(OSError):
                    connection.recv(65536)
                    connection.sendall(left.pop(0) if len(left) > 1 else left[0])

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{door.getsockname()[1]}"
        with suppress(OSError):
            door.shutdown(socket.SHUT_RDWR)
    thread.join(timeout=5)
