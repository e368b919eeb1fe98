"""A server in a process of its own, for as long as a notebook or a program needs it."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import sys
import tempfile
from collections.abc import Collection
from contextlib import ExitStack
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

from workbench import _children, _html
from workbench._cell import running_cell
from workbench._sessions import new_session
from workbench._wait import DeadlineExceeded, wait_until
from workbench.engines import Engine, get_engine
from workbench.errors import PortTaken, UsageError, WorkbenchError, exit_words
from workbench.events import Phase, Sink, default_sink, step
from workbench.racetrack.client.racetrack import Racetrack
from workbench.racetrack.config import DEFAULT_PORT, PORT_TAKEN, Config, Limits
from workbench.racetrack.model import NOBODY
from workbench.racetrack.places import choose_port, default_state, make_state, passing_state
from workbench.settings import browser_url

START_TIMEOUT = 30.0
"""Seconds that a server may take until it answers; about one is usual."""


_living: set[LocalRacetrack] = set()  # also those of which a notebook forgot the name


class LocalRacetrack(Racetrack):
    """A Racetrack for one person, in a process of its own; it runs from here on.

    Leave its `with` block, or call `stop`, to end it and all that it runs. It ends with this
    process too, and so do its jobs. What it knows stays in its state folder. A cell of a notebook
    that is run again stops the one that it started before.

    Args:
        engine: The engine that builds and runs jobs: `process`, `docker` or `auto`, or one whose
            name is taken; None for the setting.
        port: The port of the loopback interface; None for 7002, or a free one where that is taken.
        state: The folder with all that it knows; None for one below the workbench's home.
        keep: Whether it still knows it the next time; else it begins with nothing, in a folder of
            its own that goes when it stops.
        auth: Whether a token is asked for, as a real server does; `password` is then the one of the
            user `admin`.
        faithful: Whether it also does what a real server does to the harm of its user.
        git_hosts: The hosts that jobs may be fetched from by git; `*` for all of them.
        pub_for_containers: Whether jobs in containers may call others: PUB, and nothing else, then
            listens on the address by which containers reach this machine, too.
        limits: What is too much or too long; None for defaults that suit a laptop.
        on_event: Where progress is reported; None for a table in a notebook, else nothing.

    Attributes:
        config: How it is.
        started_in: The cell of a notebook that started it; None elsewhere.
        password: That of the user `admin`, made up anew at each start; empty without `auth`.

    Raises:
        PortTaken: Somebody listens on `port`.
        EngineUnavailable: The engine cannot work on this machine.
        UsageError: A folder was named that is not to be kept, or there is no such engine.
        WorkbenchError: It ended while starting, or did not answer in time; its own words are in it.
    """

    def __init__(
        self,
        *,
        engine: str | Engine | None = None,
        port: int | None = None,
        state: str | Path | None = None,
        keep: bool = True,
        auth: bool = False,
        faithful: bool = False,
        git_hosts: Collection[str] = (),
        pub_for_containers: bool = False,
        limits: Limits | None = None,
        on_event: Sink | None = None,
    ) -> None:
        if state is not None and not keep:
            raise UsageError(
                f"{state} was named as the state folder, and is not to be kept.",
                remedy="leave one of both out.",
            )
        sink = on_event or default_sink()
        self.started_in = running_cell()
        self._stop_former()
        chosen = choose_port(port, sink)
        used = get_engine(engine, on_event=sink).name
        self._passing = None if keep else passing_state()
        kept = Path(state).expanduser().resolve() if state is not None else default_state()
        self.config = Config(
            state=self._passing or kept,
            port=chosen,
            engine=used,
            auth=auth,
            faithful=faithful,
            git_hosts=tuple(git_hosts),
            hosts=_hosts_of_browsers(),
            pub_for_containers=pub_for_containers,
            limits=limits or Limits(),
        )
        self.password = secrets.token_urlsafe(12) if auth else ""
        with ExitStack() as stack:
            if self._passing:
                stack.callback(shutil.rmtree, self._passing, ignore_errors=True)
            with step(sink, Phase.STARTING, "LocalRacetrack") as outcome:
                try:
                    self._child = _start(self.config, self.password)
                except PortTaken:  # by somebody who came first, since it was looked at
                    if port is not None:
                        raise
                    self.config = replace(self.config, port=choose_port(None, sink))
                    self._child = _start(self.config, self.password)
                outcome.message = f"LocalRacetrack at {self.config.url}"
            stack.callback(self._child.stop)
            token = _token(self.config, self.password) if auth else None
            super().__init__(self.config.lifecycle_url, token=token)
            stack.pop_all()
        _living.add(self)

    def dashboard_url(self, page: str = "jobs") -> str:
        """The address of a page of its dashboard, for the browser that shows a notebook."""
        return browser_url(self.config.port, f"/dashboard/{page}")

    def dashboard(self, page: str = "jobs", *, height: int = 600) -> Any:
        """A page of its dashboard, in a frame of a notebook; a link to it stands above.

        Args:
            page: `jobs`, `deployments`, `administration`, `portfolio` or `about`.
            height: The frame's height in pixels.
        """
        views = import_module("workbench.widgets.dashboard")  # by its name: views stand above
        return views.DashboardView(self, page, height)

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
        code = self._child.stop()
        _living.discard(self)
        if self._passing:
            shutil.rmtree(self._passing, ignore_errors=True)
        return code

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

    def _repr_html_(self) -> str:
        runs = self.exit_code is None
        how = _html.badge("runs", _html.GOOD) if runs else _html.badge("stopped", _html.MUTED)
        kept = "goes when it stops" if self._passing else f"stays in {self.config.state}"
        docker = self.config.engine == "docker"
        rows: list[tuple[str, str]] = [("LocalRacetrack", how)]
        if runs:
            rows += [
                ("for the command", _html.code(f"racetrack set remote {self.config.url}")),
                ("for a browser", _html.link(self.dashboard_url(), "its dashboard")),
                ("for callers", _html.code(f"{self.config.pub_url}/job/NAME/VERSION/...")),
                ("jobs run", "in containers" if docker else "as plain programs"),
            ]
        rows.append(("what it knows", kept))
        return str(_html.table(("", ""), rows))

    def _gone(self, patience: float) -> WorkbenchError | None:
        try:
            code = wait_until(lambda: self.exit_code, timeout=patience)
        except DeadlineExceeded:
            return None
        stays = "went with it" if self._passing else f"stays in {self.config.state}"
        remedy = f"start it again, by LocalRacetrack(...) as before; what it knew {stays}."
        if self._child.stopped:
            return WorkbenchError("this LocalRacetrack was stopped.", remedy=remedy)
        told = f"this LocalRacetrack ended by itself, with {exit_words(code)}."
        return WorkbenchError(told, log=self._child.log_lines(20), remedy=remedy)

    def _stop_former(self) -> None:
        """Stop the one that this very cell started when it ran before."""
        for other in list(_living):
            if self.started_in and other.started_in and other.started_in.is_again(self.started_in):
                other.stop()


def _hosts_of_browsers() -> tuple[str, ...]:
    """The hosts by which a browser that shows a notebook asks for it.

    A hub's proxy passes on a name that is not known here, but no browser runs on that machine whose
    pages could be led to it by DNS rebinding.
    """
    host = urlsplit(browser_url(DEFAULT_PORT)).hostname
    return (host or "*",)


def _start(config: Config, password: str) -> _children.Child:
    make_state(config.state)
    with tempfile.TemporaryDirectory(prefix="workbench-racetrack-") as folder:
        path = Path(folder) / "config.json"
        path.touch(mode=0o600)
        # The server removes the file once it listens: whoever else may answer at that port.
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
            _wait_until_up(child, config, path)
        except BaseException:  # also an interrupt: what was started here must not stay
            child.stop()
            raise
    return child


def _token(config: Config, password: str) -> str:
    with new_session(proxies=False) as session:
        given = {"username": NOBODY.name, "password": password}
        url = f"{config.lifecycle_url}/api/v1/users/login"
        return str(session.post(url, json=given, timeout=30).json()["token"])


def _wait_until_up(child: _children.Child, config: Config, told_to: Path) -> None:
    def probe() -> bool | None:
        code = child.exit_code
        if code is None:
            return None if told_to.exists() else True
        told = child.log_lines(20)
        why = next((line for line in reversed(told) if line.startswith("error: ")), "")
        what = f"LocalRacetrack did not start: {why.removeprefix('error: ') or 'it ended'}"
        if code == PORT_TAKEN:
            raise PortTaken(what, port=config.port, remedy="stop that, or take another port.")
        raise WorkbenchError(what, log=() if why else told)

    try:
        wait_until(probe, timeout=START_TIMEOUT)
    except DeadlineExceeded as late:
        raise WorkbenchError(
            f"LocalRacetrack did not answer within {late.seconds:.0f} s.",
            log=child.log_lines(20),
        ) from None
