"""What the pages' templates get: rows of plain values, and how times and sizes are told."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markdown_it import MarkdownIt
from markupsafe import Markup

from workbench.job_type import JobType
from workbench.racetrack.model import (
    Deployment,
    DeploymentStatus,
    InstalledPlugin,
    JobRecord,
)

_UNITS = ((86400.0, "day"), (3600.0, "hour"), (60.0, "minute"), (1.0, "second"))


@cache
def environment() -> Environment:
    """The templates; everything in them is escaped."""
    made = Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["ago"] = ago
    made.filters["seconds"] = lambda value: f"{value:.1f} s"
    return made


def ago(at: float | None) -> str:
    """How long something is past, as one would say it; `never` for None and 0."""
    if not at:
        return "never"
    past = max(0.0, time.time() - at)
    for size, unit in _UNITS:
        if past >= size:
            count = int(past / size)
            return f"{count} {unit}{'s' if count > 1 else ''} ago"
    return "just now"


def job_row(job: JobRecord) -> dict[str, Any]:
    """A job as the tables show it."""
    return {
        "name": job.name,
        "version": job.version,
        "status": job.status.value,
        "job_type": job.job_type_version,
        "deployed_by": job.deployed_by,
        "update_time": job.update_time,
        "last_call_time": job.last_call_time,
        "pub_url": job.pub_url,
        "pub_path": f"pub/job/{job.name}/{job.version}/",
        "owner": str(job.manifest.get("owner_email") or ""),
        "labels": job.manifest.get("labels") or {},
        "error": job.error,
        "notice": job.notice,
        "restarts": job.restarts,
    }


def deployment_row(deployment: Deployment) -> dict[str, Any]:
    """A deployment with its phases, each with its seconds; one that was refused has none."""
    until = deployment.ended or time.time()
    ends = [*(at for _, at in deployment.phases[1:]), until]
    phases = [
        {"name": name, "seconds": max(0.0, end - at)}
        for (name, at), end in zip(deployment.phases, ends, strict=False)
    ]
    return {
        "id": deployment.id,
        "name": deployment.job_name,
        "version": deployment.job_version,
        "status": deployment.status.value,
        "goes_on": deployment.status is DeploymentStatus.IN_PROGRESS,
        "phase": deployment.phase,
        "phases": phases,
        "seconds": until - deployment.create_time,
        "create_time": deployment.create_time,
        "deployed_by": deployment.deployed_by,
        "error": deployment.error,
        "warnings": (deployment.warnings or "").splitlines(),
    }


def plugin_row(plugin: InstalledPlugin) -> dict[str, Any]:
    """A plugin as the table shows it."""
    return {
        "name": plugin.name,
        "version": plugin.version,
        "category": plugin.category or "",
        "size": f"{plugin.size / 1000:.0f} kB",
        "installed_at": plugin.installed_at,
        "job_types": plugin.job_types,
        "warnings": plugin.warnings,
        "error": plugin.error,
        "documented": "markdown_docs" in plugin.hooks and not plugin.error,
    }


def from_markdown(text: str) -> Markup:
    """Markdown as HTML, below the page's heading; HTML within it is shown as it was written."""
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = reader.parse(text)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1]) + 1)}"
    return Markup(reader.renderer.render(tokens, reader.options, {}))  # noqa: S704


def kept_apart(
    types: Mapping[str, JobType], plugins: Sequence[InstalledPlugin]
) -> list[dict[str, Any]]:
    """The job types, each with the plugin that it is from and what is to be known of it."""
    return [
        {
            "name": name,
            "accepted_by": job_type.accepted_by,
            "warnings": job_type.warnings,
            "plugin": next(
                (
                    f"{plugin.name} {plugin.version}"
                    for plugin in reversed(plugins)
                    if name in plugin.job_types
                ),
                "",
            ),
        }
        for name, job_type in sorted(types.items())
    ]
