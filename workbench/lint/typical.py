"""The jobs that lint renders a template for, and values that show how it quotes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from workbench.dockerfile import Rendered
from workbench.dockerfile.render import render_image
from workbench.job_type import JobType
from workbench.lint.variants import VARIANTS, Variant
from workbench.manifest import JobManifest

HARMLESS = "lint-value"
"""Stands where a hostile value will; a word that needs no quoting anywhere."""

SAMPLES: Mapping[str, str] = {
    "a double quote": 'lint-value"b',
    "a single quote": "lint-value'b",
    "a dollar": "lint-value$b",
    "a backslash": "lint-value\\\\b",
    "a backslash at the end": "lint-value\\",
    "a backtick": "lint-value`b",
    "a blank": "lint-value b",
    "a semicolon": "lint-value;b",
    "a newline": "lint-value\nLABEL injected=lint",
}
"""What a value may hold, by name. The newline is followed by an instruction of its own."""


@dataclass(frozen=True)
class Field:
    """A value of the job, or of the server, that a template may put into a Dockerfile.

    Attributes:
        name: As a template's author calls it.
        put: Gives the manifest and the render variables in which it has a certain value.
    """

    name: str
    put: Callable[[str], tuple[Mapping[str, Any], Mapping[str, Any]]]


FIELDS = (
    Field("a value of env_vars", lambda value: ({"build_env": {"LINT_VALUE": value}}, {})),
    Field("manifest.name", lambda value: ({"name": value}, {})),
    Field("manifest.version", lambda value: ({"version": value}, {})),
    Field("a package of system_dependencies", lambda v: ({"system_dependencies": [v]}, {})),
    Field("gomod of jobtype_extra", lambda value: (_gomod(value), {})),
    Field("git_version", lambda value: ({}, {"git_version": value})),
    Field(
        "deployed_by_racetrack_version",
        lambda value: ({}, {"deployed_by_racetrack_version": value}),
    ),
)


def typical_jobs(job_type: JobType) -> tuple[JobManifest, ...]:
    """Jobs with and without what a manifest may leave out, none of them with odd values."""
    return tuple(variant.job(job_type) for variant in VARIANTS if not variant.odd)


def render_with(job_type: JobType, image: int, field: Field, value: str) -> Rendered:
    """The Dockerfile of a job with every field set, one of them to `value`.

    Raises:
        TemplateError: It does not render.
    """
    fields, variables = field.put(value)
    everything = {
        "build_env": {"LINT_VALUE": "lint"},
        "system_dependencies": ["lint"],
        **_gomod("lint"),
        **fields,
    }
    job = Variant("probe", "every field set", everything).job(job_type)
    return render_image(job_type, job, image=image, strict=False, **variables)


def _gomod(value: str) -> Mapping[str, Any]:
    # Templates know this setting under three names, one for each age of Racetrack.
    return {key: {"gomod": value} for key in ("jobtype_extra", "golang", "wrapper_properties")}
