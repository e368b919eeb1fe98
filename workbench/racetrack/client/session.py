"""The unmodified `racetrack` command with a home folder of its own, a remote, and a login.

The user's own settings are neither read nor written. A token is handed over in that home's file,
which only its owner may read, never on a command line.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable
from pathlib import Path

import yaml

from workbench import _process
from workbench._atomic import replace_file
from workbench._home import passing_folders
from workbench.bundle import RacetrackRun, racetrack_command
from workbench.errors import WorkbenchError

_COLOUR = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_STAMP = re.compile(r"^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ\] ")
_TRACEBACK = re.compile(r', cause=\w+(, traceback="[^"]*")?')
_LOOPBACK = "127.0.0.1,localhost,::1"


class CliSession:
    """A home folder for the command, with one remote.

    Args:
        lifecycle_url: The resolved address of Lifecycle, such as `http://127.0.0.1:7002/lifecycle`.
        token: What a caller is known by; None where none is asked for.

    Raises:
        WorkbenchError: The workbench's home cannot be written.
    """

    def __init__(self, lifecycle_url: str, token: str | None = None) -> None:
        # A killed process leaves it, with its token: the next session removes it.
        homes = passing_folders("racetrack-homes")
        self._home = tempfile.TemporaryDirectory(prefix=f"{os.getpid()}-", dir=homes)
        self._url = lifecycle_url
        folder = Path(self._home.name) / ".racetrack"
        folder.mkdir(mode=0o700)
        settings = {
            "lifecycle_url": lifecycle_url,
            "lifecycle_url_aliases": {"local": lifecycle_url},
            "user_auths": {lifecycle_url: token} if token else {},
            "git_credentials": {},
        }
        replace_file(folder / "config.yaml", yaml.safe_dump(settings).encode(), mode=0o600)

    @property
    def home(self) -> Path:
        """What the command takes for the user's home folder."""
        return Path(self._home.name)

    def run(
        self,
        *words: str | Path,
        cwd: str | Path | None = None,
        terminal: bool = False,
        on_line: Callable[[str], None] | None = None,
        timeout: float = 3600.0,
        stdin: Path | None = None,
    ) -> RacetrackRun:
        """Run the command to its end.

        Args:
            words: What follows `racetrack`.
            cwd: The folder to run it in; None for the current one.
            terminal: Whether it writes to a terminal, as it sees it: only then does it say what it
                does on the way.
            on_line: Called with each line as it comes, without colours and times; needs `terminal`.
            timeout: Seconds that it may take.
            stdin: A file that it reads; None for the null device.

        Returns:
            What it said and its exit code; that it was not content is no error here.

        Raises:
            WorkbenchError: It could not be started, or took too long.
        """
        given = tuple(str(word) for word in words)
        try:
            answer = _process.run(
                (*racetrack_command(), *given),
                cwd=Path(cwd).expanduser() if cwd is not None else None,
                env=self._environment(),
                timeout=timeout,
                stdin=stdin,
                terminal=terminal,
                on_line=(lambda line: on_line(plain(line))) if on_line is not None else None,
            )
        except _process.ChildTimeoutError as late:
            raise WorkbenchError(late.message, remedy="look at what the server says.") from None
        lines = (answer.stdout + answer.stderr).splitlines()
        output = "\n".join(map(plain, lines)).strip()
        return RacetrackRun(given, output, answer.returncode, answer.seconds)

    def close(self) -> None:
        """Remove the home folder."""
        self._home.cleanup()

    def _environment(self) -> dict[str, str]:
        # A proxy of the environment would get loopback calls, since urllib knows no exception.
        given = os.environ.get("no_proxy") or os.environ.get("NO_PROXY")
        no_proxy = ",".join(filter(None, (given, _LOOPBACK)))
        columns = {"COLUMNS": "500", "TERM": "xterm"}
        return {**os.environ, **columns, "HOME": str(self.home), "no_proxy": no_proxy}


def plain(line: str) -> str:
    """A line of the command without colours, the time before it, and places in its own source."""
    return _TRACEBACK.sub("", _STAMP.sub("", _COLOUR.sub("", line))).rstrip("\r\n")
