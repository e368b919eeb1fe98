"""Rendering all images of a plugin for all variants."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from workbench.dockerfile.render import template_path
from workbench.errors import PluginError, TemplateError
from workbench.lint import Findings
from workbench.lint.checks import lint_rendered
from workbench.lint.subject import Attempt, Recipe, Subject
from workbench.lint.variants import VARIANTS, Variant
from workbench.manifest import JobManifest
from workbench.plugin import PluginData, find_plugin
from workbench.template_matrix.rendering import Rendering

OWN = Variant("as it is", "the job's own manifest")
"""Stands for the job that was given."""


def render_all(
    plugin: PluginData | str | Path, own: JobManifest | None, sample: Path
) -> tuple[str, list[Rendering]]:
    """Render each image of a plugin for each variant.

    Args:
        plugin: A loaded plugin, or its folder or ZIP.
        own: The job that the variants are made of, which is one of them.
        sample: The folder of the job that they are made of where there is no other.

    Returns:
        The plugin in words, and what came of each variant.

    Raises:
        PluginError: The plugin does not load, or brings no job type, or not that of the job.
        ManifestError: The plugin's manifest is wrong.
    """
    subject = Subject(plugin if isinstance(plugin, PluginData) else find_plugin(plugin), None)
    _require_templates(subject)
    folder = own.workspace if own else sample
    return _name(subject), [
        _render(subject, recipe, variant, manifest)
        for recipe in subject.recipes
        for variant, manifest in _jobs(subject, recipe, own, folder)
    ]


def _require_templates(subject: Subject) -> None:
    begun = not (subject.folder / "plugin.py").exists() and any(subject.folder.glob("*Dockerfile"))
    problem = subject.manifest_error or subject.plugin_error
    if problem is not None and not begun:
        raise problem
    if not subject.recipes:
        raise PluginError(
            f"{_name(subject)} brings no job type, so it has no template.",
            remedy="give a job-type plugin; `workbench new plugin DIR` makes one.",
        )


def _name(subject: Subject) -> str:
    if subject.plugin is None:
        return f"{subject.folder.name}, without plugin.py"
    manifest = subject.plugin.plugin_manifest
    return f"{manifest.name} {manifest.version}"


def _jobs(
    subject: Subject, recipe: Recipe, own: JobManifest | None, folder: Path
) -> Iterator[tuple[Variant, JobManifest]]:
    if own is not None:
        meant = subject.plugin and subject.plugin.job_type(own.get_jobtype())
        if meant in (None, recipe.job_type):
            yield OWN, own
    for variant in VARIANTS:
        yield variant, variant.job(recipe.job_type).placed_in(folder)


def _render(subject: Subject, recipe: Recipe, variant: Variant, manifest: JobManifest) -> Rendering:
    path = template_path(recipe.definition, manifest)
    if recipe.definition.source == "job" and not path.exists():
        attempt = Attempt(recipe, _not_in_the_job(path, manifest), None)
    else:
        attempt = subject.attempt(recipe, manifest)
    here = f"{manifest.workspace}/"
    document = attempt.document
    return Rendering(
        name=_row_name(subject, recipe, variant),
        variant=variant,
        manifest=manifest,
        job_type=recipe.job_type,
        image=recipe.image,
        template=subject.name(path).removeprefix(here),
        dockerfile=None if document is None else document.rendered.text,
        error=attempt.error,
        findings=Findings(
            replace(one, where=one.where.removeprefix(here))
            for one in lint_rendered(subject, attempt, quoting=variant.odd)
        ),
        stages=0 if document is None else len(document.stages),
    )


def _row_name(subject: Subject, recipe: Recipe, variant: Variant) -> str:
    parts = [variant.name]
    if len({one.job_type.full_name for one in subject.recipes}) > 1:
        parts.append(recipe.job_type.full_name)
    if recipe.image:
        parts.append(f"image {recipe.image}")
    return ", ".join(parts)


def _not_in_the_job(path: Path, manifest: JobManifest) -> TemplateError:
    name = path.relative_to(manifest.workspace)
    return TemplateError(
        f"{path}: this image is built from the job's own {name}, and the job has none.",
        path=path,
        remedy="give the folder of a job that has one.",
    )
