"""A container of Docker, seen as the engines' `Container`."""

from __future__ import annotations

import atexit
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import requests
from docker.errors import APIError, DockerException, NotFound
from urllib3.exceptions import HTTPError

from workbench import _children, _process
from workbench._log_file import LogFile
from workbench.engines.docker.answering import answers, why_ended
from workbench.engines.docker.client import Client

_SIGNALS = range(129, 193)
"""Exit codes by which Docker tells that a signal ended a program: 128 and its number."""

_DRAIN = 5.0
"""Seconds in which the rest of a log arrives once its program has ended."""


class DockerContainer:
    """A container that was started here; it is removed when it is stopped, or at exit.

    Args:
        client: The daemon's client.
        container: docker-py's own object of a container that was created and not yet started.
        port: The port of this machine's loopback at which it is reached.
        log_path: The file that gets all that it writes.
        memory: Its limit, in bytes, for the message where that was too little.
    """

    def __init__(
        self, client: Client, container: Any, port: int, log_path: Path, memory: int | None
    ) -> None:
        self._client = client
        self._container = container
        self._memory = memory
        self._log = LogFile(log_path)
        self._code: int | None = None
        self._ending = ""
        self._ended = threading.Event()
        self._removing = threading.Lock()
        self._removed = False
        self._asked = False
        self._started = time.monotonic()
        self._port = port
        self._pid = 0

    def start(self) -> None:
        """Start it; its log is followed from its first line on.

        Raises:
            EngineUnavailable: The daemon went away.
            APIError: It does not start.
        """
        _living.add(self)
        self._container.start()
        self._follower = _thread(self._follow)
        self._container.reload()
        self._pid = int(self._container.attrs["State"]["Pid"])
        _thread(self._await_end)

    @property
    def id(self) -> str:
        """Its id, in short."""
        return str(self._container.short_id)

    @property
    def name(self) -> str:
        """Its name."""
        return str(self._container.name)

    @property
    def pid(self) -> int:
        """Its first process, as the daemon's machine counts."""
        return self._pid

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def exit_code(self) -> int | None:
        """Its exit code, negative for a signal; None while it runs."""
        return self._code if self._ended.is_set() else None

    @property
    def ending(self) -> str:
        """Why it ended, where Docker knows more than an exit code; else empty."""
        return self._ending

    @property
    def log_file(self) -> Path:
        """The file that holds all it wrote."""
        return self._log.path

    def log_lines(self, tail: int | None = None) -> list[str]:
        """What it wrote to stdout and stderr."""
        return self._log.lines(tail)

    def log_since(self, offset: int) -> tuple[list[str], int]:
        """The lines finished after the first `offset` bytes, and the offset to go on from."""
        ended = self.exit_code is not None  # asked before reading: nothing is written after it
        return self._log.since(offset, ended=ended)

    def signal(self, number: int) -> None:
        """Send a signal to its first process; one that has ended gets none."""
        self._asked = True
        with suppress(APIError, requests.RequestException):
            self._container.kill(signal=number)

    def handles(self, number: int) -> bool:
        """Whether its first process has a handler for a signal; True where none can tell."""
        return _process.handles(self._pid, number)

    def stop(self, grace: float = _process.STOP_GRACE) -> int:
        """Ask it to end, kill it after `grace` seconds, and remove it; gives its exit code."""
        try:
            if self.exit_code is None:
                self._signal_to_stop()
                self._ended.wait(grace)
        finally:  # also where the wait was interrupted
            self._remove()
        return self._code if self._code is not None else -9

    def _signal_to_stop(self) -> None:
        self._asked = True
        wanted = self._container.attrs.get("Config", {}).get("StopSignal") or "SIGTERM"
        with suppress(APIError, requests.RequestException):
            self._container.kill(signal=wanted)

    def _remove(self) -> None:
        with self._removing:
            if self._removed:
                return
            if self.exit_code is None:
                self.signal(9)
                self._ended.wait(_DRAIN)
            remove(self._client, str(self._container.id))
            self._removed = True
            _living.discard(self)

    def _follow(self) -> None:
        """Write down what it writes, from its first line to its last."""
        api = self._client.api.api
        url = f"{api.base_url}/v{api.api_version}/containers/{self._container.id}/logs"
        wanted = {"follow": 1, "stdout": 1, "stderr": 1}
        broken = (OSError, requests.RequestException, HTTPError)
        with (
            suppress(*broken),
            api.get(url, params=wanted, stream=True, timeout=None) as answer,
            self._log.path.open("ab", buffering=0) as file,
        ):
            # Each piece has a head of eight bytes: which output it is of, and how long it is.
            while head := answer.raw.read(8):
                file.write(answer.raw.read(int.from_bytes(head[4:], "big")))

    def _await_end(self) -> None:
        code: int | None = None
        while code is None:
            try:
                code = int(self._container.wait(timeout=None)["StatusCode"])
            except NotFound:
                break
            except (DockerException, requests.RequestException):
                if not answers(self._client):
                    break
        why = why_ended(self._client, self._container, self._memory, asked=self._asked)
        if why:
            after = time.monotonic() - self._started
            self._ending = f"{after:.1f} s after it was started, {why}"
        self._follower.join(_DRAIN)
        self._code = -9 if code is None else -(code - 128) if code in _SIGNALS else code
        self._ended.set()

    def __repr__(self) -> str:
        return f"<container {self.id} on port {self._port}>"


_not_removed: list[tuple[str, str]] = []
"""The daemon's address and the id of each container that is there still, though it was stopped."""


def remove(client: Client, container: str) -> None:
    """Remove a container; where the daemon is away, it is done before the next one starts."""
    try:
        client.api.api.remove_container(container, force=True, v=True)
    except NotFound:  # somebody did it
        return
    except (DockerException, requests.RequestException):
        _not_removed.append((client.host, container))


def remove_left(client: Client) -> None:
    """Remove what could not be removed when it was stopped, since its daemon was away."""
    for left in [one for one in _not_removed if one[0] == client.host]:
        _not_removed.remove(left)
        remove(client, left[1])


def logs_in_use() -> list[str]:
    """The files to which living children write, and the containers that were started here."""
    return [*_children.logs_in_use(), *(str(one.log_file) for one in list(_living))]


_living: set[DockerContainer] = set()  # whoever drops the object does not stop the container


@atexit.register
def _remove_all() -> None:
    for container in list(_living):
        container.stop(grace=1.0)


def _thread(work: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread
