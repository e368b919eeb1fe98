"""Every environment variable and default of the workbench, in one place."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from workbench.errors import UsageError

GO_VERSION = "1.26"
"""The oldest Go that builds the wrapper, and the one that images use: major and minor."""

JOB_PORT = 7000
"""The port that every wrapper listens on inside its container."""

TRACING_HEADER = "X-Request-Tracing-Id"
"""Racetrack's own name for the header that follows a request through its services."""

PACKAGE_DIR = Path(__file__).resolve().parent

LOOPBACK_NAMES = ("127.0.0.1", "localhost", "::1")
"""The names by which a machine calls itself."""


@dataclass(frozen=True)
class Settings:
    """What the environment says, read when asked; nothing is kept between calls.

    Attributes:
        home: Where pid files, logs and stages live (`WORKBENCH_HOME`, else the user's cache).
        go: The go command to use (`WORKBENCH_GO`); None means: look for one.
        docker: The docker command to use (`WORKBENCH_DOCKER`); None means: the first one on PATH
            that builds with BuildKit. Host and context are those of the command itself.
        docker_network: The network in which jobs are built (`WORKBENCH_DOCKER_NETWORK`), such as
            `none`; None means Docker's own default.
        docker_read_only: Whether a container's root is read-only (`WORKBENCH_DOCKER_READ_ONLY=1`).
        engine: The engine to use when none is named (`WORKBENCH_ENGINE`, else `process`).
        image_engine: The same for what is about images (`WORKBENCH_ENGINE`, else `auto`).
        strict: Whether a failing check raises instead of being shown (`WORKBENCH_STRICT=1`).
        browser_base: What a browser puts before `/PORT/...` to reach this machine
            (`WORKBENCH_BROWSER_BASE`); None means loopback, or the hub's proxy on a JupyterHub.
        hub_prefix: Where a JupyterHub serves this notebook server (`JUPYTERHUB_SERVICE_PREFIX`,
            which the hub sets); None elsewhere.
        ready_timeout: Seconds that a job may take until it is ready (`WORKBENCH_READY_TIMEOUT`).
        playground: Where a learner's files go (`WORKBENCH_PLAYGROUND`, else `playground/` of the
            clone; of the current folder where the package was installed without one).
    """

    home: Path
    go: str | None
    docker: str | None
    docker_network: str | None
    docker_read_only: bool
    engine: str
    image_engine: str
    strict: bool
    browser_base: str | None
    hub_prefix: str | None
    ready_timeout: float
    playground: Path

    @property
    def run_dir(self) -> Path:
        """One small file for each child that is running."""
        return self.home / "run"

    @property
    def log_dir(self) -> Path:
        """What the children wrote."""
        return self.home / "logs"

    @property
    def stage_dir(self) -> Path:
        """Stage folders of builds and the binaries that they gave."""
        return self.home / "stage"


def get_settings() -> Settings:
    """Read the environment.

    Raises:
        UsageError: A variable holds something that it cannot mean.
    """
    return Settings(
        home=_home(),
        go=os.environ.get("WORKBENCH_GO") or None,
        docker=os.environ.get("WORKBENCH_DOCKER") or None,
        docker_network=os.environ.get("WORKBENCH_DOCKER_NETWORK") or None,
        docker_read_only=_flag("WORKBENCH_DOCKER_READ_ONLY"),
        engine=os.environ.get("WORKBENCH_ENGINE") or "process",
        image_engine=os.environ.get("WORKBENCH_ENGINE") or "auto",
        strict=_flag("WORKBENCH_STRICT"),
        browser_base=os.environ.get("WORKBENCH_BROWSER_BASE") or None,
        hub_prefix=os.environ.get("JUPYTERHUB_SERVICE_PREFIX") or None,
        ready_timeout=_seconds("WORKBENCH_READY_TIMEOUT", 60.0),
        playground=_playground(),
    )


