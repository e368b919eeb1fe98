"""What this machine has and lacks for the workbench, and the command that mends it.

Each check is a function that returns a `Check`; they run side by side. To add one, write such a
function and put it into `CHECKS`.
"""

from __future__ import annotations

import importlib.metadata
import os
import platform
import shutil
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import requests
from markupsafe import Markup

from workbench import _html, _ports, _process
from workbench._finished import PLUGIN
from workbench._go import find_go, go_env
from workbench.assets import missing_assets
from workbench.errors import WorkbenchError
from workbench.prefetch import is_warm
from workbench.settings import JOB_PORT, get_settings, shipped

TUTORIAL = "the tutorial"
"""What a check is needed for whose failure makes `workbench doctor` fail."""

PYTHON_FLOOR = (3, 11)
DISK_FLOOR = 1.0
"""Gigabytes: a cold build of the standard library takes a quarter of one, JupyterLab another."""

ANSWER_TIMEOUT = 1.0
"""Seconds that a command may take to tell its version; a Docker client may wait for its daemon."""


@dataclass(frozen=True)
class Check:
    """One thing that was looked for.

    Attributes:
        name: What it is.
        ok: Whether it is there and good enough.
        found: What was found.
        remedy: What mends it; None where nothing has to be mended.
        needed_for: What does not work without it.
    """

    name: str
    ok: bool
    found: str
    remedy: str | None
    needed_for: str


@dataclass(frozen=True)
class DoctorReport:
    """What this machine has and lacks.

    Attributes:
        checks: Each thing that was looked for.
    """

    checks: tuple[Check, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing is lacking."""
        return not self.lacking

    @property
    def lacking(self) -> tuple[str, ...]:
        """The names of what the tutorial needs on the process engine and this machine lacks."""
        return tuple(c.name for c in self.checks if not c.ok and c.needed_for == TUTORIAL)

    def table(self) -> str:
        """The report as aligned lines; a remedy stands below the line that it mends."""
        name_width = max(len(check.name) for check in self.checks)
        lines = []
        for check in self.checks:
            lines.append(f"{_mark(check):<7}  {check.name:<{name_width}}  {check.found}")
            if not check.ok:
                indent = " " * (name_width + 11)
                lines.append(f"{indent}needed for {check.needed_for}")
                if check.remedy:
                    lines.append(f"{indent}remedy: {check.remedy}")
        return "\n".join(lines)

    def to_dict(self) -> dict[str, object]:
        """The report as plain values, for JSON."""
        return {"ok": self.ok, "checks": [asdict(check) for check in self.checks]}

    def __repr__(self) -> str:
        return self.table()

    def _repr_html_(self) -> Markup:
        colours = {"ok": _html.GOOD, "missing": _html.BAD, "absent": _html.MUTED}
        rows = (
            (
                _html.badge(_mark(check), colours[_mark(check)]),
                check.name,
                check.found,
                check.needed_for,
                "" if check.ok else check.remedy or "",
            )
            for check in self.checks
        )
        return _html.table(("", "what", "found", "needed for", "remedy"), rows)


def doctor(*, online: bool = False) -> DoctorReport:
    """Look at this machine. Nothing is changed, and no network is used unless it is asked for.

    Args:
        online: Whether to ask the module proxy too.
    """
    checks: Sequence[Callable[[], Check]] = (*CHECKS, network) if online else CHECKS
    with ThreadPoolExecutor(max_workers=8) as pool:
        return DoctorReport(tuple(pool.map(lambda check: check(), checks)))


def _mark(check: Check) -> str:
    if check.ok:
        return "ok"
    return "missing" if check.needed_for == TUTORIAL else "absent"


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
    """The docker command."""
    command = shutil.which(_docker())
    return Check("Docker client", bool(command), command or "none", "install Docker.", _DOCKER)


def docker_daemon() -> Check:
    """Whether the docker command has a daemon to talk to."""
    found = _version(_docker(), "version", "--format", "{{.Server.Version}}")
    return Check("Docker daemon", bool(found), found or "no answer", "start Docker.", _DOCKER)


def buildkit() -> Check:
    """Docker's builder."""
    found = _version(_docker(), "buildx", "version")
    remedy = "install Docker's buildx plugin."
    return Check("Docker BuildKit", bool(found), found or "no buildx", remedy, _DOCKER)


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
    c_compiler, chromium, docker_client, docker_daemon, buildkit,
)  # fmt: skip

_DOCKER = "the Docker engine, which a later version brings; the tutorial needs none"


def _docker() -> str:
    return get_settings().docker or "docker"


def _version(*words: str) -> str | None:
    """The first line that a command says, or None where it is absent, fails or hangs."""
    try:
        answer = _process.run(list(words), timeout=ANSWER_TIMEOUT)
    except (_process.ChildTimeoutError, WorkbenchError):
        return None
    lines = answer.stdout.strip().splitlines()
    return lines[0] if answer.returncode == 0 and lines else None
