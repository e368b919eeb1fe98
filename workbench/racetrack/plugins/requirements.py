"""What a plugin's requirements.txt lists, in an environment of that plugin's own.

A real server installs it into its own Python, on every load. Here each plugin gets a virtual
environment, made once for what the file says. What it installs comes first; whatever else is
imported, such as racetrack-client, is that of the server's own Python.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import sys
from collections.abc import Collection
from pathlib import Path

from workbench import _process
from workbench.errors import WorkbenchError
from workbench.racetrack.problems import Invalid

FILENAME = "requirements.txt"
LOG_LINES = 15

_MISLEADS = ("PYTHONPATH", "PYTHONHOME", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_USER")
_DONE = "installed"
_ELSEWHERE = re.compile(rb"^\s*-[^-]|^\s*--(requirement|constraint|editable)|[/\\]", re.MULTILINE)


class Environments:
    """The environments of all plugins.

    Args:
        folder: Where they lie.
        timeout: Seconds that one installation may take.
    """

    def __init__(self, folder: Path, timeout: float) -> None:
        self._folder = folder
        self._timeout = timeout

    def name(self, plugin_dir: Path, plugin: str, digest: str) -> str:
        """The name of a plugin's environment; empty where it needs none.

        Args:
            plugin_dir: The plugin's folder.
            plugin: The plugin's name.
            digest: Of its ZIP; counts where requirements.txt speaks of other files.
        """
        path = plugin_dir / FILENAME
        if not path.is_file():
            return ""
        text = path.read_bytes()
        parts = [plugin.encode(), sys.version.encode(), sys.prefix.encode(), text]
        if _ELSEWHERE.search(text):
            parts.append(digest.encode())
        return hashlib.sha256(b"\0".join(parts)).hexdigest()[:32]

    def python(self, name: str) -> Path | None:
        """The interpreter of an environment that is whole; None where there is none."""
        folder = self._folder / name
        return folder / "bin" / "python" if name and (folder / _DONE).is_file() else None

    def make(self, name: str, plugin_dir: Path, shown: Path) -> Path:
        """Install what a plugin's requirements.txt lists, unless that was done before.

        Args:
            name: What `name` gave for it.
            plugin_dir: The plugin's folder.
            shown: How messages name it.

        Returns:
            The environment's interpreter.

        Raises:
            Invalid: It cannot be installed; with the last lines of pip.
        """
        found = self.python(name)
        if found is not None:
            return found
        folder = self._folder / name
        shutil.rmtree(folder, ignore_errors=True)  # what a crash, or a failure, left of it
        self._folder.mkdir(parents=True, exist_ok=True)
        python = folder / "bin" / "python"
        what = shown / FILENAME
        install = ["-m", "pip", "install", "--no-input", "--disable-pip-version-check"]
        self._run([sys.executable, "-m", "venv", folder], plugin_dir, what)
        self._run([python, *install, "-r", FILENAME], plugin_dir, what)
        (library,) = folder.glob("lib/python*/site-packages")
        (library / "of-the-server.pth").write_text("\n".join(_own_libraries()) + "\n")
        (folder / _DONE).touch()
        return python

    def sweep(self, used: Collection[str]) -> None:
        """Remove the environments of all plugins but these."""
        if self._folder.is_dir():
            for path in self._folder.iterdir():
                if path.name not in used:
                    shutil.rmtree(path, ignore_errors=True)

    def _run(self, command: list[str | Path], folder: Path, what: Path) -> None:
        environment = {name: each for name, each in os.environ.items() if name not in _MISLEADS}
        try:
            done = _process.run(
                command, cwd=folder, env=environment, timeout=self._timeout, bound=True
            )
        except _process.ChildTimeoutError as late:
            done, how = late.completed, f"did not end within {self._timeout:g} s"
        except WorkbenchError as error:
            raise Invalid(f"{what} could not be installed: {error.message}") from None
        else:
            if done.returncode == 0:
                return
            how = f"ended with exit code {done.returncode}"
        lines = (done.stdout + done.stderr).replace(str(folder), str(what.parent)).splitlines()
        log = "\n".join(f"  {line}" for line in lines[-LOG_LINES:])
        program = "pip" if "pip" in command else "python -m venv"
        raise Invalid(f"{what} could not be installed: {program} {how}.\nLast log lines:\n{log}")


def _own_libraries() -> list[str]:
    """Where this Python finds what is installed in it."""
    return [path for path in sys.path if path.endswith(("site-packages", "dist-packages"))]
