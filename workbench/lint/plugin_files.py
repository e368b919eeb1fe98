"""Checks of what a plugin must have: its manifest, plugin.py, and the Dockerfiles it names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from workbench._yaml_file import read_yaml
from workbench.errors import WorkbenchError
from workbench.job_type.values import SHAPES
from workbench.lint.subject import Flaw, Subject
from workbench.manifest import PLUGIN_MANIFEST_FILENAME, category_doubt, load_plugin_manifest


def manifest_refused(subject: Subject) -> Iterator[Flaw]:
    """plugin-manifest.yaml breaks a rule of Racetrack's plugin store."""
    if subject.manifest_error is not None:
        yield _told(subject, subject.manifest_error, subject.manifest_error.path)


def plugin_refused(subject: Subject) -> Iterator[Flaw]:
    """plugin.py is missing, does not load, or declares what no server takes."""
    if subject.plugin_error is not None:
        yield _told(subject, subject.plugin_error, subject.plugin_error.path)


def bundle_refused(subject: Subject) -> Iterator[Flaw]:
    """A file that cannot go into a bundle."""
    if subject.bundle_error is not None:
        yield _told(subject, subject.bundle_error, subject.bundle_error.path)


def shapes_refused(subject: Subject) -> Iterator[Flaw]:
    """A shape of `job_types` that today's servers no longer take."""
    for job_type in subject.plugin.job_types.values() if subject.plugin else ():
        if job_type.shape == "pairs":
            info = SHAPES[job_type.shape]
            what = f"{job_type.full_name} is declared by {info.what}. {info.note}"
            yield Flaw("plugin.py", what, _DICT)


def shapes_deprecated(subject: Subject) -> Iterator[Flaw]:
    """What a server takes with a warning. The tutorial's pair of paths is left in peace."""
    for job_type in subject.plugin.job_types.values() if subject.plugin else ():
        info = SHAPES[job_type.shape]
        for warning in job_type.warnings:
            if warning.endswith(info.note or "\0"):
                if job_type.shape not in ("pair", "pairs"):
                    yield Flaw("plugin.py", warning, _DICT)
            elif " is missing; " not in warning:
                what, _, advice = warning.partition("; write ")
                remedy = f"write {advice}" if advice else "correct it in plugin.py"
                yield Flaw("plugin.py", what, remedy)


def plugin_doubtful(subject: Subject) -> Iterator[Flaw]:
    """What the plugin's author may not expect of a server: hooks that it never calls, and the like.

    That it has a requirements.txt is no fault.
    """
    for warning in subject.plugin.warnings if subject.plugin else ():
        path, _, what = warning.partition(": ")
        if Path(path).name != "requirements.txt":
            yield Flaw(Path(path).name, what, "name what Racetrack calls, or leave it out")


def category_unknown(subject: Subject) -> Iterator[Flaw]:
    """A label that Racetrack takes, as it takes any text, and no other plugin has."""
    path = subject.folder / PLUGIN_MANIFEST_FILENAME
    if subject.manifest_error is None and path.is_file():
        doubt = category_doubt(load_plugin_manifest(path))
        if doubt:
            line = read_yaml(path).line_of(("category",))
            where = f"{subject.name(path)}:{line}" if line else subject.name(path)
            yield Flaw(where, doubt, "write one of these, or leave it out")


def dockerfiles_missing(subject: Subject) -> Iterator[Flaw]:
    """Dockerfiles that a job type names; Racetrack looks for them when a job is deployed."""
    for recipe in subject.recipes if subject.plugin else ():
        definition = recipe.definition
        for path in (definition.base_dockerfile, definition.dockerfile_path):
            if definition.source == "jobtype" and path is not None and not path.is_file():
                yield Flaw(
                    "plugin.py",
                    f"{recipe.job_type.full_name} names {subject.name(path)}, which is no file",
                    "create it, or correct the name",
                )


_DICT = (
    'write {"images": [{"source": "jobtype", "dockerfile_path": "...", "template": True}]} '
    "for each job type"
)


def _told(subject: Subject, error: WorkbenchError, path: Path | None) -> Flaw:
    """An error as a flaw: its place goes from the message to where places stand."""
    message = error.message.rstrip(".")
    where = subject.name(path) if path else "."
    match = re.match(rf"{re.escape(str(path))}(:\d+)?(?::\d+)?:? ?", message) if path else None
    if match:
        where += match.group(1) or ""
        message = message[match.end() :]
    return Flaw(where, message, (error.remedy or "correct it").rstrip("."))
