"""Which job type a manifest asks for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from racetrack_client.utils.semver import SemanticVersion, SemanticVersionPattern

from workbench.errors import PluginError
from workbench.job_type.values import JobType


def match_job_type_version(reference: str, job_types: Mapping[str, JobType]) -> JobType:
    """Find the job type that a manifest's `jobtype` means.

    Args:
        reference: `name:version`; the version is exact, `latest`, or a pattern such as `1.2.*`.
            `latest` and patterns mean the highest version that fits, pre-releases included.
        job_types: Those that there are, by their full names.

    Raises:
        PluginError: The reference is not of that form, or nothing fits; lists what there is.
    """
    name, _, version = reference.partition(":")
    if not name or not version or ":" in version:
        raise PluginError(
            f"{reference!r} names no job type: the form is `name:version`, with one colon.",
            remedy=f"write {name or 'golang'}:latest, or an exact version.",
        )
    same_name = [job_type for job_type in job_types.values() if job_type.name == name]
    if version == "latest":
        found = _highest(same_name)
    elif SemanticVersionPattern.is_asterisk_pattern(version):
        pattern = SemanticVersionPattern.from_asterisk_pattern(version)
        found = _highest(each for each in same_name if pattern.matches(_semantic(each)))
    else:
        found = job_types.get(reference)
    if found is None:
        listed = ", ".join(sorted(job_types)) or "none"
        raise PluginError(
            f"There is no job type {reference}; supported are: {listed}.",
            remedy=_instead_of(name, version, job_types),
        )
    return found


def _semantic(job_type: JobType) -> SemanticVersion:
    try:
        return SemanticVersion(job_type.version)  # type: ignore[no-untyped-call]
    except ValueError:
        raise PluginError(
            f"{job_type.full_name} has no version of the form X.Y.Z, so that no version of "
            f"{job_type.name} is the latest.",
            remedy="name an exact version in the manifest, or mend the version in plugin.py.",
        ) from None


def _highest(job_types: Iterable[JobType]) -> JobType | None:
    found = list(job_types)
    return max(found, key=_semantic) if found else None


def _instead_of(name: str, version: str, job_types: Mapping[str, JobType]) -> str:
    if SemanticVersionPattern.is_x_pattern(version):
        return f"a job type takes `*` for any number: write {name}:{version.replace('x', '*')}."
    names = sorted({job_type.name for job_type in job_types.values()})
    if name in names:
        return f"write {name}:latest, or one of these."
    near = get_close_matches(name, names, n=1)
    if near:
        return f"did you mean {near[0]}:{version}?"
    return "mend the jobtype in the manifest, or load the plugin that brings this job type."
