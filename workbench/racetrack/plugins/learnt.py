"""What was learnt of a plugin by executing it, in a form that a start can read instead.

Job types are what a plugin's own code said. They stay as they were for as long as the same bytes
meet the same Python and the same libraries of ours; `CIRCUMSTANCES` names these.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from workbench.job_type import JobType, JobTypeImageDef

FORM = 1

CIRCUMSTANCES = (
    f"form {FORM}, Python {sys.version.split()[0]}, "
    f"racetrack-client {version('racetrack-client')}, "
    f"workbench {version('racetrack-plugin-workbench')}"
)
"""Under which what was learnt holds; under others a plugin is executed again."""


def to_plain(job_types: Iterable[JobType]) -> list[dict[str, Any]]:
    """Job types as values of JSON; paths in the plugin are relative to its folder."""
    return [
        {
            "name": job_type.name,
            "version": job_type.version,
            "shape": job_type.shape,
            "warnings": list(job_type.warnings),
            "images": [
                {
                    "source": image.source,
                    "dockerfile": _relative(image.dockerfile_path, job_type.plugin_dir),
                    "template": image.template,
                    "base": image.base_dockerfile
                    and _relative(image.base_dockerfile, job_type.plugin_dir),
                }
                for image in job_type.images
            ],
        }
        for job_type in job_types
    ]


def from_plain(values: Iterable[Mapping[str, Any]], plugin_dir: Path) -> dict[str, JobType]:
    """Job types by their full names, for a plugin that lies in `plugin_dir`.

    Raises:
        LookupError, TypeError, ValueError: The values are none that `to_plain` gave.
    """
    found = [
        JobType(
            each["name"],
            each["version"],
            tuple(_image(image, plugin_dir) for image in each["images"]),
            plugin_dir,
            each["shape"],
            tuple(each["warnings"]),
        )
        for each in values
    ]
    return {job_type.full_name: job_type for job_type in found}


def _image(values: Mapping[str, Any], plugin_dir: Path) -> JobTypeImageDef:
    path, base = Path(values["dockerfile"]), values["base"]
    if values["source"] == "jobtype":
        path = plugin_dir / path
    return JobTypeImageDef(
        values["source"],
        path,
        values["template"],
        None if base is None else plugin_dir / base,
    )


def _relative(path: Path, folder: Path) -> str:
    return str(path.relative_to(folder) if path.is_relative_to(folder) else path)
