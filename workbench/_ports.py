"""Ports of the loopback interface: a free one, and who holds one that is taken."""

from __future__ import annotations

import socket
from contextlib import suppress
from typing import Any

import psutil

from workbench._children import records


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
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
