"""Where a server listens, and where it keeps what it knows."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from workbench import _ports
from workbench._home import passing_folders
from workbench.errors import PortTaken, WorkbenchError
from workbench.events import Event, Phase, Sink
from workbench.racetrack.config import DEFAULT_PORT
from workbench.settings import get_settings


def choose_port(port: int | None, on_event: Sink) -> int:
    """The port to listen on: the one that was asked for, else 7002, else a free one.

    Raises:
        PortTaken: Somebody listens on the one that was asked for.
    """
    wanted = port or DEFAULT_PORT
    if _ports.port_is_free(wanted):
        return wanted
    owner = _ports.port_owner(wanted)
    if port is not None:
        raise PortTaken(
            f"Port {port} is taken by {owner}.",
            port=port,
            remedy="stop it, or leave the port out: a free one is taken then.",
        )
    chosen = _ports.free_port()
    on_event(Event(Phase.STARTING, f"port {wanted} is taken by {owner}; using {chosen}"))
    return chosen


def default_state() -> Path:
    """The state folder where none is named."""
    return get_settings().home / "racetrack"


def make_state(folder: Path) -> None:
    """Make a state folder, where it is not there yet.

    Raises:
        WorkbenchError: It cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise WorkbenchError(
            f"{folder} cannot be used as a state folder: {error.strerror or error}.",
            remedy="name another one by `state`, or set WORKBENCH_HOME to a folder of yours.",
        ) from None


def passing_state() -> Path:
    """A new state folder for a server that is to forget everything.

    Those that killed processes left behind are removed.

    Raises:
        WorkbenchError: It cannot be made.
    """
    folder = passing_folders("racetrack-passing")
    return Path(tempfile.mkdtemp(prefix=f"{os.getpid()}-", dir=folder))
