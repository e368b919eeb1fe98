"""The sample job on a plugin that is still being written: what is missing is borrowed."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from workbench._finished import JOB, PLUGIN, is_litter
from workbench.engines import Engine
from workbench.errors import BuildError, Location, StepFailed, WorkbenchError
from workbench.events import Event, Phase, Sink, default_sink
from workbench.job import Job
from workbench.run import run_job
from workbench.settings import get_settings
from workbench.tutorial.playground import Playground, tutorial_files

_KEPT = 8
"""How many playgrounds' whole copies stay below the workbench's home."""


@dataclass(frozen=True)
class Whole:
    """A plugin and a job that can be run, though the playground may hold only parts of them.

    Attributes:
        plugin_dir: The plugin: the playground's own where nothing is missing, else a copy.
        job_dir: The sample job, likewise.
        borrowed: What came from the finished ones, as paths within the playground.
        root: The folder of the copies.
    """

    plugin_dir: Path
    job_dir: Path
    borrowed: tuple[str, ...]
    root: Path

    def told(self) -> str:
        """What was borrowed, in one line; empty where nothing was."""
        if not self.borrowed:
            return ""
        return f"not written yet, so taken from the finished project: {_listed(self.borrowed)}"


def whole_plugin(playground: Playground | None = None) -> Whole:
    """Make the playground's plugin and job whole, somewhere else, with the finished files.

    What a learner wrote is taken as it is; only files that are not there at all are borrowed. The
    copies stay below the workbench's home, at the same place for the same playground, so that a
    running job keeps its folder and a second build is a quick one.

    Args:
        playground: Whose files; None for the learner's own.

    Raises:
        StepFailed: A file cannot be read or copied.
    """
    ground = playground or Playground()
    key = hashlib.sha256(os.fsencode(ground.path.resolve())).hexdigest()[:16]
    root = get_settings().home / "sample" / key
    folders: dict[str, Path] = {}
    borrowed: list[str] = []
    for name in (PLUGIN, JOB):
        missing = {
            relative.as_posix(): source
            for source, relative in tutorial_files(name)
            if not (ground.path / relative).exists()
        }
        folders[name] = ground.path / name
        if missing:
            with _copying(root / name):
                _mirror(root, name, {**_written(ground, name), **missing})
            folders[name] = root / name
            borrowed += missing
    if borrowed:
        os.utime(root)
        _forget_old(root.parent)
    return Whole(folders[PLUGIN], folders[JOB], tuple(borrowed), root)


def run_sample(
    *,
    playground: Playground | None = None,
    engine: str | Engine | None = None,
    port: int | None = None,
    timeout: float | None = None,
    env: Mapping[str, str] | None = None,
    on_event: Sink | None = None,
) -> Job:
    """Run the sample job with the wrapper that is being written in the playground.

    What of plugin and job is not written yet comes from the finished ones, and is told. A sample
    job that this process ran before is replaced once the new one is ready.

    Args:
        playground: Whose files; None for the learner's own.
        engine: The name of an engine, or an engine; None for the setting.
        port: The port of this machine to listen on; None for a free one.
        timeout: Seconds that the job may take until it is ready, the build not counted.
        env: Further variables for the job, which win over all others.
        on_event: Where progress is reported; None for a table in a notebook, else nothing.

    Returns:
        The running job.

    Raises:
        WorkbenchError: As `run_job`; files are named as they are in the playground.
    """
    ground = playground or Playground()
    sink = on_event or default_sink()
    whole = whole_plugin(ground)
    if whole.borrowed:
        sink(Event(Phase.PREPARING, whole.told()))
    with _named_as_in(ground, whole.root):
        return run_job(
            whole.job_dir,
            plugin=whole.plugin_dir,
            engine=engine or ground.engine,
            port=port,
            timeout=timeout,
            env=env,
            on_event=sink,
        )


def _written(playground: Playground, name: str) -> dict[str, Path]:
    """The files below a folder of the playground, by their paths within it."""
    return {
        path.relative_to(playground.path).as_posix(): path
        for path in sorted((playground.path / name).rglob("*"))
        if path.is_file() and not any(map(is_litter, path.relative_to(playground.path).parts[1:]))
    }


def _mirror(root: Path, name: str, files: Mapping[str, Path]) -> None:
    """Let the folder `name` below `root` hold these files and no others."""
    for path in sorted((root / name).rglob("*"), reverse=True):
        if path.is_dir() and not path.is_symlink():
            if not any(path.iterdir()):
                path.rmdir()
        elif path.relative_to(root).as_posix() not in files:
            path.unlink()
    for relative, source in files.items():
        target = root / relative
        content = source.read_bytes()
        if target.is_file() and target.read_bytes() == content:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as draft:
            draft.write(content)
        Path(draft.name).chmod(0o644)
        Path(draft.name).replace(target)


def _forget_old(folder: Path) -> None:
    copies = sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime)
    for old in copies[:-_KEPT]:
        shutil.rmtree(old, ignore_errors=True)


@contextmanager
def _copying(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StepFailed(
            f"{error.filename or target} could not be copied: {error.strerror or error}."
        ) from None


@contextmanager
def _named_as_in(playground: Playground, root: Path) -> Iterator[None]:
    """Let an error name files as seen from the playground, never their copies."""
    places = [f"{place}{os.sep}" for place in (root, playground.path)]

    def short(text: str) -> str:
        for place in places:
            text = text.replace(place, "")
        return text

    try:
        yield
    except WorkbenchError as error:
        error.message = short(error.message)
        error.log = tuple(map(short, error.log))
        error.remedy = short(error.remedy) if error.remedy else None
        if isinstance(error, BuildError):
            error.locations = tuple(_mapped(one, root, playground) for one in error.locations)
        raise


def _mapped(where: Location, root: Path, playground: Playground) -> Location:
    if not where.file.is_relative_to(root):
        return where
    file = playground.path / where.file.relative_to(root)
    return Location(file, where.line, where.column, where.message)


def _listed(names: tuple[str, ...]) -> str:
    """The names; files of one folder as a number where they are many."""
    folders: dict[str, list[str]] = {}
    for name in names:
        parts = Path(name).parts
        folders.setdefault("/".join(parts[: min(2, len(parts) - 1)]), []).append(name)
    told = []
    for folder, inside in folders.items():
        told += inside if len(inside) < 6 else [f"{len(inside)} files of {folder}"]
    return ", ".join(told)
