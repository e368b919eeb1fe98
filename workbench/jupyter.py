"""Starting a JupyterLab that is prepared for the notebooks, from a clone and with no install step.

Two folders of JupyterLab's search path point into this package, at `labconfig`: settings, start
page and the kernel (this very Python) come from there. Nothing is written to the user's own
configuration but what JupyterLab itself keeps: its layout, in a workspace of its own. That begins
anew where the start page is opened, so that nobody stands among the tabs of another day; a reload
of the page leaves it.
"""

from __future__ import annotations

import os
import secrets
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

import requests

from workbench import _children, _ports
from workbench._sessions import new_session
from workbench._wait import DeadlineExceeded, wait_until
from workbench.errors import PortTaken, WorkbenchError
from workbench.events import Event, Phase, Sink, silent, step
from workbench.settings import PACKAGE_DIR, get_settings, shipped

LAB_PORT = 8888
"""The port to use when none is asked for and nobody listens there."""

_RETRIES = 2
"""How many more ports are tried where somebody else takes the chosen one before JupyterLab can."""

LAB_CONFIG = PACKAGE_DIR / "labconfig"


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab; leave its `with` block, or call `stop`, to end it and its kernels.

    Attributes:
        port: The port of the loopback interface that it listens on.
        token: What a browser must show; part of `address`.
        root: The folder that its file browser shows.
        base_url: What all of its addresses begin with.
    """

    port: int
    token: str = field(repr=False)
    root: Path
    _child: _children.Child = field(repr=False)
    base_url: str = "/"

    @property
    def address(self) -> str:
        """What to open in a browser: the start page, token included."""
        return f"http://127.0.0.1:{self.port}{self.base_url}?token={self.token}"

    def wait(self) -> int:
        """Wait until it ends by itself, from its own menu for instance.

        Returns:
            Its exit code; negative for a signal.
        """
        return wait_until(lambda: self._child.exit_code, timeout=float("inf"), longest_pause=0.5)

    def stop(self) -> None:
        """End it and its kernels, and with them what they run."""
        self._child.stop()

    def __enter__(self) -> Lab:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()


def start_lab(
    *,
    root: str | Path | None = None,
    port: int | None = None,
    base_url: str = "/",
    open_browser: bool = False,
    arguments: Sequence[str] = (),
    env: Mapping[str, str] | None = None,
    timeout: float = 60.0,
    on_event: Sink = silent,
) -> Lab:
    """Start JupyterLab on loopback, and return when it answers.

    Args:
        root: The folder to show; it holds `notebooks/`. None for the clone.
        port: The port to listen on; None for 8888, or a free one where that is taken.
        base_url: What all of its addresses begin with, such as `/user/ann/` behind a hub; it begins
            and ends with a slash.
        open_browser: Whether JupyterLab opens a browser at its start page.
        arguments: Further arguments for `jupyter lab`.
        env: Further environment variables for it and its kernels.
        timeout: Seconds that it may take until it answers.
        on_event: Where progress is reported.

    Returns:
        The running JupyterLab.

    Raises:
        PortTaken: Somebody listens on `port`.
        WorkbenchError: It ended while starting, or did not answer in time.
    """
    folder = Path(root) if root is not None else shipped("notebooks").parent
    token = secrets.token_hex(24)
    words = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={folder}"]
    words += [f"--ServerApp.base_url={base_url}"]
    words += [] if open_browser else ["--no-browser"]
    words += ["--allow-root"] if os.geteuid() == 0 else []
    words += arguments
    env = {**lab_environment(), "JUPYTER_TOKEN": token, **(env or {})}

    def start_on(chosen: int) -> Lab:
        url = f"http://127.0.0.1:{chosen}{base_url}api/status"
        with step(on_event, Phase.STARTING, "JupyterLab") as outcome:
            child = _children.spawn(
                [*words, f"--port={chosen}"],
                kind="lab",
                name="JupyterLab",
                cwd=folder,
                env=env,
                port=chosen,
            )
            try:
                _wait_until_up(child, url, token, timeout)
            except BaseException:  # also an interrupt: what was started here must not stay
                child.stop()
                raise
            outcome.message = f"JupyterLab on port {chosen}"
        return Lab(chosen, token, folder, child, base_url)

    for _ in range(_RETRIES if port is None else 0):
        chosen = _choose_port(None, on_event)
        try:
            return start_on(chosen)
        except WorkbenchError:
            if _ports.port_is_free(chosen):  # it was not the port that kept it from starting
                raise
    return start_on(_choose_port(port, on_event))


@dataclass(frozen=True)
class ScratchCopy:
    """Notebooks and playground in a folder that is thrown away.

    Attributes:
        root: The folder.
        env: What lets kernels take the playground that is in it.
    """

    root: Path
    env: Mapping[str, str]


@contextmanager
def scratch_copy() -> Iterator[ScratchCopy]:
    """Copy the notebooks, and the playground with its git repository if there is one.

    Yields:
        The copy, which is removed at the end.

    Raises:
        WorkbenchError: Something cannot be copied.
    """
    with tempfile.TemporaryDirectory(prefix="workbench-scratch-") as folder:
        root = Path(folder).resolve()
        playground = get_settings().playground
        try:
            shutil.copytree(
                shipped("notebooks"),
                root / "notebooks",
                ignore=shutil.ignore_patterns(".ipynb_checkpoints"),
            )
            if playground.is_dir():
                shutil.copytree(playground, root / "playground", symlinks=True)
        except (OSError, shutil.Error) as error:
            raise WorkbenchError(f"The scratch copy could not be made: {error}.") from None
        yield ScratchCopy(root, {"WORKBENCH_PLAYGROUND": str(root / "playground")})


def lab_environment() -> dict[str, str]:
    """This process's environment, with `labconfig` first wherever JupyterLab looks for things.

    The commands of this environment come first on PATH, for terminals and `!` lines.
    """
    first = {
        "JUPYTER_CONFIG_PATH": str(LAB_CONFIG),
        "JUPYTER_PATH": str(LAB_CONFIG),
        "PATH": str(Path(sys.executable).parent),
    }
    given = {name: os.environ.get(name) for name in first}
    env = dict(os.environ)
    env.update({name: os.pathsep.join(filter(None, (first[name], given[name]))) for name in first})
    return env


def _choose_port(port: int | None, on_event: Sink) -> int:
    if port is not None:
        if not _ports.port_is_free(port):
            raise PortTaken(
                f"Port {port} is taken by {_ports.port_owner(port)}.",
                port=port,
                remedy="stop it, or leave the port out: a free one is taken then.",
            )
        return port
    if _ports.port_is_free(LAB_PORT):
        return LAB_PORT
    chosen = _ports.free_port()
    owner = _ports.port_owner(LAB_PORT)
    on_event(Event(Phase.STARTING, f"port {LAB_PORT} is taken by {owner}; using {chosen}"))
    return chosen


def _wait_until_up(child: _children.Child, url: str, token: str, timeout: float) -> None:
    def probe() -> bool | None:
        if child.exit_code is not None:
            raise WorkbenchError(
                f"JupyterLab ended with exit code {child.exit_code} while starting.",
                log=child.log_lines(20),
            )
        try:
            answer = session.get(url, headers={"Authorization": f"token {token}"}, timeout=3)
        except requests.RequestException:
            return None
        return True if answer.ok else None

    with new_session(proxies=False) as session:
        try:
            wait_until(probe, timeout=timeout)
        except DeadlineExceeded as late:
            raise WorkbenchError(
                f"JupyterLab did not answer within {late.seconds:.0f} s.", log=child.log_lines(20)
            ) from None
