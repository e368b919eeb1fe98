"""Running a server: the parts are made, the port is taken, and all ends when it is told to.

As a program, `python -m workbench.racetrack.server`, it reads its configuration and the password
of its user as JSON from the file that is named, and removes that once it listens; `LocalRacetrack`
starts it so.
"""

from __future__ import annotations

import asyncio
import errno
import fcntl
import json
import logging
import resource
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from aiohttp import web

from workbench import _ports
from workbench.engines import get_engine
from workbench.errors import PortTaken, WorkbenchError
from workbench.racetrack.app import make_app
from workbench.racetrack.config import PORT_TAKEN, Config
from workbench.racetrack.deploying.deployer import Deployer
from workbench.racetrack.model import NOBODY
from workbench.racetrack.plugins.registry import PluginRegistry
from workbench.racetrack.problems import NoRoom
from workbench.racetrack.running.reach import pub_host
from workbench.racetrack.running.supervisor import Supervisor
from workbench.racetrack.security import Door
from workbench.racetrack.server_parts import Parts
from workbench.racetrack.store import Store
from workbench.settings import LOOPBACK_NAMES

_GRACE = 3.0
"""Seconds for calls in flight once the server is told to end."""

_FILES = 65536


def serve(
    config: Config, *, password: str = "", on_ready: Callable[[], None] = lambda: None
) -> None:
    """Run a server until it gets SIGTERM or SIGINT; then everything that it started ends.

    Args:
        config: How it is to be.
        password: That of the user `admin`, who is made or changed; empty for leaving it.
        on_ready: Called once it answers.

    Raises:
        PortTaken: Somebody listens on the port.
        NoRoom: The state folder cannot be used, or another server uses it.
        EngineUnavailable: The engine does not work on this machine.
    """
    allow_many_files()
    get_engine(config.engine)  # before anything is touched
    with _locked(config), _parts(config) as parts:
        if password:
            parts.store.tokens.add_user(NOBODY.name, password, staff=True)
        asyncio.run(_run(parts, on_ready))


def allow_many_files() -> None:
    """Let this process have as many files open as it may: each call in flight needs two."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    enough = _FILES if most == resource.RLIM_INFINITY else min(most, _FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (enough, most))


async def _run(parts: Parts, on_ready: Callable[[], None]) -> None:
    config = parts.config
    runner = web.AppRunner(
        make_app(parts), access_log=None, shutdown_timeout=_GRACE, handler_cancellation=True
    )
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, config.host, config.port, backlog=1024).start()
            if config.pub_for_containers:
                inner = await asyncio.to_thread(pub_host, config, parts.supervisor.engine)
                if inner not in (*LOOPBACK_NAMES, config.host):
                    await web.TCPSite(runner, inner, config.port, backlog=1024).start()
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            raise PortTaken(
                f"Port {config.port} is taken by {_ports.port_owner(config.port)}.",
                port=config.port,
                remedy="stop it, or take another port.",
            ) from None
        ended = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, ended.set)
        restoring = asyncio.create_task(asyncio.to_thread(parts.deployer.restore))
        on_ready()
        await ended.wait()
        with suppress(Exception):  # told in its log; the server ends anyway
            await restoring
    finally:
        await runner.cleanup()


@contextmanager
def _parts(config: Config) -> Iterator[Parts]:
    limits = config.limits
    store = Store(config.database, deployments=limits.deployments, build_log=limits.build_log)
    try:
        plugins = PluginRegistry(config, store)
        supervisor = Supervisor(config, store)
        deployer = Deployer(config, store, plugins, supervisor)
        plugins.load_all()
        deployer.recover()
        try:
            yield Parts(config, store, plugins, supervisor, deployer, Door(config, store))
        finally:
            deployer.close()
            supervisor.close()
    finally:
        store.close()


@contextmanager
def _locked(config: Config) -> Iterator[None]:
    """The state folder is one server's; the lock ends with its process, however that ends."""
    path = config.state / "lock"
    try:
        config.state.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = path.open("a+")
    except OSError as error:
        raise NoRoom(
            f"{config.state} cannot be used as a state folder: {error.strerror or error}.",
            remedy="name another one with `--state`.",
        ) from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            owner = file.read().strip()
            raise NoRoom(
                f"Another server uses {config.state}{f': {owner}' if owner else ''}.",
                remedy="use that one, stop it, or name another state folder.",
            ) from None
        file.truncate(0)
        file.write(f"{config.url}\n")
        file.flush()
        yield


def main(arguments: list[str]) -> int:
    """Run a server as a program of its own."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    try:
        path = Path(arguments[0])
        given = json.loads(path.read_text())
        config = Config.from_dict(given["config"])
        serve(config, password=given["password"], on_ready=path.unlink)
    except WorkbenchError as error:
        print(f"error: {error}", file=sys.stderr)  # noqa: T201 - its log is what is read
        return PORT_TAKEN if isinstance(error, PortTaken) else 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
