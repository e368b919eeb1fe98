"""What views are about: a job that runs here, or one on a Racetrack."""

from __future__ import annotations

from workbench.job import Job
from workbench.racetrack.client.job import RemoteJob

AnyJob = Job | RemoteJob
"""A view asks both the same things."""


def told(job: AnyJob) -> str:
    """What a reader calls a job: its name and version."""
    return f"{job.manifest.name} {job.manifest.version}"
