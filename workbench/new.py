"""A working start for a job or a plugin of one's own."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from string import Template

from workbench._finished import PLUGIN, finished_files
from workbench._manifest_rules import (
    job_type_is_name_and_version,
    name_is_a_label,
    plugin_problems,
    resource_name_is_a_label,
)
from workbench._yaml_file import Problem
from workbench.assets import install_assets
from workbench.errors import UsageError, WorkbenchError
from workbench.settings import GO_VERSION, PACKAGE_DIR

TEMPLATES = PACKAGE_DIR / "_templates"

_IGNORED = """\
*.zip
# Swagger UI comes from its own package; swaggerui/SHA256SUMS lists its files.
/go_wrapper/swaggerui/*
!/go_wrapper/swaggerui/index.html
!/go_wrapper/swaggerui/swagger-initializer.js
!/go_wrapper/swaggerui/openapi.json
!/go_wrapper/swaggerui/SHA256SUMS
"""


def new_job(folder: str | Path, *, name: str | None = None, jobtype: str = "golang:latest") -> Path:
    """Write a small Go job that runs as it is.

    Args:
        folder: Where to; it must not exist, or be empty.
        name: The job's name; None for the folder's.
        jobtype: The job type and its version.

    Returns:
        The folder, absolute.

    Raises:
        UsageError: Something is there already, or a name is not one that Racetrack takes.
    """
    target = Path(folder).expanduser().resolve()
    name = name or target.name
    data = {"name": name, "jobtype": jobtype}
    _refuse(name_is_a_label(data, target), "--name")
    _refuse(resource_name_is_a_label(data, target), "--name")
    _refuse(job_type_is_name_and_version(data, target), "--jobtype")
    values = {"name": name, "jobtype": jobtype, "go_version": GO_VERSION}
    with _filling(target) as draft:
        for template in sorted((TEMPLATES / "job").iterdir()):
            text = Template(template.read_text()).substitute(values)
            (draft / template.name).write_text(text)
    return target


def new_plugin(folder: str | Path, *, name: str | None = None) -> Path:
    """Write a Go job-type plugin of one's own: the finished one under another name.

    Its job type is called as the plugin is, without a `-job-type` at the end.

    Args:
        folder: Where to; it must not exist, or be empty.
        name: The plugin's name; None for the folder's.

    Returns:
        The folder, absolute.

    Raises:
        UsageError: Something is there already, or the name is not one that Racetrack takes.
        AssetsError: The Swagger page's files could not be copied.
    """
    target = Path(folder).expanduser().resolve()
    name = name or target.name
    _refuse(plugin_problems({"name": name}), "--name")
    with _filling(target) as draft:
        for source, relative in finished_files(PLUGIN):
            path = draft / relative.relative_to(PLUGIN)
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, path)
        (draft / ".gitignore").write_text(_IGNORED)
        _rename(draft / "plugin-manifest.yaml", r"(?m)^name: .*$", f"name: {name}")
        _rename(draft / "plugin-manifest.yaml", r"(?m)^url: .*\n", "")
        _rename(draft / "plugin.py", r"\bgolang(?=:\{)", job_type_name(name))
        install_assets(draft)
    return target


def job_type_name(plugin_name: str) -> str:
    """What the job type of a new plugin is called."""
    return plugin_name.removesuffix("-job-type")


def _refuse(problems: Iterable[Problem], option: str) -> None:
    for problem in problems:
        raise UsageError(f"{option}: {problem.what}.", remedy=f"{problem.remedy}.")


@contextmanager
def _filling(target: Path) -> Iterator[Path]:
    """A draft folder that becomes `target` at the end, or vanishes if anything goes wrong."""
    if target.exists() and not target.is_dir():
        raise UsageError(f"{target} is a file.", remedy="name a folder that does not exist.")
    if target.is_dir() and any(target.iterdir()):
        raise UsageError(
            f"{target} is not empty, and nothing is overwritten.",
            remedy="name a folder that does not exist, or an empty one.",
        )
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(
            dir=target.parent, prefix=f".{target.name}.", ignore_cleanup_errors=True
        ) as scratch:
            draft = Path(scratch) / target.name
            draft.mkdir()
            yield draft
            draft.replace(target)  # an empty folder in its place gives way
    except OSError as error:
        raise WorkbenchError(f"{target} could not be made: {error.strerror or error}.") from None


def _rename(path: Path, pattern: str, new: str) -> None:
    text, count = re.subn(pattern, lambda _: new, path.read_text())
    if count != 1:
        raise AssertionError(f"{path.name} of the finished plugin has {count} times {pattern}")
    path.write_text(text)
