"""What is looked for on this machine.

Each check is a function that returns a `Check`; they run side by side. To add one, write such a
function and put it into `CHECKS`.
"""

from __future__ import annotations

import importlib.metadata
import os
import platform
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import requests

from workbench import _ports, _process
from workbench._finished import PLUGIN
from workbench._go import find_go, go_env
from workbench.assets import missing_assets
from workbench.doctor.report import TUTORIAL, Check
from workbench.engines.docker.base_image import TOOLCHAIN
from workbench.engines.docker.client import connect, find_command
from workbench.engines.docker.toolchain import toolchain_in_words
from workbench.errors import WorkbenchError
from workbench.prefetch import is_warm
from workbench.settings import JOB_PORT, get_settings, shipped

PYTHON_FLOOR = (3, 11)
DISK_FLOOR = 1.0
"""Gigabytes: a cold build of the standard library takes a quarter of one, JupyterLab another."""

ANSWER_TIMEOUT = 1.0
"""Seconds that a command may take to tell its version; a Docker client may wait for its daemon."""


def python() -> Check:
    """The Python that runs this."""
    floor = ".".join(map(str, PYTHON_FLOOR))
    return Check(
        "Python",
        sys.version_info >= PYTHON_FLOOR,
        f"{platform.python_version()}, {sys.executable}",
        f"make a virtual environment with Python {floor} or newer.",
        TUTORIAL,
    )


def go() -> Check:
    """A Go that is new enough."""
    try:
        found = find_go()
    except WorkbenchError as problem:
        return Check("Go", False, problem.message, problem.remedy, TUTORIAL)
    return Check("Go", True, f"{found.version}, {found.path}", None, TUTORIAL)


def gofmt() -> Check:
    """The formatter of that Go."""
    remedy = "reinstall Go: its own formatter is missing."
    try:
        path = find_go().gofmt
    except WorkbenchError as problem:
        return Check("gofmt", False, "comes with Go", problem.remedy, TUTORIAL)
    return Check("gofmt", path.is_file(), str(path), remedy, TUTORIAL)


def build_cache() -> Check:
    """Whether the first build will be a quick one."""
    remedy = "`workbench prefetch`"
    try:
        warm = is_warm(find_go())
    except WorkbenchError as problem:
        return Check("Go caches", False, "no Go", problem.remedy, "quick builds without network")
    found = "warm" if warm else "cold: the first build takes a minute and a network"
    return Check("Go caches", warm, found, remedy, "quick builds without network")


def c_compiler() -> Check:
    """A C compiler; Go's race detector needs one."""
    candidates = [os.environ.get("CC") or "gcc", "clang", "cc"]
    found = next(filter(None, map(shutil.which, candidates)), None)
    remedy = "install gcc or clang."
    return Check("C compiler", bool(found), found or "none", remedy, "go test -race")


def git() -> Check:
    """The git command."""
    found = _version("git", "--version")
    return Check("git", bool(found), found or "none on PATH", "install git.", TUTORIAL)


def racetrack_cli() -> Check:
    """Racetrack's own command line."""
    command = shutil.which("racetrack", path=str(Path(sys.executable).parent))
    command = command or shutil.which("racetrack")
    version = importlib.metadata.version("racetrack-client")
    found = f"{version}, {command}" if command else f"{version}, but no command"
    remedy = "`python -m pip install --force-reinstall racetrack-client`"
    return Check("racetrack CLI", bool(command), found, remedy, TUTORIAL)


def swagger_assets() -> Check:
    """The third-party files of the Swagger page."""
    try:
        missing = missing_assets(shipped(PLUGIN))
    except WorkbenchError as problem:
        return Check("Swagger UI", False, problem.message, problem.remedy, "the job's page")
    found = f"missing: {', '.join(missing)}" if missing else "as listed"
    return Check("Swagger UI", not missing, found, "`workbench prefetch`", "the job's page")


def port() -> Check:
    """The port that the tutorial's own lines use."""
    free = _ports.port_is_free(JOB_PORT)
    found = "free" if free else f"taken by {_ports.port_owner(JOB_PORT)}"
    remedy = "`workbench clean`, or stop it; on macOS it may be the AirPlay receiver."
    return Check(f"port {JOB_PORT}", free, found, remedy, f"`go run .` and --port {JOB_PORT}")


def disk() -> Check:
    """Room for Go's build cache."""
    home = get_settings().home
    existing = next(folder for folder in (home, *home.parents) if folder.exists())
    free = shutil.disk_usage(existing).free / 1e9
    remedy = f"free some space, or point WORKBENCH_HOME and GOCACHE elsewhere than {home}."
    return Check("disk", free >= DISK_FLOOR, f"{free:.1f} GB free", remedy, TUTORIAL)


def jupyterlab() -> Check:
    """JupyterLab."""
    version = importlib.metadata.version("jupyterlab")
    return Check("JupyterLab", True, version, None, "`workbench lab`")


def chromium() -> Check:
    """A browser that tests can drive."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next(filter(None, map(shutil.which, names)), None)
    return Check("Chromium", bool(found), found or "none", "install chromium.", "browser tests")


def docker_client() -> Check:
    """A docker command that builds with BuildKit."""
    try:
        command = find_command()
    except WorkbenchError as problem:
        return Check("Docker client", False, problem.message, problem.remedy, _DOCKER)
    builder = "buildx" if command.buildx else "BuildKit"
    found = f"{command.release} with {builder}, {command.path}"
    return Check("Docker client", True, found, None, _DOCKER)


def docker_daemon() -> Check:
    """Whether that command has a daemon to talk to, on this machine, with room on its disk."""
    try:
        client = connect()
    except WorkbenchError as problem:
        return Check("Docker daemon", False, problem.message, problem.remedy, _DOCKER)
    found = f"{client.api.version()['Version']}, {client.host}"
    return Check("Docker daemon", True, found, None, _DOCKER)


def toolchain_image() -> Check:
    """The image with Go that base images start from."""
    remedy = "`workbench prefetch` pulls it, or makes a stand-in of this machine's Go."
    found = toolchain_in_words(TOOLCHAIN)
    return Check("toolchain image", found is not None, found or "not here", remedy, _DOCKER)


def network() -> Check:
    """Whether the module proxy answers; asked for by `--online` alone."""
    remedy = "connect this machine, or set GOPROXY to a mirror."
    needed = "modules that are not cached"
    try:
        answer = _process.run([find_go().path, "env", "GOPROXY"], env=go_env())
        proxy = answer.stdout.strip().replace("|", ",").split(",")[0]
        if not proxy.startswith("http"):
            return Check("network", False, f"GOPROXY is {proxy}", remedy, needed)
        requests.get(f"{proxy}/github.com/pkg/errors/@v/list", timeout=5).raise_for_status()
    except (WorkbenchError, requests.RequestException) as problem:
        return Check("network", False, type(problem).__name__, remedy, needed)
    return Check("network", True, "the module proxy answers", None, needed)


CHECKS: tuple[Callable[[], Check], ...] = (
    python, go, gofmt, git, racetrack_cli, disk, jupyterlab, build_cache, swagger_assets, port,
    c_compiler, chromium, docker_client, docker_daemon, toolchain_image,
)  # fmt: skip

_DOCKER = "the Docker engine; the tutorial goes without"


def _version(*words: str) -> str | None:
    """The first line that a command says, or None where it is absent, fails or hangs."""
    try:
        answer = _process.run(list(words), timeout=ANSWER_TIMEOUT)
    except WorkbenchError:
        return None
    lines = answer.stdout.strip().splitlines()
    return lines[0] if answer.returncode == 0 and lines else None
