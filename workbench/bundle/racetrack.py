"""The real `racetrack` command, run on its own: no login, no settings of the user's."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from workbench import _html, _process
from workbench.bundle.read import inspect_bundle
from workbench.bundle.values import Bundle
from workbench.errors import BundleError, WorkbenchError
from workbench.manifest import load_plugin_manifest

TIMEOUT = 120.0
"""Seconds that the command may take; starting it takes a second or two on a slow machine."""

# What the command says about its own source; a list of files that nobody is helped by.
_TRACEBACK = re.compile(r', traceback="[^"]*"')


@dataclass(frozen=True, repr=False)
class RacetrackRun:
    """A `racetrack` command that has ended.

    Attributes:
        words: What was given to it.
        output: What it wrote, without the places in its own source that it adds to an error.
        exit_code: 0 where it was content, 2 for a wrong use, 70 for all else.
        seconds: From start to end.
    """

    words: tuple[str, ...]
    output: str
    exit_code: int
    seconds: float

    @property
    def ok(self) -> bool:
        """Whether it was content."""
        return self.exit_code == 0

    def __repr__(self) -> str:
        said = f"{self.output}\n" if self.output else ""
        return f"$ {shlex.join(('racetrack', *self.words))}\n{said}(exit code {self.exit_code})"

    def _repr_html_(self) -> Markup:
        page = Markup("<div>{}</div>").format(_html.code(f"racetrack {shlex.join(self.words)}"))
        if self.output:
            page += _html.pre(self.output)
        verdict = _html.badge(f"exit code {self.exit_code}", _html.GOOD if self.ok else _html.BAD)
        return page + Markup("<div>{}, {:.1f} s</div>").format(verdict, self.seconds)


def racetrack_command() -> tuple[str, ...]:
    """The words that start racetrack-client: this environment's command, else that on PATH."""
    beside = shutil.which("racetrack", path=str(Path(sys.executable).parent))
    found = beside or shutil.which("racetrack")
    return (found,) if found else (sys.executable, "-m", "racetrack_client")


def run_racetrack(*words: str | Path, cwd: str | Path | None = None) -> RacetrackRun:
    """Run the unmodified `racetrack` command, with a home folder of its own.

    It finds no settings and no login of the user's, and leaves none. Its input is empty. Away from
    a terminal, as here, the command leaves out what it says on the way, and warnings too; results
    and errors stay.

    Args:
        words: What follows `racetrack`, such as `"validate"`.
        cwd: The folder to run it in; None for the current one.

    Returns:
        What it said and its exit code; that it was not content is no error here.

    Raises:
        WorkbenchError: The command could not be started, or took more than two minutes.
    """
    given = tuple(str(word) for word in words)
    folder = Path(cwd).expanduser() if cwd is not None else None
    if folder is not None and not folder.is_dir():
        raise WorkbenchError(f"{folder} is no folder to run racetrack in.", remedy="give another.")
    with tempfile.TemporaryDirectory(prefix="racetrack-home-") as home:
        env = {**os.environ, "HOME": home}
        answer = _process.run((*racetrack_command(), *given), cwd=folder, env=env, timeout=TIMEOUT)
    output = _TRACEBACK.sub("", answer.stdout + answer.stderr).strip()
    return RacetrackRun(given, output, answer.returncode, answer.seconds)


def racetrack_bundle(plugin_dir: str | Path, out_dir: str | Path | None = None) -> Bundle:
    """Bundle a plugin with the unmodified `racetrack` command.

    Args:
        plugin_dir: The plugin's folder.
        out_dir: An existing folder for the ZIP; None means the plugin's own, as the command has it.

    Returns:
        What the command wrote.

    Raises:
        ManifestError: The plugin's manifest breaks a rule.
        BundleError: The command left no bundle; its own words are in the message.
        WorkbenchError: It could not be started, or took too long.
    """
    folder = Path(plugin_dir).expanduser().resolve()
    out = folder if out_dir is None else Path(out_dir).expanduser().resolve()
    manifest = load_plugin_manifest(folder)
    path = out / f"{manifest.name}-{manifest.version}.zip"
    answer = run_racetrack("plugin", "bundle", folder, "--out", out, cwd=folder)
    if not answer.ok or not path.is_file():
        command = shlex.join((*racetrack_command(), *answer.words))
        raise BundleError(
            f"`{command}` ended with exit code {answer.exit_code} and wrote no {path.name}: "
            f"{answer.output or 'it said nothing'}",
            path=path,
            remedy="`racetrack version` tells whether the command itself works.",
        )
    return inspect_bundle(path)
