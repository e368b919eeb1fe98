"""The playground's plugin made whole, so that it can run the sample job before it is finished."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from workbench._finished import PLUGIN
from workbench.errors import BuildError, Location, StepFailed, WorkbenchError
from workbench.tutorial.playground import Playground

_LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.zip", ".git", ".ipynb_checkpoints")


@dataclass(frozen=True)
class PluginCopy:
    """A copy of the playground's plugin in which nothing is missing.

    Attributes:
        path: Its folder; it is gone when the `with` block ends.
        filled: What came from the finished plugin, as paths within the project.
    """

    path: Path
    filled: tuple[str, ...]


@contextmanager
def plugin_with(playground: Playground, *parts: str) -> Iterator[PluginCopy]:
    """Copy the playground's plugin, and put in from the finished one what is not there.

    What is there is taken as it is, right or wrong. An error that is raised within the `with` block
    names the playground's files, though it was found in the copy.

    Args:
        playground: Where the plugin is being written; nothing in it is changed.
        parts: Files or folders of the plugin, such as `go_wrapper`: only these come from the
            playground. None: all of it.

    Yields:
        The copy, in a folder that is removed at the end.

    Raises:
        StepFailed: A file of the playground cannot be read.
    """
    with tempfile.TemporaryDirectory(prefix="workbench-parts-") as folder:
        scratch = Playground(Path(folder).resolve())
        try:
            _copy(playground.plugin_dir, scratch.plugin_dir, parts)
            filled = scratch.write(PLUGIN).files
            yield PluginCopy(scratch.plugin_dir, filled)
        except WorkbenchError as error:
            _name_the_original(error, scratch.path, playground.path)
            raise


def _copy(source: Path, target: Path, parts: tuple[str, ...]) -> None:
    try:
        for part in parts or [path.name for path in source.iterdir()] if source.is_dir() else ():
            if (source / part).is_dir():
                shutil.copytree(source / part, target / part, ignore=_LEFT_OUT)
            elif (source / part).is_file() and not part.endswith(".zip"):
                (target / part).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source / part, target / part)
    except (OSError, shutil.Error) as error:
        raise StepFailed(f"{source} cannot be read: {error}.") from None


def _name_the_original(error: WorkbenchError, scratch: Path, original: Path) -> None:
    """Let the error's text and places speak of the folder that was copied."""

    def told(text: str) -> str:
        return text.replace(f"{scratch}/", f"{original}/")

    error.message = told(error.message)
    error.args = (error.message,)
    error.remedy = told(error.remedy) if error.remedy else None
    error.log = tuple(told(line) for line in error.log)
    if isinstance(error, BuildError):
        error.locations = tuple(
            Location(Path(told(str(one.file))), one.line, one.column, told(one.message))
            for one in error.locations
        )
