"""The real `racetrack plugin bundle`, run on its own: no login, no settings of the user's."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

from workbench import _process
from workbench.bundle.read import inspect_bundle
from workbench.bundle.values import Bundle
from workbench.errors import BundleError
from workbench.manifest import load_plugin_manifest

TIMEOUT = 120.0
"""Seconds that the command may take; starting it takes a second or two on a slow machine."""


def racetrack_command() -> tuple[str, ...]:
    """The words that start racetrack-client: this environment's command, else that on PATH."""
    beside = shutil.which("racetrack", path=str(Path(sys.executable).parent))
    found = beside or shutil.which("racetrack")
    return (found,) if found else (sys.executable, "-m", "racetrack_client")


def racetrack_bundle(plugin_dir: str | Path, out_dir: str | Path | None = None) -> Bundle:
    """Bundle a plugin with the unmodified `racetrack` command.

    Args:
        plugin_dir: The plugin's folder.
        out_dir: An existing folder for the ZIP; None means the plugin's own, as the command has it.

    Returns:
        What the command wrote.

    Raises:
        ManifestError: The plugin's manifest breaks a rule.
        BundleError: The command failed, or left no bundle; its own words are in the message.
    """
    folder = Path(plugin_dir).expanduser().resolve()
    out = folder if out_dir is None else Path(out_dir).expanduser().resolve()
    manifest = load_plugin_manifest(folder)
    path = out / f"{manifest.name}-{manifest.version}.zip"
    words = (*racetrack_command(), "plugin", "bundle", str(folder), "--out", str(out))
    with tempfile.TemporaryDirectory(prefix="racetrack-home-") as home:
        env = {**os.environ, "HOME": home}
        try:
            answer = _process.run(words, cwd=folder, env=env, timeout=TIMEOUT)
        except _process.ChildTimeoutError as late:
            raise BundleError(f"{late}.", path=path, remedy="try it again.") from None
    if answer.returncode != 0 or not path.is_file():
        said = (answer.stdout + answer.stderr).strip()
        raise BundleError(
            f"`{' '.join(words)}` ended with exit code {answer.returncode} and wrote no "
            f"{path.name}: {said or 'it said nothing'}",
            path=path,
            remedy="`racetrack version` tells whether the command itself works.",
        )
    return inspect_bundle(path)
