"""A loaded plugin as a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from markupsafe import Markup

from workbench import _html
from workbench._written import digest
from workbench.job_type import JobType, match_job_type_version
from workbench.manifest import PluginManifest

HOOKS = (
    "job_types",
    "job_runtime_env_vars",
    "infrastructure_targets",
    "post_job_deploy",
    "post_job_delete",
    "validate_job_manifest",
    "markdown_docs",
    "run_action",
)
"""The methods of a plugin that Racetrack calls; all of them are optional."""

CALLS = {
    "job_types": "",
    "job_runtime_env_vars": "",
    "infrastructure_targets": "",
    "post_job_deploy": "manifest, job, image_name, deployer_username=None",
    "post_job_delete": "job, username_executor=None",
    "validate_job_manifest": "manifest, job_type",
    "markdown_docs": "",
}
"""What Racetrack gives to hooks; those with a default by their names, the others by position."""

FORMER_HOOKS = {
    "fatman_job_types": "job_types",
    "fatman_runtime_env_vars": "job_runtime_env_vars",
    "post_fatman_deploy": "post_job_deploy",
    "post_fatman_delete": "post_job_delete",
}
"""What hooks were called before Racetrack 2.9, and what they are called since."""


@dataclass(frozen=True, eq=False, repr=False)
class PluginData:
    """A plugin that was loaded.

    Attributes:
        plugin_dir: Its folder, absolute; for a ZIP, where it was unpacked.
        plugin_manifest: Its manifest.
        job_types: The job types that it brings, by full names such as `golang:0.0.0`.
        warnings: What a server would do, or not do, that its author may not expect.
        source: The folder or ZIP that was given, absolute.
        hooks: Which of Racetrack's hooks its class has.
        output: What it printed while it was loaded.
        read: The digests of the files that loading read, by their paths.
    """

    plugin_dir: Path
    plugin_manifest: PluginManifest
    job_types: dict[str, JobType]
    warnings: tuple[str, ...]
    source: Path
    hooks: tuple[str, ...]
    output: str = ""
    read: Mapping[Path, str | None] = field(default_factory=dict)

    @property
    def outdated(self) -> tuple[str, ...]:
        """Which of its manifest, its Python files or its ZIP changed since it was loaded."""
        return tuple(path.name for path, known in self.read.items() if digest(path) != known)

    def job_type(self, reference: str) -> JobType:
        """The job type that a manifest's `jobtype` means, such as `golang:latest`.

        Raises:
            PluginError: There is none; lists those that there are.
        """
        return match_job_type_version(reference, self.job_types)

    def __repr__(self) -> str:
        brings = ", ".join(self.job_types) or "no job types"
        return f"<PluginData {self.plugin_manifest.name} {self.plugin_manifest.version}: {brings}>"

    def _repr_html_(self) -> str:
        rows = [
            ("plugin", f"{self.plugin_manifest.name} {self.plugin_manifest.version}"),
            ("folder", _html.code(self.plugin_dir.name)),
            ("job types", ", ".join(self.job_types) or "none"),
            ("hooks", ", ".join(self.hooks) or "none"),
        ]
        if self.source != self.plugin_dir:
            rows.insert(1, ("ZIP", _html.code(self.source.name)))
        notes = (
            Markup("<div>{} {}</div>").format(_html.badge("warning", _html.WARN), text)
            for text in self.warnings
        )
        return _html.table(("", ""), rows) + _html.join(notes)
