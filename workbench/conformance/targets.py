"""Making a target of what a person names: a job's folder, a running job, a command, an address."""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from workbench import _children, _ports
from workbench._private_network import private_networks
from workbench._sources import outdated_words
from workbench.conformance.instance import Instance, OnLoopback, Started, host_of
from workbench.conformance.target import NO_PROBE, TELLS_PROBE, Given, Startable, StartedTarget
from workbench.engines import (
    NOTHING_WRONG,
    ChildContainer,
    Engine,
    Image,
    Surroundings,
    get_engine,
    start_private,
)
from workbench.errors import BuildError, EngineUnavailable, PortTaken, UsageError
from workbench.events import Event, Phase, Sink, silent
from workbench.job import Job
from workbench.job_type import JobType
from workbench.manifest import JobManifest, load_job_manifest
from workbench.plugin import PluginData, current_plugin
from workbench.settings import JOB_PORT

PROBE_JOB = Path(__file__).with_name("probe")
"""The job whose function does what its input tells it; for plugins whose language is Go."""

NO_PROBE_COMMAND = (
    f"{TELLS_PROBE}: give the command that starts the wrapper around one (--probe; what that has "
    "to do is in docs/rules.md)"
)


def folder_target(
    job_dir: str | Path,
    given: Given,
    *,
    plugin: PluginData | str | Path | None = None,
    engine: str | Engine | None = None,
    on_event: Sink = silent,
) -> StartedTarget:
    """The plugin's wrapper around a job, and around the probe job.

    Args:
        job_dir: The folder with `job.yaml`.
        given: What the person told.
        plugin: The job-type plugin, its folder or ZIP; None for the finished Go plugin. One that
            was loaded is loaded again where its files changed since.
        engine: The engine that builds and runs; None for the setting.
        on_event: Where progress is reported.

    Raises:
        ManifestError, PluginError, BuildError, EngineUnavailable: As `run_job` does.
    """
    manifest = load_job_manifest(job_dir)
    job_type = _current(plugin, on_event).job_type(manifest.get_jobtype())
    chosen = get_engine(engine, on_event=on_event)
    image = chosen.build(job_type, manifest, on_event=on_event)
    where = "" if chosen.name == "process" else f", by {chosen.name}"
    label = f"{manifest.name} {manifest.version} on {job_type.full_name}{where}"
    job = startable(image, chosen)
    is_probe = manifest.workspace == PROBE_JOB
    target = StartedTarget(
        label,
        given,
        job,
        job if is_probe else _probe(job_type, chosen, on_event),
        one_at_a_time=_one_at_a_time(image, chosen),
    )
    target.wrapper = go_wrapper(job_type)
    return target


def job_target(
    job: Job,
    given: Given,
    *,
    plugin: PluginData | str | Path | None = None,
    on_event: Sink = silent,
) -> StartedTarget:
    """A job that runs: it is asked as it is, and what rules start is the same image again.

    Where its files changed since it was built the target's name says so. A probe job would then be
    built from other files than the job, so there is none.

    Args:
        job: The running job; it is never stopped.
        given: What the person told.
        plugin: The plugin that it was built with, for the probe job; None leaves the rules that
            need one unjudged.
        on_event: Where progress is reported.
    """
    chosen = get_engine(job.engine)
    probe: Startable | str = NO_PROBE
    wrapper = None
    label = f"{job.manifest.name} {job.manifest.version} at {job.address}"
    if outdated := outdated_words(job.outdated):
        label = f"{label} ({outdated})"
        probe = f"the probe job would be of another version: {outdated}; run the job again"
    elif plugin is not None:
        job_type = _current(plugin, on_event).job_type(job.manifest.get_jobtype())
        probe, wrapper = _probe(job_type, chosen, on_event), go_wrapper(job_type)
    target = StartedTarget(
        label,
        given,
        startable(job.image, chosen),
        probe,
        one_at_a_time=_one_at_a_time(job.image, chosen),
    )
    target.wrapper = wrapper
    container = OnLoopback(job.container)
    target.share_running(
        Instance(
            container.connect,
            job_name=job.manifest.name,
            version=job.manifest.version,
            timestamp=job.deployment_timestamp,
            container=container,
            host=host_of(container),
        )
    )
    return target


def command_target(
    command: str | Sequence[str],
    given: Given,
    *,
    probe: str | Sequence[str] | None = None,
) -> StartedTarget:
    """A program that is a wrapper, in any language.

    Args:
        command: The command that starts it in the foreground; a text is split as a shell does.
        given: What the person told.
        probe: The command that starts the same wrapper around a function that does what it is told;
            see docs/rules.md for what that has to do.

    Raises:
        UsageError: A command is empty, or its quotes do not match.
    """
    words = _words(command)
    alone = private_networks() is not None

    manifest = JobManifest.model_validate(
        {
            "name": given.job_name or "checked-job",
            "version": "0.0.1",
            "owner_email": "sample@example.com",
            "jobtype": "any:0.0.0",
            "git": {"remote": "https://example.com/job"},
        }
    )
    return StartedTarget(
        shlex.join(words),
        given,
        _of_command(words, manifest, alone),
        NO_PROBE_COMMAND if probe is None else _of_command(_words(probe), manifest, alone),
        one_at_a_time=alone,
    )


