"""Which docker command to use, which daemon it talks to, and whether both can do what is needed.

Nothing here is configured twice: host and context are those of the docker command itself, by
`DOCKER_HOST`, `DOCKER_CONTEXT` and its configuration. One setting, `WORKBENCH_DOCKER`, names the
command; without it, the first one on PATH that can build with BuildKit is taken.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import docker
from docker.errors import DockerException
from docker.transport.unixconn import UnixHTTPConnectionPool

from workbench import _process
from workbench._sessions import IdleConnections
from workbench.engines.docker.endpoint import START, check_socket, endpoint
from workbench.errors import EngineUnavailable, WorkbenchError
from workbench.settings import get_settings

DISK_FLOOR = 2.0
"""Gigabytes: toolchain, base image and a build take nearly one."""

API_TIMEOUT = 60.0
"""Seconds that the daemon may take for one answer; removing a container takes it longest."""

_TELL_TIMEOUT = 3.0
_BUILTIN_BUILDKIT = 23
"""From this release on the docker command has no builder of its own: it needs buildx."""

# An interrupt could lock up docker-py's connections, too; this is its own class, nobody else's.
UnixHTTPConnectionPool.QueueCls = IdleConnections

INSTALL = "install Docker (on Debian: apt-get install docker.io), or take `--engine process`."


@dataclass(frozen=True)
class Command:
    """A docker command line.

    Attributes:
        path: Where it is.
        release: Its release, such as `20.10.24`.
        buildx: Whether it has the buildx plugin, and so named build contexts.
    """

    path: Path
    release: str
    buildx: bool

    @property
    def builds(self) -> bool:
        """Whether it can build with BuildKit."""
        return self.buildx or int(self.release.partition(".")[0] or 0) < _BUILTIN_BUILDKIT


@dataclass(frozen=True)
class Client:
    """A docker command, and a connection to the daemon that it talks to.

    Attributes:
        command: The command, which builds.
        host: The daemon's address, such as `unix:///var/run/docker.sock`.
        api: The connection, for everything else.
    """

    command: Command
    host: str
    api: docker.DockerClient

    @property
    def local(self) -> bool:
        """Whether the daemon's processes are this machine's own, as those of Docker Desktop aren't.

        Only then can a container's network be entered from here.
        """
        if sys.platform != "linux" or not self.host.startswith("unix://"):
            return False
        return bool(self.api.info().get("KernelVersion") == os.uname().release)

    def environment(self) -> dict[str, str]:
        """The environment in which the docker command builds: BuildKit, and the daemon's own one.

        A builder in a container of its own, which `BUILDX_BUILDER` may name, sees no local image.
        """
        left_out = ("BUILDX_BUILDER", "BUILDKIT_PROGRESS", "DOCKER_DEFAULT_PLATFORM")
        kept = {name: value for name, value in os.environ.items() if name not in left_out}
        return {**kept, "DOCKER_BUILDKIT": "1", "DOCKER_CLI_HINTS": "false"}


def connect() -> Client:
    """The client to use, once the daemon has answered.

    Raises:
        EngineUnavailable: Something is missing: a command, one that builds with BuildKit, a daemon,
            the permission to use it, room on its disk; or it runs on another machine, or for
            another kind of processor. Says which, and what to do.
    """
    command = find_command()
    host = endpoint(command.path)
    check_socket(host)
    try:
        api = docker.DockerClient(base_url=host, timeout=int(API_TIMEOUT), tls=_tls(host))
        about, info = api.version(), api.info()
    except (DockerException, OSError) as problem:
        raise EngineUnavailable(
            f"The Docker daemon at {host} does not answer: {problem}", remedy=START
        ) from None
    if about.get("Os") != "linux":
        raise EngineUnavailable(
            f"The Docker daemon at {host} runs {about.get('Os')} containers, not those of Linux.",
            remedy="switch Docker to Linux containers.",
        )
    _check_platform(str(about.get("Arch")))
    _check_disk(info)
    return Client(command, host, api)


def find_command() -> Command:
    """The docker command to use; no daemon is asked.

    Raises:
        EngineUnavailable: There is none, or none that builds with BuildKit.
    """
    chosen = get_settings().docker
    remedy = "set WORKBENCH_DOCKER to a docker command, or unset it." if chosen else INSTALL
    silent, seen = [], []
    for path in _candidates(chosen):
        command = _look_at(path)
        if command is None:
            silent.append(path)
        elif command.builds:
            return command
        else:
            seen.append(command)
    if not seen and silent:
        raise EngineUnavailable(f"{silent[0]} does not tell its version.", remedy=remedy)
    if not seen:
        named = f"WORKBENCH_DOCKER={chosen} is none" if chosen else "PATH has none"
        raise EngineUnavailable(f"There is no docker command: {named}.", remedy=remedy)
    last = seen[0]
    raise EngineUnavailable(
        f"{last.path} {last.release} cannot build with BuildKit: its buildx plugin is missing.",
        remedy="install the plugin (docker-buildx), or name another command by WORKBENCH_DOCKER.",
    )


def _candidates(chosen: str | None) -> Iterator[Path]:
    if chosen:
        found = shutil.which(chosen)
        if found:
            yield Path(found)
        return
    seen = set()
    for folder in os.get_exec_path():
        found = shutil.which("docker", path=folder)
        if found and (real := Path(found).resolve()) not in seen:
            seen.add(real)
            yield Path(found)


def _look_at(path: Path) -> Command | None:
    return _looked_at(path, path.stat().st_mtime_ns, os.environ.get("DOCKER_CONFIG"))


@cache
def _looked_at(path: Path, stamp: int, config: str | None) -> Command | None:
    """What a command is; asked once for each state of it."""
    del stamp, config
    said = _answer(path, "--version")
    release = re.search(r"\bversion (\d+[\w.]*)", said or "")
    if release is None:
        return None
    return Command(path, release[1], buildx=_answer(path, "buildx", "version") is not None)


def _answer(path: Path, *words: str) -> str | None:
    try:
        answer = _process.run([path, *words], timeout=_TELL_TIMEOUT)
    except WorkbenchError:
        return None
    return answer.stdout if answer.returncode == 0 else None


_MACHINES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}


def machine(name: str) -> str:
    """A kind of processor in Docker's word for it."""
    return _MACHINES.get(name.lower(), name.lower())


