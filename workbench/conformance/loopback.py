"""A container that is reached by a port of this machine, and what requests call it."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from workbench import _ports
from workbench.conformance.instance import Started
from workbench.engines import Container
from workbench.settings import JOB_PORT


@dataclass(frozen=True)
class OnLoopback:
    """A container that listens on this machine, where others may listen, too."""

    container: Container

    def connect(self, timeout: float) -> socket.socket:
        """A connection to its port."""
        address = urlsplit(self.container.address)
        return socket.create_connection((address.hostname, address.port), timeout=timeout)

    def listeners(self) -> tuple[tuple[str, int], ...]:
        """Who listens on its port; the other sockets of this machine belong to others."""
        return _ports.listeners(urlsplit(self.container.address).port or JOB_PORT)

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        return self.container.exit_code

    def log_lines(self, tail: int | None = None) -> list[str]:
        """What it wrote."""
        return self.container.log_lines(tail)

    def signal(self, number: int) -> None:
        """Send a signal to its first process."""
        self.container.signal(number)

    def handles(self, number: int) -> bool:
        """Whether its first process handles a signal."""
        return self.container.handles(number)

    def stop(self, grace: float = 2.0) -> int:
        """End it."""
        return self.container.stop(grace)


def host_of(container: Started) -> str:
    """What a browser would write into the `Host` header: the port belongs to it."""
    if isinstance(container, OnLoopback):
        return urlsplit(container.container.address).netloc
    return f"127.0.0.1:{JOB_PORT}"