def _words(command: str | Sequence[str]) -> list[str]:
    try:
        words = shlex.split(command) if isinstance(command, str) else list(command)
    except ValueError as error:
        raise UsageError(f"The command {command!r} cannot be split: {error}.") from None
    if not words:
        raise UsageError("The command to start is empty.")
    if shutil.which(words[0]) is None:
        raise UsageError(
            f"There is no command {words[0]!r}.",
            remedy="give one that is on PATH, or the path of a program.",
        )
    return words


def _of_command(words: Sequence[str], manifest: JobManifest, alone: bool) -> Startable:
    """A command, to be started in a network of its own, or on this machine, one at a time."""
    name = Path(words[0]).name

    def start(env: Mapping[str, str], plain: bool, around: Surroundings) -> Started:
        del plain  # nothing tells it where to listen, anyway
        whole = {**_environment_of_commands(), **env}
        if alone:
            _refuse(around)
            return OnLoopback(_on_this_machine(words, name, whole))
        return start_private(words, name=name, cwd=Path.cwd(), env=whole, around=around)

    return Startable(manifest, start)


def startable(image: Image, engine: Engine) -> Startable:
    """An image, to be started in a network of its own; where there is none, on loopback."""

    def start(env: Mapping[str, str], plain: bool, around: Surroundings) -> Started:
        isolated = engine.isolates()
        if isolated is None:
            return engine.run_private(image, env, around)
        _refuse(around)
        if plain and engine.name != "process":  # Docker's proxy listens here, not the wrapper
            raise EngineUnavailable(isolated.message, remedy=isolated.remedy)
        if plain and image.fixed_port is None:
            return OnLoopback(engine.run(image, {**env, "LISTEN_ADDRESS": ""}, port=JOB_PORT))
        return OnLoopback(engine.run(image, env))

    return Startable(image.manifest, start)


def go_wrapper(job_type: JobType) -> Path | None:
    """The folder of the plugin's wrapper in Go; None where it has none."""
    folder = job_type.plugin_dir / "go_wrapper"
    return folder if (folder / "go.mod").is_file() else None


def _current(plugin: PluginData | str | Path | None, on_event: Sink) -> PluginData:
    """The plugin as its files are now; that it had to be loaded again is told."""
    loaded, again = current_plugin(plugin)
    if again:
        on_event(Event(Phase.PREPARING, f"{loaded.plugin_manifest.name}: {again}"))
    return loaded


def _one_at_a_time(image: Image, engine: Engine) -> bool:
    return image.fixed_port is not None and engine.isolates() is not None


def _probe(job_type: JobType, engine: Engine, on_event: Sink) -> Startable | str:
    """The wrapper around the probe job, or why there is none.

    Remarks about its source are nobody's business: it is ours.
    """

    def without_remarks(event: Event) -> None:
        if event.state != "note":
            on_event(event)

    manifest = load_job_manifest(PROBE_JOB, extra_vars={"jobtype": job_type.full_name})
    try:
        return startable(engine.build(job_type, manifest, on_event=without_remarks), engine)
    except EngineUnavailable as problem:
        return problem.message
    except BuildError as problem:
        return f"the probe job could not be built with this wrapper: {problem.message}"


def _refuse(around: Surroundings) -> None:
    """Nothing is arranged around programs on the machine itself, where others run, too."""
    if around != NOTHING_WRONG:
        raise EngineUnavailable(
            "it takes a network of its own for the program, which this system does not give"
        )


def _environment_of_commands() -> dict[str, str]:
    """This process's environment, without what would tell a wrapper something."""
    told = ("JOB_", "LISTEN_ADDRESS", "PUB_URL", "AUTH_TOKEN", "REQUEST_TRACING_HEADER")
    return {name: value for name, value in os.environ.items() if not name.startswith(told)}


def _on_this_machine(words: Sequence[str], name: str, env: Mapping[str, str]) -> ChildContainer:
    if not _ports.port_is_free(JOB_PORT, "0.0.0.0"):  # noqa: S104 - where wrappers listen
        raise PortTaken(
            f"Port {JOB_PORT} is taken by {_ports.port_owner(JOB_PORT)}, and this system gives no "
            "network of its own to a program.",
            port=JOB_PORT,
        )
    child = _children.spawn(words, kind="job", name=name, cwd=Path.cwd(), env=env, port=JOB_PORT)
    return ChildContainer(child, JOB_PORT)