def _check_platform(daemon: str) -> None:
    wanted = os.environ.get("DOCKER_DEFAULT_PLATFORM", "")
    kind = wanted.rpartition("linux/")[2].partition("/")[0] if wanted else machine(daemon)
    if machine(kind) != machine(daemon):
        raise EngineUnavailable(
            f"DOCKER_DEFAULT_PLATFORM={wanted} asks for another kind of processor than the "
            f"Docker daemon's, {machine(daemon)}.",
            remedy="unset DOCKER_DEFAULT_PLATFORM.",
        )


def _check_disk(info: dict[str, Any]) -> None:
    root = Path(str(info.get("DockerRootDir", "")))
    try:
        free = shutil.disk_usage(root).free / 1e9
    except OSError:  # Docker Desktop's is in a machine of its own
        return
    if free < DISK_FLOOR:
        raise EngineUnavailable(
            f"Docker's disk is nearly full: {free:.1f} GB are free below {root}.",
            remedy="`workbench clean --images` removes ours, `docker system prune` what is unused.",
        )


def _tls(host: str) -> docker.TLSConfig | bool:
    folder = os.environ.get("DOCKER_CERT_PATH")
    if not host.startswith("tcp://") or not os.environ.get("DOCKER_TLS_VERIFY") or not folder:
        return False
    certs = Path(folder)
    return docker.TLSConfig(
        client_cert=(str(certs / "cert.pem"), str(certs / "key.pem")),
        ca_cert=str(certs / "ca.pem"),
        verify=True,
    )
