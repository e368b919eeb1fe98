"""Which version a caller means: an exact one, `latest`, or a pattern such as `1.x`."""

from __future__ import annotations

from collections.abc import Sequence

from racetrack_client.utils.semver import SemanticVersion, SemanticVersionPattern

from workbench.racetrack.model import JobRecord, JobStatus
from workbench.racetrack.problems import NotFound

LATEST = "latest"
_CALLABLE = (JobStatus.RUNNING, JobStatus.ERROR, JobStatus.LOST)


def find_version(name: str, version: str, jobs: Sequence[JobRecord]) -> JobRecord:
    """The job that is meant.

    Args:
        name: The job's name.
        version: Exact; or `latest` or a pattern, which both mean the highest version without a
            label, among those that were ready once.
        jobs: All jobs of that name.

    Raises:
        NotFound: There is none, in a real server's words.
    """
    if version == LATEST:
        found = _highest(_stable(jobs))
        if found is None:
            raise NotFound(f"No job named {name}")
        return found
    if SemanticVersionPattern.is_x_pattern(version):
        stable = _stable(jobs)
        if not jobs:
            raise NotFound(f"No job named {name}")
        pattern = SemanticVersionPattern.from_x_pattern(version)
        found = _highest([job for job in stable if pattern.matches(_semantic(job))])
        if found is None:
            raise NotFound(f"Not found any stable version matching pattern: {version}")
        return found
    exact = next((job for job in jobs if job.version == version), None)
    if exact is None:
        raise NotFound("Job record not found for given name, version")
    return exact


def _stable(jobs: Sequence[JobRecord]) -> list[JobRecord]:
    return [job for job in jobs if job.status in _CALLABLE and not _semantic(job).label]


def _highest(jobs: Sequence[JobRecord]) -> JobRecord | None:
    return max(jobs, key=_semantic, default=None)


def _semantic(job: JobRecord) -> SemanticVersion:
    version: SemanticVersion = SemanticVersion(job.version)  # type: ignore[no-untyped-call]
    return version
