"""Bringing jobs back after a start of the server: those that ran run again, or are told as lost."""

from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

from workbench.engines import stop_abandoned_containers
from workbench.errors import WorkbenchError
from workbench.manifest import JobManifest
from workbench.racetrack.config import Config
from workbench.racetrack.model import JobRecord, JobStatus
from workbench.racetrack.running.gate import GateError, pass_gate
from workbench.racetrack.running.instance import Instance, Program
from workbench.racetrack.running.supervisor import Supervisor
from workbench.racetrack.store import Store

log = logging.getLogger(__name__)

_AT_ONCE = 8
"""Jobs that are started side by side: most of their time they wait."""

Environment = Callable[[JobManifest], Mapping[str, str]]


def restore(config: Config, store: Store, supervisor: Supervisor, environment: Environment) -> None:
    """Start again what ran; remove folders that no job needs.

    Secrets are not written down, so a job that had some comes back without them, and is told so.

    Args:
        config: Where the jobs' folders are.
        store: Which jobs there are.
        supervisor: Takes them over.
        environment: Gives a job its environment anew.
    """
    jobs = store.jobs()
    try:
        if supervisor.engine.name == "docker":
            stop_abandoned_containers()
    except WorkbenchError as error:
        log.warning("no job was brought back: %s", error)
        for job in jobs:
            store.update_job(job.name, job.version, status=JobStatus.LOST, error=str(error))
        return
    wanted = {job.image.get("folder") for job in jobs}
    for folder in config.jobs_dir.iterdir() if config.jobs_dir.is_dir() else ():
        if folder.name not in wanted:
            shutil.rmtree(folder, ignore_errors=True)

    def one(job: JobRecord) -> None:
        if supervisor.instance(job.name, job.version) is not None:
            return  # somebody deployed it in the meantime
        try:
            _bring_back(config, store, supervisor, environment, job)
        except (WorkbenchError, OSError, KeyError, ValueError) as error:
            log.warning("%s was not brought back: %s", job.full_name, error)
            status = JobStatus.ERROR if isinstance(error, GateError) else JobStatus.LOST
            store.update_job(job.name, job.version, status=status, error=str(error))

    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="restore") as pool:
        list(pool.map(one, jobs))


def _bring_back(
    config: Config,
    store: Store,
    supervisor: Supervisor,
    environment: Environment,
    job: JobRecord,
) -> None:
    manifest = JobManifest.model_validate(dict(job.manifest))
    manifest.origin_yaml_ = job.manifest_yaml
    program = Program.from_dict(
        job.image, job.engine, manifest, environment(manifest), config.jobs_dir
    )
    if job.engine != supervisor.engine.name or not program.there:
        raise WorkbenchError(
            f"what {job.full_name} ran from is gone, or was made by another engine; "
            "deploy it again with --force"
        )
    before, notice = ["--- the server was started again ---"], ""
    if program.secret_names:
        names = ", ".join(program.secret_names)
        notice = (
            f"Since the server was started again it runs without its secret variables {names}, "
            "which are not written down: deploy it again with --force."
        )
        before.append(f"--- {notice} ---")
    store.update_job(job.name, job.version, notice=notice)
    instance = Instance.start(supervisor.engine, program, int(time.time()), before, 0)
    supervisor.adopt(job.name, job.version, instance)
    pass_gate(instance, config)
    store.update_job(
        job.name,
        job.version,
        status=JobStatus.RUNNING,
        error=None,
        internal_name=instance.internal_name,
        deployment_timestamp=instance.timestamp,
    )
