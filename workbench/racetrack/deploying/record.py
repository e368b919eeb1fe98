"""What is written down about a job that a deployment has started."""

from __future__ import annotations

import uuid
from datetime import datetime

from workbench.job_type import JobType
from workbench.manifest import JobManifest
from workbench.racetrack.config import Config
from workbench.racetrack.model import InstalledPlugin, JobRecord, JobStatus
from workbench.racetrack.running.instance import Instance


def new_record(
    manifest: JobManifest,
    manifest_yaml: str,
    former: JobRecord | None,
    instance: Instance,
    plugin: InstalledPlugin,
    job_type: JobType,
    started: datetime,
    config: Config,
    *,
    deployed_by: str,
) -> JobRecord:
    """The record of a job that starts.

    Args:
        manifest: Its manifest.
        manifest_yaml: The same as it was sent.
        former: The record of the same version, which it takes the place of.
        instance: What runs.
        plugin: Whose job type it is.
        job_type: That job type.
        started: When its image was begun.
        config: Where PUB is, and where jobs' folders are.
        deployed_by: Who asked for it.
    """
    engine = instance.program.image.engine
    return JobRecord(
        id=former.id if former is not None else str(uuid.uuid4()),
        name=manifest.name,
        version=manifest.version,
        status=JobStatus.STARTING,
        create_time=former.create_time if former is not None else instance.timestamp,
        update_time=instance.timestamp,
        manifest=manifest.model_dump(mode="json"),
        manifest_yaml=manifest_yaml,
        internal_name=instance.internal_name,
        pub_url=f"{config.pub_url}/job/{manifest.name}/{manifest.version}",
        image_tag=started.strftime("%Y-%m-%dT%H%M%S"),
        deployed_by=deployed_by,
        infrastructure_target=engine,
        job_type_version=job_type.full_name,
        engine=engine,
        image=instance.program.to_dict(config.jobs_dir),
        deployment_timestamp=instance.timestamp,
        plugin=f"{plugin.name} {plugin.version}",
    )
