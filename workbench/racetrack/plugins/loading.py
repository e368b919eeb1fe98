"""From a ZIP on the shelf to a plugin that can be asked."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from workbench.errors import PluginError, WorkbenchError
from workbench.job_type import JobType
from workbench.job_type.values import SHAPES
from workbench.manifest import (
    PLUGIN_MANIFEST_FILENAME,
    PluginManifest,
    load_plugin_manifest,
)
from workbench.plugin import PluginData, load_unpacked
from workbench.racetrack.config import Config
from workbench.racetrack.model import InstalledPlugin
from workbench.racetrack.plugins.learnt import CIRCUMSTANCES, from_plain, to_plain
from workbench.racetrack.plugins.linting import lint
from workbench.racetrack.plugins.requirements import FILENAME, Environments
from workbench.racetrack.plugins.shelf import Shelf

LIFECYCLE, IMAGE_BUILDER = "lifecycle", "image-builder"
COMPONENTS = (LIFECYCLE, IMAGE_BUILDER)
"""The parts of a real server that this one is."""

MAX_FILE_NAME = 255
MAX_MANIFEST = 64 * 1024
ALLOW = "it is allowed when the server is started, by `--requirements`"

_NOT_OFFERED = {
    "infrastructure_targets": "jobs run on this server's own engine, and on no target of a plugin",
    "run_action": "this server has no `plugin/NAME/run`",
}


@dataclass(frozen=True)
class Loaded:
    """An installed plugin, and what is needed to ask it.

    Attributes:
        plugin: What is stored of it.
        plugin_dir: Its folder.
        manifest: Its manifest; None where it does not load.
        job_types: Those that it brings, by full names.
        python: The interpreter of its own environment; None where it has none.
        environment: The name of that environment; empty where it needs none.
    """

    plugin: InstalledPlugin
    plugin_dir: Path
    manifest: PluginManifest | None = None
    job_types: Mapping[str, JobType] = field(default_factory=dict)
    python: Path | None = None
    environment: str = ""

    def has(self, hook: str, component: str = LIFECYCLE) -> bool:
        """Whether this hook of it is called, in that part of a server."""
        listed = self.plugin.components
        called = hook in self.plugin.hooks and not self.plugin.error
        return called and (not listed or component in listed)

    @property
    def shown(self) -> Path:
        """How messages name its files."""
        return Path(f"{self.plugin.name}-{self.plugin.version}.zip")


class Loader:
    """Loads plugins; safe from any thread.

    Args:
        config: How the server is.
        shelf: Where their files lie.
        environments: Where what they require is installed.
    """

    def __init__(self, config: Config, shelf: Shelf, environments: Environments) -> None:
        self._config = config
        self._shelf = shelf
        self._environments = environments

    def first(self, digest: str, size: int, shown: Path) -> Loaded:
        """Load a plugin that was just sent.

        Args:
            digest: Of its ZIP, which lies on the shelf.
            size: Of its ZIP.
            shown: How messages name it.

        Raises:
            PluginError, ManifestError, Problem: It is none that can be installed.
        """
        folder = self._shelf.unpack(digest, shown)
        path = folder / PLUGIN_MANIFEST_FILENAME
        if path.is_file() and path.stat().st_size > MAX_MANIFEST:
            raise PluginError(f"{shown / path.name} is larger than {MAX_MANIFEST // 1024} KiB.")
        manifest = load_plugin_manifest(folder, shown=shown / path.name)
        if len(f"{manifest.name}-{manifest.version}.zip") > MAX_FILE_NAME:
            raise PluginError(f"{shown}: name and version are too long for the name of a file.")
        plugin = InstalledPlugin(
            name=manifest.name,
            version=manifest.version,
            build_date=manifest.build_date,
            url=manifest.url,
            priority=manifest.priority,
            category=manifest.category,
            components=tuple(manifest.components),
            digest=digest,
            size=size,
            installed_at=time.time(),
        )
        if elsewhere := _is_for_others(plugin):
            return Loaded(replace(plugin, warnings=(elsewhere,)), folder, manifest)
        loaded, data = self._execute(plugin, folder, shown)
        warnings = [
            *lint(data, timeout=self._config.limits.plugin),
            *self._about_requirements(loaded),
            *(
                f"plugin.py: {hook} is not called here: {why}"
                for hook, why in _NOT_OFFERED.items()
                if hook in data.hooks
            ),
        ]
        return replace(loaded, plugin=replace(loaded.plugin, warnings=tuple(warnings)))

    def again(self, plugin: InstalledPlugin) -> Loaded:
        """Load a plugin that is installed; one that does not load carries the reason."""
        loaded = Loaded(plugin, self._shelf.folder(plugin.digest))
        try:
            return self._again(loaded)
        except (WorkbenchError, OSError) as error:
            why = text_of(error) if isinstance(error, WorkbenchError) else str(error)
            name = self._environments.name(loaded.plugin_dir, plugin.name, plugin.digest)
            broken = replace(plugin, job_types=(), error=why)
            return replace(loaded, plugin=broken, environment=name)

    def _again(self, loaded: Loaded) -> Loaded:
        plugin, shown = loaded.plugin, loaded.shown
        if not self._shelf.is_intact(plugin.digest):
            raise PluginError(
                f"{shown} is damaged on the server's disk, or gone.", remedy="install it again."
            )
        folder = self._shelf.unpack(plugin.digest, shown)
        if _is_for_others(plugin):
            return replace(loaded, manifest=load_plugin_manifest(folder))
        if plugin.learnt.get("by") != CIRCUMSTANCES:
            return self._execute(plugin, folder, shown)[0]
        name, python = self._environment(plugin, folder, shown)
        try:
            job_types = from_plain(plugin.learnt["job_types"], folder)
        except (LookupError, TypeError, ValueError):
            return self._execute(plugin, folder, shown)[0]
        return Loaded(plugin, folder, load_plugin_manifest(folder), job_types, python, name)

    def _execute(
        self, plugin: InstalledPlugin, folder: Path, shown: Path
    ) -> tuple[Loaded, PluginData]:
        name, python = self._environment(plugin, folder, shown)
        try:
            data = load_unpacked(
                folder, shown=shown, timeout=self._config.limits.plugin, python=python
            )
        except PluginError as error:
            if name and python is None and "No module named" in error.message:
                error.remedy = f"{FILENAME} is not installed; {ALLOW}."
            raise
        _refuse_pairs(data, shown)
        learnt = {"by": CIRCUMSTANCES, "job_types": to_plain(data.job_types.values())}
        known = replace(plugin, job_types=tuple(data.job_types), hooks=data.hooks, learnt=learnt)
        loaded = Loaded(known, folder, data.plugin_manifest, data.job_types, python, name)
        return loaded, data

    def _environment(
        self, plugin: InstalledPlugin, folder: Path, shown: Path
    ) -> tuple[str, Path | None]:
        """The name of its environment, and the interpreter there; made, if that is allowed."""
        name = self._environments.name(folder, plugin.name, plugin.digest)
        if name and self._config.requirements:
            return name, self._environments.make(name, folder, shown)
        return name, self._environments.python(name)

    def _about_requirements(self, loaded: Loaded) -> list[str]:
        if not loaded.environment or loaded.python is not None:
            return []
        return [f"{FILENAME} is not installed; {ALLOW}. A real server installs it on every load"]


def text_of(error: WorkbenchError, *, remedy: bool = True) -> str:
    """An error as text for the wire: with the last lines of its log, and with its remedy or not."""
    parts = [error.message]
    if error.log:
        parts += ["Last log lines:", *(f"  {line}" for line in error.log[-10:])]
    if error.remedy and remedy:
        parts.append(f"Remedy: {error.remedy}")
    return "\n".join(parts)


def _is_for_others(plugin: InstalledPlugin) -> str:
    if not plugin.components or any(each in COMPONENTS for each in plugin.components):
        return ""
    return (
        f"plugin-manifest.yaml: it is for {', '.join(plugin.components)}, and this server is "
        f"{' and '.join(COMPONENTS)} alone: it is stored, and never executed"
    )


def _refuse_pairs(data: PluginData, shown: Path) -> None:
    for job_type in data.job_types.values():
        if job_type.shape == "pairs":
            info = SHAPES[job_type.shape]
            raise PluginError(
                f"{shown / 'plugin.py'}: {job_type.full_name} is declared by {info.what}. "
                f"{info.note}.",
                remedy='write {"images": [{"dockerfile_path": "..."}]}, an image for each pair.',
            )
