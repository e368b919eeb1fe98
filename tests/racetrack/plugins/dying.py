"""A server that is killed at a given point of an installation; run by test_crash.py.

Arguments: the state folder, the ZIP, the point, and `before` or `after` it.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

from workbench.racetrack.config import Config
from workbench.racetrack.plugins import PluginRegistry, installed, loading, shelf
from workbench.racetrack.store import Store

POINTS: dict[str, tuple[Any, str]] = {
    "taken": (shelf.Shelf, "take"),
    "unpacked": (shelf.Shelf, "unpack"),
    "unpacking": (shelf, "unpack_to"),
    "loaded": (loading, "load_unpacked"),
    "stored": (Store, "save_plugin"),
    "known": (installed.Installed, "of"),
    "retired": (shelf.Shelf, "retire"),
}


def main(state: str, zip_file: str, point: str, when: str) -> None:
    """Install a plugin, replacing others of its name, and be killed on the way."""
    loading.__dict__["lint"] = lambda *_args, **_named: []
    config = Config(Path(state))
    plugins = PluginRegistry(config, Store(config.database))
    plugins.load_all()
    owner, name = POINTS[point]
    real = getattr(owner, name)

    def dying(*args: Any, **named: Any) -> Any:
        if when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        real(*args, **named)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(owner, name, dying)
    plugins.install(Path(zip_file), "case.zip", replace=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
