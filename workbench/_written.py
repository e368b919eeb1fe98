"""What cells of notebooks wrote into the playground, so that a later change by others is seen."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from pydantic import BaseModel

from workbench._state_file import StateFile

STATE_FOLDER = ".workbench"
"""The folder of the playground that holds what the workbench remembers; git ignores it."""


class Digests(BaseModel):
    """By the path within the playground: the digest of what was last written there."""

    files: dict[str, str] = {}


def note_written(playground: Path, names: Iterable[str]) -> str | None:
    """Take files as they are now for what was last written to them.

    Args:
        playground: The folder that they are in.
        names: Their paths within it; one that is not there any more is forgotten.

    Returns:
        Why it could not be noted, or None.
    """
    found = {name: digest(playground / name) for name in names}

    def change(state: Digests) -> None:
        for name, value in found.items():
            if value is None:
                state.files.pop(name, None)
            else:
                state.files[name] = value

    return _file(playground).update(change).notice if found else None


def changed_since_written(playground: Path) -> tuple[str, ...]:
    """The files that somebody else has changed or removed since they were written, sorted."""
    known = _file(playground).read().state.files
    return tuple(name for name in sorted(known) if digest(playground / name) != known[name])


def digest(file: Path) -> str | None:
    """The SHA-256 of a file; None where it cannot be read."""
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError:
        return None


def _file(playground: Path) -> StateFile[Digests]:
    return StateFile(playground / STATE_FOLDER / "written.json", Digests)
