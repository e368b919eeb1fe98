"""The rules that a Racetrack server enforces and its client does not.

A job that breaks one of them is accepted by `racetrack validate` and `racetrack deploy`, and fails
minutes later: in the builder, when the container starts, or when it is called. To add a rule, write
a function that yields its `Problem`s and put it into `RULES`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from racetrack_client.client.env import read_env_vars_from_file
from racetrack_client.utils.semver import SemanticVersion

from workbench._yaml_file import Problem

Data = Mapping[str, Any]
"""A manifest's values, without those that are null; a value may still be of the wrong type."""

LABEL = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?")
"""What a job's name must be, and the name of its container: a host name without dots."""

LABEL_LENGTH = 63

RESERVED_ENV = frozenset(
    {
        "AUTH_TOKEN",
        "JOB_DEPLOYMENT_TIMESTAMP",
        "JOB_MANIFEST_YAML",
        "JOB_NAME",
        "JOB_USER_MODULE_HOSTNAME",
        "JOB_VERSION",
        "PUB_URL",
        "REQUEST_TRACING_HEADER",
    }
)
"""The variables that Racetrack gives to every job; one of a user's with such a name is refused."""

_ENV_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_PACKAGE = re.compile(r"[A-Za-z0-9][A-Za-z0-9+._:/@=~-]*")
_PLUGIN_NAME = re.compile(r"[a-z0-9][a-z0-9._-]*")
_PLUGIN_VERSION = re.compile(
    r"(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)(-[0-9A-Za-z][0-9A-Za-z.-]*)?"
)
_EXTRAS = ("jobtype_extra", "golang", "python", "wrapper_properties")


def resource_name(name: str, version: str) -> str:
    """What the container of a job is called, and the host under which others reach it."""
    return f"job-{name}-v-{version.replace('.', '-')}"


def name_is_a_label(data: Data, workspace: Path) -> Iterator[Problem]:
    """The name becomes part of an image's name, a container's name and a host name."""
    del workspace
    name = _text(data, "name")
    if name is not None and not LABEL.fullmatch(name):
        plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-0123456789")
        what = f"{name!r} cannot be a job's name: it becomes a host name"
        hint = f", such as {plain}" if plain else ""
        yield Problem(
            ("name",), what, f"use a-z, 0-9 and dashes, a letter first, no dash last{hint}"
        )


def resource_name_is_a_label(data: Data, workspace: Path) -> Iterator[Problem]:
    """So does the version, and together they must not be too long."""
    del workspace
    name, version = _text(data, "name"), _text(data, "version") or "0.0.1"
    if name is None or not LABEL.fullmatch(name):
        return
    full = resource_name(name, version)
    if "+" in version:
        what = f"{version!r} has a build part, and the container's name cannot hold a +"
        yield Problem(("version",), what, f"write {version.partition('+')[0]}")
    elif SemanticVersion.version_pattern.fullmatch(version) and not LABEL.fullmatch(full):
        what = f"{version!r} gives the container's name {full}, which is not a host name"
        yield Problem(("version",), what, "use a-z, 0-9, dots and dashes, no dash last")
    elif len(full) > LABEL_LENGTH:
        what = f"the container's name {full} has {len(full)} characters, {LABEL_LENGTH} at most fit"
        yield Problem(("name",), what, f"shorten it by {len(full) - LABEL_LENGTH}")


def job_type_is_name_and_version(data: Data, workspace: Path) -> Iterator[Problem]:
    """A job type is looked up by `name:version`."""
    del workspace
    for key in ("jobtype", "lang"):
        value = _text(data, key)
        if value is not None and not re.fullmatch(r"[^:\s]+:[^:\s]+", value):
            word = value.split(":")[0].strip() or "golang"
            what = f"{value!r} is not of the form `name:version`, with one colon"
            yield Problem((key,), what, f"write {word}:latest, or an exact version")


def image_type_is_docker(data: Data, workspace: Path) -> Iterator[Problem]:
    """The image builder knows no other."""
    del workspace
    value = _text(data, "image_type")
    if value not in (None, "docker"):
        yield Problem(
            ("image_type",), f"{value!r} cannot be built", "write docker, or leave it out"
        )


def replicas_are_positive(data: Data, workspace: Path) -> Iterator[Problem]:
    """A job without instances never becomes ready."""
    del workspace
    value = data.get("replicas")
    if isinstance(value, int) and value < 1:
        yield Problem(("replicas",), f"{value} instances answer nothing", "write 1 or more")