def browser_url(port: int, path: str = "/") -> str:
    """The address by which a browser that shows a notebook reaches a port of this machine.

    On one's own machine that is loopback. On a hub the browser runs elsewhere, and the hub's proxy
    (the package jupyter-server-proxy) stands between; other proxies are told by
    `WORKBENCH_BROWSER_BASE`, such as `https://example.com/proxy`.

    Args:
        port: A port of this machine.
        path: What follows; it begins with a slash.

    Returns:
        An address, or a path on the notebook server's own host.

    Raises:
        UsageError: The port, the path or the variable cannot mean anything.
    """
    if not 0 < port < 65536:
        raise UsageError(f"{port} is not a port: they go from 1 to 65535.")
    if not path.startswith("/"):
        raise UsageError(f"The path {path!r} does not begin with a slash.")
    settings = get_settings()
    base = settings.browser_base
    if base is not None:
        if not base.startswith(("/", "http://", "https://")):
            raise UsageError(
                f"WORKBENCH_BROWSER_BASE={base!r} begins neither with http:// or https:// "
                "nor with a slash.",
                remedy="set it to what a browser puts before /PORT/..., or unset it.",
            )
        return f"{base.rstrip('/')}/{port}{path}"
    if settings.hub_prefix is not None:
        return f"{settings.hub_prefix.rstrip('/')}/proxy/{port}{path}"
    return f"http://127.0.0.1:{port}{path}"


def _home() -> Path:
    chosen = os.environ.get("WORKBENCH_HOME")
    if chosen:
        return Path(chosen).expanduser().resolve()
    cache = os.environ.get("XDG_CACHE_HOME")
    base = Path(cache) if cache else Path.home() / ".cache"
    return base / "racetrack-plugin-workbench"


def _playground() -> Path:
    chosen = os.environ.get("WORKBENCH_PLAYGROUND")
    if chosen:
        return Path(chosen).expanduser().resolve()
    clone = PACKAGE_DIR.parent
    return (clone if (clone / "golang-job-type").is_dir() else Path.cwd()) / "playground"


def _flag(name: str) -> bool:
    return os.environ.get(name, "") not in ("", "0")


def _seconds(name: str, default: float) -> float:
    text = os.environ.get(name)
    if not text:
        return default
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 < value < float("inf"):
        raise UsageError(
            f"{name}={text!r} is not a number of seconds above zero.",
            remedy=f"unset {name}, or set it to a number such as {default:g}.",
        )
    return value


def typed_path(path: Path) -> str:
    """A path as one types it in a terminal.

    Args:
        path: An absolute path.

    Returns:
        From the top of the clone where it is in it; after `$WORKBENCH_PLAYGROUND`, which a terminal
        of JupyterLab knows as well, where that says where the playground is; else as it is.
    """
    clone = PACKAGE_DIR.parent
    if path.is_relative_to(clone):
        return str(path.relative_to(clone))
    if os.environ.get("WORKBENCH_PLAYGROUND") and path.is_relative_to(_playground()):
        inside = path.relative_to(_playground()).as_posix()
        return "$WORKBENCH_PLAYGROUND" if inside == "." else f"$WORKBENCH_PLAYGROUND/{inside}"
    return str(path)


_ONLY_IN_CLONES = {"published": Path("tests", "cases", "published")}


def shipped(name: str) -> Path:
    """The folder `name` of this repository, or of the installed wheel.

    Args:
        name: `golang-job-type`, `sample-golang-function` or `notebooks`; or `published`, the plugin
            of the published tutorial, re-created, which only a clone holds.

    Returns:
        An absolute path.

    Raises:
        UsageError: Neither a clone nor the wheel holds such a folder.
    """
    place = _ONLY_IN_CLONES.get(name, Path(name))
    for folder in (PACKAGE_DIR.parent / place, PACKAGE_DIR / "_shipped" / name):
        if folder.is_dir():
            return folder
    raise UsageError(
        f"The folder {name!r} is not beside this installation of the workbench.",
        remedy="run from a clone of the repository, or reinstall the package.",
    )
