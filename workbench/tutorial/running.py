"""The sample job on a plugin that is still being written: what is missing is borrowed."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from workbench._finished import JOB, PLUGIN, is_litter
from workbench._sources import Sources
from workbench._written import changed_since_written
from workbench.engines import Engine
from workbench.errors import BuildError, Location, StepFailed, WorkbenchError
from workbench.events import Event, Phase, Sink, default_sink
from workbench.job import Job
from workbench.run import run_job
from workbench.settings import get_settings
from workbench.tutorial.breaking import broken_now
from workbench.tutorial.parts import plugin_with
from workbench.tutorial.playground import Playground, tutorial_files


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

    What of plugin and job is not written yet comes from the finished ones, and is told; so is what
    is not any more as a cell wrote it, since then the cell does not show what is built. A sample
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
    with whole_sample(ground, sink) as sample:
        job = run_job(
            sample.job_dir,
            plugin=sample.plugin_dir,
            engine=engine or ground.engine,
            port=port,
            timeout=timeout,
            env=env,
            on_event=sink,
        )
    job.sources = sample.sources  # the learner's own files, not their copies
    return job


@dataclass(frozen=True)
class WholeSample:
    """The playground's job and plugin with nothing missing.

    Attributes:
        job_dir: The job's folder: the learner's own where it is whole.
        plugin_dir: The plugin's, likewise.
        sources: The learner's files that both are made of.
    """

    job_dir: Path
    plugin_dir: Path
    sources: Sources


@contextmanager
def whole_sample(playground: Playground, on_event: Sink) -> Iterator[WholeSample]:
    """Make the playground's job and plugin whole for the time of a build.

    What is borrowed is told, and so is what is not any more as a cell wrote it. An error that is
    raised within the block names files as they are in the playground.
    """
    ground = playground
    missing = {name: _missing(ground, name) for name in (PLUGIN, JOB)}
    borrowed = {**missing[PLUGIN], **missing[JOB]}
    if borrowed:
        text = f"not written yet, so taken from the finished project: {listed(borrowed)}"
        on_event(Event(Phase.PREPARING, text))
    changed = [name for name in changed_since_written(ground.path) if name not in broken_now()]
    if changed:
        on_event(Event(Phase.PREPARING, f"changed since a cell wrote it: {listed(changed)}"))
    sources = Sources(ground.job_dir, ground.plugin_dir, borrowed)
    job_dir, plugin_dir = ground.job_dir, ground.plugin_dir
    with ExitStack() as stack:
        if missing[JOB]:
            job_dir = _whole_job_dir(ground)
            _mirror(job_dir, {**_written(ground.job_dir), **missing[JOB]})
        stack.enter_context(_named_as_in(ground, job_dir.parent))
        if missing[PLUGIN]:  # only the build needs it: the program that runs is elsewhere
            plugin_dir = stack.enter_context(plugin_with(ground)).path
        yield WholeSample(job_dir, plugin_dir, sources)


def _missing(playground: Playground, name: str) -> dict[str, Path]:
    """The finished files that the playground has not, by their paths within it."""
    return {
        relative.as_posix(): source
        for source, relative in tutorial_files(name)
        if not (playground.path / relative).exists()
    }


def _whole_job_dir(playground: Playground) -> Path:
    """Where the playground's job is made whole: the same place again, as a running job is in it."""
    key = hashlib.sha256(os.fsencode(playground.path.resolve())).hexdigest()[:16]
    return get_settings().home / "sample" / key / JOB


def _written(folder: Path) -> dict[str, Path]:
    """The files below a folder of the playground, by their paths within it."""
    return {
        path.relative_to(folder.parent).as_posix(): path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not any(map(is_litter, path.relative_to(folder).parts))
    }


def _mirror(folder: Path, files: Mapping[str, Path]) -> None:
    """Let a folder hold these files, named from the folder above it, and no others."""
    try:
        for path in list(folder.rglob("*")):
            if path.is_file() and path.relative_to(folder.parent).as_posix() not in files:
                path.unlink()
        for name, source in files.items():
            target = folder.parent / name
            target.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as draft:
                draft.write(source.read_bytes())
            Path(draft.name).chmod(0o644)
            Path(draft.name).replace(target)
    except OSError as error:
        raise StepFailed(f"The sample job could not be copied: {error}.") from None


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


def listed(names: Iterable[str]) -> str:
    """The names; files of one folder as a number where they are many."""
    folders: dict[str, list[str]] = {}
    for name in names:
        parts = Path(name).parts
        folders.setdefault("/".join(parts[: min(2, len(parts) - 1)]), []).append(name)
    told = []
    for folder, inside in folders.items():
        told += inside if len(inside) < 6 else [f"{len(inside)} files of {folder}"]
    return ", ".join(told)
