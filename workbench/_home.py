"""The workbench's own folders, below `settings.home`."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from workbench.errors import WorkbenchError
from workbench.settings import get_settings


def make_own(folder: Path) -> Path:
    """A folder below the workbench's home, made where it is not there yet.

    Raises:
        WorkbenchError: It cannot be made.
    """
    with told_by_home(f"{folder} cannot be made"):
        folder.mkdir(parents=True, exist_ok=True)
    return folder


def passing_folders(kind: str) -> Path:
    """The folder for folders that go with their process, whose names begin with its id.

    Those that killed processes left behind are removed.

    Args:
        kind: What they are for, such as `racetrack-passing`.

    Raises:
        WorkbenchError: It cannot be made.
    """
    root = make_own(get_settings().home / kind)
    root.chmod(0o700)
    for old in root.iterdir():
        owner = old.name.partition("-")[0]
        if owner.isdigit() and not psutil.pid_exists(int(owner)):
            shutil.rmtree(old, ignore_errors=True)
    return root


@contextmanager
def told_by_home(what: str) -> Iterator[None]:
    """Make one clear error of a home that is full, or that cannot be written.

    Args:
        what: What was not done.
    """
    try:
        yield
    except OSError as error:
        raise WorkbenchError(
            f"{what}: in {get_settings().home}: {error.strerror or error}.",
            remedy="make that folder writable, with room on its disk, or set WORKBENCH_HOME.",
        ) from None
