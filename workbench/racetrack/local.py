"""A server in a process of its own, for as long as a notebook or a program needs it."""

from __future__ import annotations

import json
import os
import secrets
import sys
import tempfile
from pathlib import Path
from types import TracebackType

import requests

from workbench import _children, _ports
from workbench._wait import DeadlineExceeded, wait_until
from workbench.errors import PortTaken, WorkbenchError
from workbench.events import Event, Phase, Sink, default_sink, step
from workbench.racetrack.client.racetrack import Racetrack
from workbench.racetrack.config import DEFAULT_PORT, Config, Limits
from workbench.racetrack.model import NOBODY
from workbench.settings import get_settings

START_TIMEOUT = 30.0
"""Seconds that a server may take until it answers; about one is usual."""


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


class LocalRacetrack(Racetrack):
    """A Racetrack for one person, in a process of its own; it runs from here on.

    Leave its `with` block, or call `stop`, to end it and all that it runs. It ends with this
    process too, and so do its jobs. What it knows stays in its state folder.

    Args:
        engine: The engine that builds and runs jobs: `process`, `docker` or `auto`; None for the
            setting.
        port: The port of the loopback interface; None for 7002, or a free one where that is taken.
        state: The folder with all that it knows; None for one below the workbench's home.
        auth: Whether a token is asked for, as a real server does; `password` is then the one of the
            user `admin`.
        faithful: Whether it also does what a real server does to the harm of its user.
        limits: What is too much or too long; None for defaults that suit a laptop.
        on_event: Where progress is reported; None for a table in a notebook, else nothing.

    Attributes:
        config: How it is.
        password: That of the user `admin`, made up anew at each start; empty without `auth`.

    Raises:
        PortTaken: Somebody listens on `port`.
        WorkbenchError: It ended while starting, or did not answer in time; its own words are in it.
    """

    def __init__(
        self,
        *,
        engine: str | None = None,
        port: int | None = None,
        state: str | Path | None = None,
        auth: bool = False,
        faithful: bool = False,
        limits: Limits | None = None,
        on_event: Sink | None = None,
    ) -> None:
        sink = on_event or default_sink()
        self.config = Config(
            state=Path(state).expanduser().resolve() if state is not None else default_state(),
            port=choose_port(port, sink),
            engine=engine or get_settings().engine,
            auth=auth,
            faithful=faithful,
            limits=limits or Limits(),
        )
        self.password = secrets.token_urlsafe(12) if auth else ""
        with step(sink, Phase.STARTING, "LocalRacetrack") as outcome:
            self._child = _start(self.config, self.password)
            outcome.message = f"LocalRacetrack at {self.config.url}"
        try:
            token = _token(self.config, self.password) if auth else None
            super().__init__(self.config.lifecycle_url, token=token)
        except BaseException:
            self._child.stop()
            raise

    @property
    def dashboard_url(self) -> str:
        """The first page of its dashboard, for a browser of this machine."""
        return f"{self.config.url}/dashboard/jobs"

    @property
    def exit_code(self) -> int | None:
        """The exit code of its process; None while it runs."""
        return self._child.exit_code

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._child.pid

    def log(self, tail: int | None = 20) -> str:
        """What the server itself wrote; its last lines, or all for None."""
        return "\n".join(self._child.log_lines(tail))

    def stop(self) -> int:
        """End it, its deployments and its jobs; a second call changes nothing.

        Returns:
            Its exit code; negative for a signal.
        """
        self.close()
        return self._child.stop()

    def __enter__(self) -> LocalRacetrack:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def __repr__(self) -> str:
        how = "stopped" if self.exit_code is not None else f"at {self.config.url}"
        return f"<LocalRacetrack {how} ({self.config.engine})>"


def _start(config: Config, password: str) -> _children.Child:
    config.state.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(prefix="workbench-racetrack-") as folder:
        path = Path(folder) / "config.json"
        path.touch(mode=0o600)
        path.write_text(json.dumps({"config": config.to_dict(), "password": password}))
        child = _children.spawn(
            [sys.executable, "-m", "workbench.racetrack.server", path],
            kind="racetrack",
            name="LocalRacetrack",
            cwd=config.state,
            env=os.environ,
            port=config.port,
        )
        try:
            _wait_until_up(child, config)
        except BaseException:  # also an interrupt: what was started here must not stay
            child.stop()
            raise
    return child


def _token(config: Config, password: str) -> str:
    with requests.Session() as session:
        session.trust_env = False
        given = {"username": NOBODY.name, "password": password}
        url = f"{config.lifecycle_url}/api/v1/users/login"
        return str(session.post(url, json=given, timeout=30).json()["token"])


def _wait_until_up(child: _children.Child, config: Config) -> None:
    def probe() -> bool | None:
        if child.exit_code is not None:
            told = child.log_lines(20)
            why = next((line for line in reversed(told) if line.startswith("error: ")), "")
            raise WorkbenchError(
                f"LocalRacetrack did not start: {why.removeprefix('error: ') or 'it ended'}",
                log=() if why else told,
            )
        try:
            answer = session.get(f"{config.lifecycle_url}/ready", timeout=3)
        except requests.RequestException:
            return None
        return True if answer.ok else None

    with requests.Session() as session:
        session.trust_env = False  # a proxy of the environment must not get loopback calls
        try:
            wait_until(probe, timeout=START_TIMEOUT)
        except DeadlineExceeded as late:
            raise WorkbenchError(
                f"LocalRacetrack did not answer within {late.seconds:.0f} s.",
                log=child.log_lines(20),
            ) from None
