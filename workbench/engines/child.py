"""Children of this process, seen as containers."""

from __future__ import annotations

import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from workbench import _children, _process
from workbench._private_network import PrivateNetwork
from workbench.engines.base import NOTHING_WRONG, Surroundings
from workbench.settings import JOB_PORT

FULL_DEVICE = Path("/dev/full")
"""Linux's disk without room: each write to it fails, with ENOSPC."""


@dataclass(frozen=True)
class ChildContainer:
    """A job's process, seen as a container."""

    child: _children.Child
    port: int

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def exit_code(self) -> int | None:
        """Its exit code, negative for a signal; None while it runs."""
        return self.child.exit_code

    @property
    def ending(self) -> str:
        """Nothing: of a child no more is known than its exit code."""
        return ""

    @property
    def log_file(self) -> Path:
        """The file that holds all it wrote."""
        return self.child.log_path

    def log_lines(self, tail: int | None = None) -> list[str]:
        """What it wrote to stdout and stderr."""
        return self.child.log_lines(tail)

    def log_since(self, offset: int) -> tuple[list[str], int]:
        """The lines finished after the first `offset` bytes, and the offset to go on from."""
        return self.child.log_since(offset)

    def signal(self, number: int) -> None:
        """Send a signal to its process alone."""
        self.child.signal(number)

    def handles(self, number: int) -> bool:
        """Whether its process has a handler of its own for a signal."""
        return self.child.handles(number)

    def stop(self, grace: float = _process.STOP_GRACE) -> int:
        """Ask it to end, and kill it after `grace` seconds."""
        return self.child.stop(grace)

    def __repr__(self) -> str:
        return f"<process {self.child.pid} on port {self.port}>"


@dataclass(frozen=True)
class PrivateChild(ChildContainer):
    """A process in a network of its own, where its port is its own, too."""

    network: PrivateNetwork
    port_holder: socket.socket | None = None

    def connect(self, timeout: float) -> socket.socket:
        """A connection to it; see `PrivateContainer.connect`."""
        return self.network.connect(self.port, timeout)

    def listeners(self) -> tuple[tuple[str, int], ...]:
        """Address and port of each of its sockets that listen."""
        return self.network.listeners()

    def stop(self, grace: float = _process.STOP_GRACE) -> int:
        """Ask it to end, kill it after `grace` seconds, and let its network go."""
        try:
            return self.child.stop(grace)
        finally:
            if self.port_holder is not None:
                self.port_holder.close()
            self.network.close()


def start_private(
    args: Sequence[str | Path],
    *,
    name: str,
    cwd: Path,
    env: Mapping[str, str],
    around: Surroundings = NOTHING_WRONG,
) -> PrivateChild:
    """Start a server in a network of its own; it is expected to listen on `JOB_PORT` there.

    Raises:
        EngineUnavailable: This system gives no such network.
        WorkbenchError: The server could not be started.
    """
    network = PrivateNetwork(name)
    holder = None
    try:
        if around.taken_port:
            holder = network.occupy(JOB_PORT)
        output = FULL_DEVICE if around.full_log else None
        child = network.spawn(args, kind="job", name=name, cwd=cwd, env=env, output=output)
    except BaseException:
        if holder is not None:
            holder.close()
        network.close()
        raise
    return PrivateChild(child, JOB_PORT, network, holder)
