"""Ports of the loopback interface: a free one, and who holds one that is taken."""

from __future__ import annotations

import secrets
import socket
import threading
from collections import deque
from contextlib import suppress
from typing import Any

import psutil

from workbench._children import records

# Below those that systems give to outgoing connections: one of these would keep a server from a
# port that was free a moment ago.
_FIRST, _LAST = 20_000, 29_999

_given: deque[int] = deque(maxlen=200)
_lock = threading.Lock()


def free_port() -> int:
    """A port that nobody uses at this moment, and that was not given lately, either.

    So what is started side by side in this process does not meet.
    """
    with _lock:
        while True:
            port = _FIRST + secrets.randbelow(_LAST - _FIRST + 1)
            if port not in _given and port_is_free(port):
                _given.append(port)
                return port


def port_is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether a server could listen on `port` of `host` now."""
    with socket.socket() as probe:
        # As Go's listeners do: a connection that is still winding down does not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def listeners(port: int) -> tuple[tuple[str, int], ...]:
    """Address and port of each socket that listens on `port`; none where the system hides them."""
    return tuple(sorted({(one.laddr.ip, one.laddr.port) for one in _listening(port)}))


def port_owner(port: int) -> str:
    """Who listens on `port`, in words; systems that do not tell give `another process`."""
    for record in records():
        if record.port == port:
            whose = "left by a crash" if record.abandoned else "still in use"
            return f"{record}, one of ours, {whose}"
    for connection in _listening(port):
        if connection.pid is None:
            break
        with suppress(psutil.Error):
            return f"{psutil.Process(connection.pid).name()} (process {connection.pid})"
    return "another process"


def _listening(port: int) -> list[Any]:
    """Entries of psutil: who listens on `port`; none where the system hides them."""
    try:
        connections = psutil.net_connections(kind="tcp")
    except psutil.AccessDenied:  # macOS, for anyone but root
        return []
    return [
        one
        for one in connections
        if one.status == psutil.CONN_LISTEN and one.laddr and one.laddr.port == port
    ]
