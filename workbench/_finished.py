"""The files of the finished plugin and the sample job, as they are copied from here elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

from workbench.settings import shipped

PLUGIN = "golang-job-type"
JOB = "sample-golang-function"

# What tools leave in a source folder; the last one is the program of a plain `go build`.
_LITTER = ("__pycache__", "*.pyc", "*.zip", ".DS_Store", ".ipynb_checkpoints", PLUGIN)


def finished_files(name: str) -> Iterator[tuple[Path, Path]]:
    """The files that `name` stands for.

    Args:
        name: `golang-job-type`, `sample-golang-function`, or a file or folder in one of them.

    Yields:
        Each file, and its path within the project; what tools leave behind is not among them.
    """
    top, *rest = Path(name).parts
    root = shipped(top)
    start = root.joinpath(*rest)
    for path in _walk(start) if start.is_dir() else [start]:
        yield path, Path(top) / path.relative_to(root)


def finished_project() -> dict[str, Path]:
    """Every file of the plugin and of the job, by its path within the project."""
    tops = (PLUGIN, JOB)
    return {name.as_posix(): path for top in tops for path, name in finished_files(top)}


def is_litter(name: str) -> bool:
    """Whether a file or folder of that name is something that a tool left behind."""
    return any(fnmatch(name, pattern) for pattern in _LITTER)


def _walk(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if is_litter(path.name):
            continue
        if path.is_dir():
            yield from _walk(path)
        else:
            yield path
