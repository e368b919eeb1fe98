"""Which job type a manifest asks for, with the texts of a real server where there is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from racetrack_client.utils.semver import SemanticVersion, SemanticVersionPattern

from workbench.errors import PluginError
from workbench.job_type import JobType, match_job_type_version
from workbench.job_type.values import path_inside
from workbench.racetrack.model import InstalledPlugin
from workbench.racetrack.problems import Invalid


def choose(
    jobtype: str, job_types: Mapping[str, JobType], broken: Sequence[InstalledPlugin] = ()
) -> JobType:
    """Find the job type that a manifest asks for.

    Args:
        jobtype: What the manifest says.
        job_types: Those that there are, by their full names.
        broken: The plugins that do not load, and may have brought it.

    Raises:
        Invalid: There is none, or its Dockerfile is missing.
    """
    if not job_types:
        raise Invalid(
            f"language {jobtype} is not supported here. "
            "No job type plugins are currently installed to Racetrack.",
            remedy=_mend(broken) or "install one: `racetrack plugin install ZIP`.",
        )
    try:
        found = match_job_type_version(jobtype, job_types)
    except PluginError as error:
        remedy = _mend(broken) or error.remedy
        raise Invalid(_servers_text(jobtype, job_types) or error.message, remedy=remedy) from None
    for image in found.images:
        if image.source == "jobtype" and not image.dockerfile_path.is_file():
            missing = path_inside(image.dockerfile_path, found.plugin_dir)
            raise Invalid(
                f"cannot find Dockerfile for {found.full_name} job type: {missing}",
                remedy="mend the plugin, and install it again.",
            )
    return found


def _servers_text(jobtype: str, job_types: Mapping[str, JobType]) -> str:
    name, _, version = jobtype.partition(":")
    if jobtype.count(":") != 1:
        return f'job type should be specified as "name:version", got "{jobtype}"'
    supported = sorted(job_types)
    if version == "latest" or SemanticVersionPattern.is_asterisk_pattern(version):
        if any(_is_odd(job_type) for job_type in job_types.values() if job_type.name == name):
            return ""  # why no version of it is the latest is told better than there
        if version == "latest":
            return f'there is no version matching "{jobtype}", supported are: {supported}'
        none = "doesn't match any of the supported versions"
        return f'language pattern "{jobtype}" {none}: {supported}'
    return f"language {jobtype} is not supported, supported are: {supported}"


def _is_odd(job_type: JobType) -> bool:
    return SemanticVersion.version_pattern.fullmatch(job_type.version) is None


def _mend(broken: Sequence[InstalledPlugin]) -> str:
    return " ".join(
        f"{plugin.name} {plugin.version} does not load: {plugin.error.splitlines()[0]}"
        for plugin in broken
    )
