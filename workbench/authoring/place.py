"""Which file a path of the playground stands for, and in which language it is written."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePath, PurePosixPath

from workbench.errors import UsageError
from workbench.settings import get_settings

_REMEDY = "name a file below the playground, such as golang-job-type/plugin.py."
_SUFFIXES = {
    ".css": "css",
    ".go": "go",
    ".html": "html",
    ".js": "javascript",
    ".json": "json",
    ".py": "python",
    ".yaml": "yaml",
    ".yml": "yaml",
}


@dataclass(frozen=True)
class Place:
    """A file of the playground, which need not be there.

    Attributes:
        name: Its path within the playground, as messages show it.
        file: Where it is on this machine, with every symbolic link followed.
    """

    name: str
    file: Path


def find_place(path: str | PurePath) -> Place:
    """The file in the playground that `path` stands for.

    Args:
        path: Relative to the playground, such as `golang-job-type/plugin.py`.

    Raises:
        UsageError: It leads out of the playground, by itself or by a symbolic link, or into the
            playground's own git folder; or it cannot be a file's name.
    """
    given = str(path)
    root = get_settings().playground.resolve()
    try:
        file = (root / given).resolve()
    except (OSError, RuntimeError, ValueError):  # links that lead in a circle; a NUL character
        raise UsageError(f"{given!r} cannot be the name of a file.", remedy=_REMEDY) from None
    if given.startswith("~") or not file.is_relative_to(root):
        raise UsageError(f"{given} leads out of the playground.", remedy=_REMEDY)
    name = file.relative_to(root)
    if not name.parts or given.endswith("/"):
        raise UsageError(f"{given!r} is no name of a file.", remedy=_REMEDY)
    if name.parts[0].lower() == ".git":
        raise UsageError(f"{given} belongs to git.", remedy=_REMEDY)
    return Place(name.as_posix(), file)


def language_of(name: str) -> str:
    """The language that a file is written in, by its name; `text` where none is known."""
    path = PurePosixPath(name)
    if path.name == "Makefile":
        return "make"
    if path.name == "Dockerfile" or path.suffix == ".Dockerfile":
        return "docker"
    return _SUFFIXES.get(path.suffix, "text")
