"""What the checks look at: a plugin's folder, read once, and what of it could not be read."""

from __future__ import annotations

import os
import re
from copy import copy
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from workbench.bundle.ignore import IgnoreRules, Selection, read_ignore_rules, select_files
from workbench.dockerfile import Rendered, read_template
from workbench.dockerfile.render import base_image_name, render_image
from workbench.errors import BundleError, ManifestError, PluginError, TemplateError
from workbench.job_type import JobType, JobTypeImageDef
from workbench.lint.documents import Document
from workbench.lint.typical import typical_jobs
from workbench.manifest import JobManifest, load_plugin_manifest
from workbench.plugin import PluginData, load_plugin

_JINJA_TAG = re.compile(r"\{\{|\{%")


class Flaw(NamedTuple):
    """What a check found; the list of checks gives it its id and level."""

    where: str
    what: str
    remedy: str


class Recipe(NamedTuple):
    """One image of one job type."""

    job_type: JobType
    image: int

    @property
    def definition(self) -> JobTypeImageDef:
        """Its Dockerfiles."""
        return self.job_type.images[self.image]


class Attempt(NamedTuple):
    """A template that was rendered for a job.

    Attributes:
        recipe: The image.
        error: Why it does not render strictly; None where it does.
        document: What came of it as Racetrack renders; None where that fails too.
    """

    recipe: Recipe
    error: TemplateError | None
    document: Document | None


class Subject:
    """A plugin's folder, and the job, if any, that its templates are rendered for besides others.

    Attributes:
        folder: The folder.
        job: The job.
        plugin: The plugin; None where it does not load.
        manifest_error: Why its manifest is refused; None where it is not.
        plugin_error: Why it does not load; None where it does.
        bundle_error: Why it cannot be bundled; None where it can.
        rules: What `.racetrackignore` says.
        selection: What goes into a bundle and what does not.
    """

    def __init__(self, plugin: PluginData | Path, job: JobManifest | None) -> None:
        given = plugin if isinstance(plugin, PluginData) else _from_zip(plugin)
        self.folder = given.plugin_dir if given else Path(str(plugin))
        self.job = job
        self.plugin = given
        self.manifest_error: ManifestError | None = None
        self.plugin_error: PluginError | None = None
        self.bundle_error: BundleError | None = None
        try:
            load_plugin_manifest(self.folder)
            self.plugin = given or load_plugin(self.folder)
        except ManifestError as error:
            self.manifest_error = error
        except PluginError as error:
            self.plugin_error = error
        self.rules, self.selection = IgnoreRules([]), Selection((), ())
        try:
            self.rules = read_ignore_rules(self.folder)
            self.selection = select_files(self.folder, self.rules)
        except BundleError as error:
            self.bundle_error = error

    @cached_property
    def all_files(self) -> tuple[PurePosixPath, ...]:
        """Every file below the folder, bundled or not; those of git and of Python's cache aside."""
        built_in = IgnoreRules([])
        found = []
        for root, folders, names in os.walk(self.folder):
            below = PurePosixPath(Path(root).relative_to(self.folder))
            folders[:] = [name for name in folders if built_in.keeps(below / name)]
            found += [below / name for name in names]
        return tuple(sorted(found))

    def name(self, path: Path) -> str:
        """How findings name a file: relative to the plugin's folder where it is below it."""
        for form in (Path.absolute, Path.resolve):
            if form(path).is_relative_to(form(self.folder)):
                return form(path).relative_to(form(self.folder)).as_posix()
        return str(path)

    @cached_property
    def recipes(self) -> tuple[Recipe, ...]:
        """Every image of every job type.

        While plugin.py does not load, or is not written yet, the Dockerfiles at the plugin's root
        are taken for what they look like: one with Jinja tags is a template for the other.
        """
        job_types = self.plugin.job_types.values() if self.plugin else self._guessed()
        return tuple(
            Recipe(job_type, image)
            for job_type in job_types
            for image, _ in enumerate(job_type.images)
        )

    def _guessed(self) -> list[JobType]:
        found = sorted(path for path in self.folder.glob("*Dockerfile") if path.is_file())
        templates = [path for path in found if _JINJA_TAG.search(_text(path))]
        base = next((path for path in found if path not in templates), None)
        images = [JobTypeImageDef("jobtype", path, True, base) for path in templates]
        if base and not images:
            # Alone it is the whole image, unless its name says that a template is still to come.
            alone = not base.name.startswith("base")
            template = base if alone else base.with_name("job-template.Dockerfile")
            images = [JobTypeImageDef("jobtype", template, not alone, None if alone else base)]
        return [JobType("lint", "0.0.0", tuple(images), self.folder)]

    @cached_property
    def bases(self) -> dict[Path, Document]:
        """The base Dockerfiles that can be read, by path."""
        found: dict[Path, Document] = {}
        for recipe in self.recipes:
            path = recipe.definition.base_dockerfile
            if path is not None and path.is_file() and path not in found:
                text = read_template(path)
                plain = Rendered(text, path, tuple(range(1, text.count("\n") + 2)))
                found[path] = Document.read(plain, self.name(path))
        return found

    @cached_property
    def attempts(self) -> tuple[Attempt, ...]:
        """Every template, rendered for each typical job, and for the job that was given."""
        found = []
        for recipe in self.recipes:
            if (
                recipe.definition.source == "jobtype"
                and recipe.definition.dockerfile_path.is_file()
            ):
                jobs = typical_jobs(recipe.job_type)
                found += [self.attempt(recipe, job) for job in jobs]
            if self.job is not None:
                found.append(self.attempt(recipe, self.job))
        return tuple(found)

    @cached_property
    def documents(self) -> tuple[Document, ...]:
        """The job Dockerfiles that came of it."""
        return tuple(one.document for one in self.attempts if one.document is not None)

    def only(self, attempt: Attempt) -> Subject:
        """The same plugin, of which nothing else was rendered, and no base Dockerfile is judged."""
        alone = copy(self)
        alone.recipes = (attempt.recipe,)
        alone.bases = {}
        alone.attempts = (attempt,)
        alone.documents = () if attempt.document is None else (attempt.document,)
        return alone

    def attempt(self, recipe: Recipe, job: JobManifest) -> Attempt:
        """Render the template of an image for a job: strictly, and else as Racetrack does."""
        job_type, image = recipe
        refused = None
        try:
            rendered = render_image(job_type, job, image=image)
        except TemplateError as error:
            refused = error
        try:
            if refused is not None:
                rendered = render_image(job_type, job, image=image, strict=False)
            base_path = recipe.definition.base_dockerfile
            base = self.bases.get(base_path) if base_path else None
            named = (base_image_name(job_type, image), base) if base else None
            document = Document.read(rendered, self.name(rendered.path), named)
        except TemplateError as error:
            return Attempt(recipe, refused or error, None)
        return Attempt(recipe, refused, document)


def _from_zip(path: Path) -> PluginData | None:
    return load_plugin(path) if path.is_file() else None


def _text(path: Path) -> str:
    try:
        return read_template(path)
    except TemplateError:
        return ""
