"""Running jobs: build, start, wait until ready; and stopping whatever still runs."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from workbench import _children
from workbench._sources import Sources
from workbench.engines import (
    Engine,
    Image,
    get_engine,
    remove_built_images,
    stop_abandoned_containers,
)
from workbench.events import Phase, Sink, default_sink, step
from workbench.health_gate import wait_until_ready
from workbench.job import Job
from workbench.job_type import JobType
from workbench.manifest import JobManifest, load_job_manifest
from workbench.plugin import PluginData, current_plugin
from workbench.settings import TRACING_HEADER, get_settings

_running: set[Job] = set()  # also those of which a notebook forgot the name


def run_job(
    job_dir: str | Path,
    *,
    plugin: PluginData | str | Path | None = None,
    engine: str | Engine | None = None,
    port: int | None = None,
    timeout: float | None = None,
    env: Mapping[str, str] | None = None,
    replace: bool = True,
    on_event: Sink | None = None,
) -> Job:
    """Build a job, start it, and return when it is ready to be called.

    A job of the same name and version that this process started before is replaced, as on a
    redeployment: it is stopped once the new one is ready, and goes on if the new one fails.

    Args:
        job_dir: The folder with `job.yaml`.
        plugin: The job-type plugin, or its folder or ZIP; None for the finished Go plugin. One
            that was loaded is loaded again where its files changed since.
        engine: The name of an engine, or an engine; None for the setting.
        port: The port of this machine to listen on; None for a free one.
        timeout: Seconds that the job may take until it is ready, the build not counted.
        env: Further variables for the job, which win over all others.
        replace: Whether a job of the same name and version is replaced; else both run.
        on_event: Where progress is reported; None for a table in a notebook, else nothing.

    Returns:
        The running job.

    Raises:
        ManifestError: job.yaml is wrong.
        PluginError: The plugin does not load, or has no such job type.
        BuildError: The job does not compile; names the user's file and line.
        JobNotReady: It did not become ready in time, or told an error of its own.
        JobDied: It ended while starting.
        PortTaken: Somebody listens on `port`.
    """
    sink = on_event or default_sink()
    manifest, used, job_type = _read(job_dir, plugin, sink)
    chosen = get_engine(engine, on_event=sink)
    sources = Sources(manifest.workspace, used.source)
    image = chosen.build(job_type, manifest, on_event=sink)
    former = [
        job
        for job in list(_running)
        if replace
        and job.status != "stopped"
        and (job.manifest.name, job.manifest.version) == (manifest.name, manifest.version)
    ]
    for job in former:
        if image.fixed_port or (port and job.address.endswith(f":{port}")):
            job.stop()
    timestamp = int(time.time())
    given = {**job_environment(manifest, timestamp), **(env or {})}
    with step(sink, Phase.STARTING, f"{manifest.name} {manifest.version}") as outcome:
        container = chosen.run(image, given, port=port)
        job = Job(manifest, image, container, timestamp, sources)
        outcome.message = job.address
    try:
        with step(sink, Phase.WAITING, "/live and /ready"):
            wait_until_ready(job, timeout or get_settings().ready_timeout)
    except BaseException:  # also an interrupt: what was started here must not stay
        job.stop()
        raise
    _running.add(job)
    for old in former:
        old.stop()
        _running.discard(old)
    return job


def build_job(
    job_dir: str | Path,
    *,
    plugin: PluginData | str | Path | None = None,
    engine: str | Engine | None = None,
    on_event: Sink | None = None,
) -> Image:
    """Build a job, and start nothing.

    Args:
        job_dir: The folder with `job.yaml`.
        plugin: The job-type plugin, or its folder or ZIP; None for the finished Go plugin.
        engine: The name of an engine, or an engine; None for the setting.
        on_event: Where progress is reported; None for a table in a notebook, else nothing.

    Returns:
        What was built; `explain` tells of it.

    Raises:
        ManifestError: job.yaml is wrong.
        PluginError: The plugin does not load, or has no such job type.
        BuildError: The job does not compile, or a step of its image fails; names file and line.
        EngineUnavailable: The engine cannot work on this machine.
    """
    sink = on_event or default_sink()
    manifest, _, job_type = _read(job_dir, plugin, sink)
    return get_engine(engine, on_event=sink).build(job_type, manifest, on_event=sink)


def _read(
    job_dir: str | Path, plugin: PluginData | str | Path | None, sink: Sink
) -> tuple[JobManifest, PluginData, JobType]:
    with step(sink, Phase.PREPARING, "reading manifest and plugin") as outcome:
        manifest = load_job_manifest(job_dir)
        used, again = current_plugin(plugin)
        job_type = used.job_type(manifest.get_jobtype())
        told = f"{manifest.name} {manifest.version} on {job_type.full_name}"
        outcome.message = f"{told}, {again}" if again else told
    return manifest, used, job_type


def job_environment(manifest: JobManifest, timestamp: int) -> dict[str, str]:
    """What Racetrack's infrastructure gives to a job, on Kubernetes.

    `PUB_URL` is the engine's to set, since it knows the address. Line breaks of the manifest are
    written as a backslash and an n, as there.
    """
    return {
        "JOB_NAME": manifest.name,
        "JOB_VERSION": manifest.version,
        "JOB_DEPLOYMENT_TIMESTAMP": str(timestamp),
        "JOB_MANIFEST_YAML": (manifest.origin_yaml_ or "").replace("\n", "\\n"),
        "AUTH_TOKEN": secrets.token_urlsafe(16),
        "REQUEST_TRACING_HEADER": TRACING_HEADER,
        "JOB_USER_MODULE_HOSTNAME": "localhost",
        **(manifest.runtime_env or {}),
    }


@dataclass(frozen=True)
class Cleaned:
    """What `clean` did.

    Attributes:
        stopped: What was stopped, in words.
        running: What other living processes run, and was left to them.
    """

    stopped: tuple[str, ...]
    running: tuple[str, ...]

    def __repr__(self) -> str:
        words = ("removed" if one.startswith("image ") else "stopped" for one in self.stopped)
        lines = [f"{word}: {one}" for word, one in zip(words, self.stopped, strict=True)]
        lines = lines or ["nothing was running"]
        return "\n".join([*lines, *(f"left to its owner: {one}" for one in self.running)])


def clean(*, labs: bool = True, images: bool = False) -> Cleaned:
    """Stop the jobs and servers of this process, and whatever a crash of another left behind.

    Containers are told by their labels; those of other workbenches on the same daemon stay.

    Args:
        labs: Whether a JupyterLab counts as well; else it is neither stopped nor named.
        images: Whether the Docker images that this workbench built are removed, too. What the
            builder keeps is everybody's: `docker builder prune` empties it.

    Raises:
        EngineUnavailable: Images are to be removed, and no Docker daemon answers; or it
            answered at first, and then no more.
    """
    kind = None if labs else "job"
    own = [job for job in list(_running) if job.status != "stopped"]
    stopped = [f"{job.manifest.name} {job.manifest.version} at {job.address}" for job in own]
    for job in own:
        job.stop()
        _running.discard(job)
    stopped += [str(record) for record in _children.stop_own("racetrack")]
    stopped += [str(record) for record in _children.stop_abandoned(kind)]
    removed, running = stop_abandoned_containers()
    stopped += removed
    running += [str(record) for record in _children.records(kind)]
    if images:
        stopped += remove_built_images()
    return Cleaned(tuple(stopped), tuple(running))
