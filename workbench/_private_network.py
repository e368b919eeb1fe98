"""A network of its own for a child, with nothing in it but loopback, and a way in for us.

In it a wrapper listens where it would in its container, on `0.0.0.0:7000`, and neither meets
another one nor is reached from anywhere else. Linux has that, for root and mostly for others, too.
"""

from __future__ import annotations

import os
import re
import socket
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from types import TracebackType

from workbench import _children, _offline
from workbench.errors import EngineUnavailable

_PROGRAM = Path(__file__).with_name("_namespace.py").resolve()
_LISTENING = "0A"  # in the kernel's tables of sockets
OPEN_TIMEOUT = 10.0


class PrivateNetwork:
    """A network that lasts until `close`; also a context manager.

    Args:
        name: What a person calls it.
        of: A process in a network of its own, such as a container's first one: the network is that
            one, and this is a door into it. None for a new one.

    Raises:
        EngineUnavailable: This system gives none, or does not let us in; says why.
    """

    def __init__(self, name: str, of: int | None = None) -> None:
        if not hasattr(socket, "SOCK_SEQPACKET") or sys.platform != "linux":
            raise EngineUnavailable("Only Linux has network namespaces.")
        self._lock = threading.Lock()
        self._door, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._door.settimeout(OPEN_TIMEOUT)
        try:
            with theirs:
                self._keeper = _children.spawn(
                    [*_program("keep"), str(of or 0), str(theirs.fileno())],
                    kind="network",
                    name=name,
                    cwd=Path("/"),
                    env={"PATH": os.environ.get("PATH", os.defpath)},
                    keep_open=[theirs.fileno()],
                    bound=False,
                )
            self._open()
        except BaseException:
            self._door.close()
            raise

    def _open(self) -> None:
        try:
            answer = self._door.recv(1)
        except TimeoutError:
            answer = b""
        except BaseException:
            self.close()
            raise
        if not answer:
            lines = self._keeper.log_lines(3)
            self.close()
            raise _none_given(" ".join(lines))

    def spawn(
        self,
        args: Sequence[str | Path],
        *,
        kind: str,
        name: str,
        cwd: Path,
        env: Mapping[str, str],
        output: Path | None = None,
    ) -> _children.Child:
        """Start a child within the network; see `_children.spawn`."""
        words = [*_program("join"), str(self._keeper.pid), *args]
        return _children.spawn(
            words, kind=kind, name=name, cwd=cwd, env=env, output=output, bound=False
        )

    def connect(self, port: int, timeout: float) -> socket.socket:
        """A connection to whoever listens on `port` of the network's loopback.

        Args:
            port: The port.
            timeout: Seconds for connecting, and then for each wait on the socket.

        Raises:
            OSError: Nobody listens, or the network is closed.
        """
        connection = self._socket()
        try:
            connection.settimeout(timeout)
            connection.connect(("127.0.0.1", port))
        except BaseException:
            connection.close()
            raise
        return connection

    def occupy(self, port: int) -> socket.socket:
        """Listen on a port of the network, so that nobody in it can; lasts until it is closed.

        Raises:
            OSError: Somebody listens there already, or the network is closed.
        """
        holder = self._socket()
        try:
            holder.bind(("0.0.0.0", port))  # noqa: S104 - where wrappers listen, in its network
            holder.listen()
        except BaseException:
            holder.close()
            raise
        return holder

    def _socket(self) -> socket.socket:
        with self._lock:  # one question, one answer
            self._door.send(b"?")
            _, made, _, _ = socket.recv_fds(self._door, 1, 1)
        if not made:
            raise ConnectionAbortedError("the network is gone")
        return socket.socket(fileno=made[0])

    def listeners(self) -> tuple[tuple[str, int], ...]:
        """Address and port of every socket in the network that listens."""
        found = []
        for table in ("tcp", "tcp6"):
            with suppress(OSError):  # a system without IPv6
                text = Path("/proc", str(self._keeper.pid), "net", table).read_text()
                found += [_listener(line) for line in text.splitlines() if _listens(line)]
        return tuple(sorted(set(found)))

    def close(self) -> None:
        """Let the network go; children in it have to be stopped by who started them."""
        self._door.close()
        self._keeper.stop(grace=1.0)
        self._keeper.log_path.unlink(missing_ok=True)

    def __enter__(self) -> PrivateNetwork:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def private_networks() -> EngineUnavailable | None:
    """None where this system gives such networks, else the error that says why not.

    It is tried once in a process: what runs without a network gets one in the same way.
    """
    way = _offline.offline()
    return None if way.sealed else _none_given(way.why_not)


def _none_given(why: str) -> EngineUnavailable:
    return EngineUnavailable(
        f"This system gives no network namespace: {why or 'it did not answer'}",
        remedy="allow them to users (sysctl user.max_net_namespaces), or be root.",
    )


def _program(verb: str) -> list[str]:
    # Without site packages it starts in half the time.
    return [sys.executable, "-I", "-S", str(_PROGRAM), verb, str(os.getpid())]


def _listens(line: str) -> bool:
    return re.match(rf"\s*\d+: [0-9A-F]+:[0-9A-F]{{4}} \S+ {_LISTENING} ", line) is not None


def _listener(line: str) -> tuple[str, int]:
    """Address and port from a line of /proc/net/tcp: words of 32 bits in the machine's order."""
    address, _, port = line.split()[1].partition(":")
    words = [int(address[at : at + 8], 16) for at in range(0, len(address), 8)]
    raw = b"".join(word.to_bytes(4, sys.byteorder) for word in words)
    ip = IPv4Address(raw) if len(raw) == 4 else IPv6Address(raw)
    return str(ip), int(port, 16)
