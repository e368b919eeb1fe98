"""Render a job's Dockerfile from its template as Racetrack does, but strictly.

Racetrack renders with Jinja's defaults: a name that nothing defines becomes empty text, and a
mistake shows only when a job is deployed, without a line. Here an undefined name is an error, and
every error names the template's line. The sandbox keeps a template that somebody else wrote from
reaching into this process; it changes nothing for templates that Racetrack itself could render.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from racetrack_client.manifest.manifest import Manifest

from workbench.dockerfile.template import Rendered, read_template, render_template
from workbench.job_type import JobType, JobTypeImageDef
from workbench.manifest import JobManifest

IMAGE_NAMESPACE = "ghcr.io/theracetrack/racetrack"
"""Registry and namespace that a Racetrack uses until it is told otherwise."""


def base_image_name(job_type: JobType, image: int = 0) -> str:
    """The name that Racetrack gives the base image number `image` of a job type.

    It is empty where the job type has none: then only `COPY --from=jobtype` reaches the wrapper.
    """
    if job_type.images[image].base_dockerfile is None:
        return ""
    kind = "job-base" if image == 0 else f"job-base-{image}"
    return f"{IMAGE_NAMESPACE}/{kind}/{job_type.name}:{job_type.version}"


def render_dockerfile(
    job_type: JobType,
    manifest: JobManifest,
    *,
    image: int = 0,
    base_image: str | None = None,
    git_version: str = "tar",
    deployed_by_racetrack_version: str | None = None,
    env_vars: Mapping[str, str] | None = None,
) -> str:
    """The Dockerfile that Racetrack would build the job from. Nothing is built or written.

    Args:
        job_type: The job type, from `load_plugin(...).job_types`.
        manifest: The job.
        image: Which of the job type's images, from 0.
        base_image: The base image's name; None means the name that Racetrack would give it.
        git_version: The version of the job's code; Racetrack says `tar` for uploaded files.
        deployed_by_racetrack_version: None means `latest`, as in an untagged Racetrack.
        env_vars: Variables for the job's environment; None means the manifest's `build_env`.

    Returns:
        The text, as it was written where the image is declared not to be a template.

    Raises:
        TemplateError: The template is missing or does not render; names its line.
    """
    return render_image(
        job_type,
        manifest,
        image=image,
        base_image=base_image,
        git_version=git_version,
        deployed_by_racetrack_version=deployed_by_racetrack_version,
        env_vars=env_vars,
    ).text


def render_image(
    job_type: JobType,
    manifest: JobManifest,
    *,
    image: int = 0,
    base_image: str | None = None,
    git_version: str = "tar",
    deployed_by_racetrack_version: str | None = None,
    env_vars: Mapping[str, str] | None = None,
    strict: bool = True,
) -> Rendered:
    """As `render_dockerfile`, with the template's line of each line of the result.

    Not `strict`, it renders what a real Racetrack would: undefined names become empty text.
    """
    definition = job_type.images[image]
    path = template_path(definition, manifest)
    source = read_template(path)
    if not definition.template:
        return Rendered(source, path, tuple(range(1, source.count("\n") + 2)))
    # The server has the client's own model: what this package adds to it must not be seen.
    fields = {name: getattr(manifest, name) for name in Manifest.model_fields}
    variables: dict[str, object] = {
        "base_image": base_image_name(job_type, image) if base_image is None else base_image,
        "deployed_by_racetrack_version": deployed_by_racetrack_version or "latest",
        "env_vars": dict(manifest.build_env or {}) if env_vars is None else dict(env_vars),
        "git_version": git_version,
        "job_type_version": job_type.version,
        "manifest": Manifest.model_construct(**fields),
        "manifest_jobtype_extra": manifest.get_jobtype_extra(),
        "resource_name": manifest.resource_name,
    }
    return render_template(source, path, variables, strict=strict)


def template_path(definition: JobTypeImageDef, manifest: JobManifest) -> Path:
    """Where an image's Dockerfile stands: in the plugin, or in the job's own folder."""
    if definition.source == "job":
        return manifest.workspace / definition.dockerfile_path
    return definition.dockerfile_path