def gomod_is_a_file_of_the_job(data: Data, workspace: Path) -> Iterator[Problem]:
    """Only the job's own folder is sent to the server."""
    for section in _EXTRAS:
        extra = data.get(section)
        if isinstance(extra, Mapping) and extra.get("gomod") is not None:
            key, value = (section, "gomod"), extra["gomod"]
            remedy = "write the path of a go.mod, relative to the job's folder"
            if not isinstance(value, str):
                yield Problem(key, f"{value!r} is not a path", remedy)
            else:
                yield from _file_of_the_job(key, value, workspace, remedy)


def env_vars_can_be_set(data: Data, workspace: Path) -> Iterator[Problem]:
    """Variables reach the job through an image's ENV, or a container's environment."""
    del workspace
    for section in ("build_env", "runtime_env"):
        variables = data.get(section)
        if not isinstance(variables, Mapping):
            continue
        for name, value in variables.items():
            key = (section, str(name))
            yield from _env_name(key, str(name))
            if not isinstance(value, str):
                continue
            if "\0" in value:
                yield Problem(key, "holds a zero character, which no variable can", "take it out")
            elif section == "build_env" and re.search(r"[\r\n]", value):
                what = "holds a line break, which cannot stand in a Dockerfile's ENV"
                yield Problem(key, what, r"write it on one line, or move it to runtime_env")


def system_dependencies_are_packages(data: Data, workspace: Path) -> Iterator[Problem]:
    """They are put into a command line of the Dockerfile as they are."""
    del workspace
    packages = data.get("system_dependencies")
    for index, package in enumerate(packages if isinstance(packages, list) else ()):
        if isinstance(package, str) and not _PACKAGE.fullmatch(package):
            what = f"{package!r} is not the name of a package"
            yield Problem(("system_dependencies", index), what, "write one name an item")


def secret_files_are_there(data: Data, workspace: Path) -> Iterator[Problem]:
    """The client reads them when it deploys, relative to the job's folder."""
    for key in ("secret_build_env_file", "secret_runtime_env_file"):
        value = _text(data, key)
        if value is None:
            continue
        path = workspace / value
        if not path.is_file():
            yield Problem((key,), f"{path} is not a file", "write NAME=value lines into it")
            continue
        try:
            names = list(read_env_vars_from_file(path))
        except Exception:  # noqa: BLE001 - whatever it is, its text could show a secret
            what = f"{path} does not hold NAME=value lines that the client can read"
            yield Problem((key,), what, "give each name once, and double a % in a value")
            continue
        for name in names:
            yield from _env_name((key,), name)


RULES: tuple[Callable[[Data, Path], Iterator[Problem]], ...] = (
    name_is_a_label,
    resource_name_is_a_label,
    job_type_is_name_and_version,
    image_type_is_docker,
    replicas_are_positive,
    gomod_is_a_file_of_the_job,
    env_vars_can_be_set,
    system_dependencies_are_packages,
    secret_files_are_there,
)


def plugin_problems(data: Data) -> Iterator[Problem]:
    """What would break the loading of a plugin, and with its version that of all plugins."""
    name, version = _text(data, "name"), _text(data, "version")
    if name is not None and not _PLUGIN_NAME.fullmatch(name):
        what = f"{name!r} cannot be a plugin's name: it becomes part of a file's name"
        yield Problem(("name",), what, "use a-z, 0-9, dots, dashes and underscores")
    if version is not None and not _PLUGIN_VERSION.fullmatch(version):
        what = f"{version!r} is not a version of the form X.Y.Z or X.Y.Z-label"
        yield Problem(("version",), what, 'write three numbers, such as "1.0.0"')


def _text(data: Data, key: str) -> str | None:
    value = data.get(key)
    return value if isinstance(value, str) else None


def _file_of_the_job(
    key: tuple[str, ...], value: str, workspace: Path, remedy: str
) -> Iterator[Problem]:
    path = workspace / value
    if Path(value).is_absolute() or not path.resolve().is_relative_to(workspace.resolve()):
        yield Problem(key, f"{value!r} leads out of the job's folder", remedy)
    elif not path.is_file():
        yield Problem(key, f"{path} is not a file", remedy)


def _env_name(key: tuple[str, ...], name: str) -> Iterator[Problem]:
    if not _ENV_NAME.fullmatch(name):
        what = f"{name!r} cannot be the name of a variable"
        yield Problem(key, what, "use letters, digits and underscores, no digit first")
    elif name in RESERVED_ENV:
        yield Problem(key, f"{name} is set by Racetrack itself", "choose another name")
