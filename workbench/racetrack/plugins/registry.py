"""The installed plugins of a server."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path, PurePosixPath

from workbench.errors import ManifestError, PluginError
from workbench.job_type import JobType
from workbench.manifest import JobManifest
from workbench.racetrack.config import Config
from workbench.racetrack.model import InstalledPlugin, JobRecord
from workbench.racetrack.plugins.choice import choose
from workbench.racetrack.plugins.hooks import Hooks
from workbench.racetrack.plugins.installed import Installed
from workbench.racetrack.plugins.loading import IMAGE_BUILDER, LIFECYCLE, Loaded, Loader, text_of
from workbench.racetrack.plugins.requirements import Environments
from workbench.racetrack.plugins.shelf import Shelf, told
from workbench.racetrack.problems import Exists, Invalid, NotFound, Problem
from workbench.racetrack.store import Store

INFRASTRUCTURE = "infrastructure"

_SECOND = (  # a real server's words, to the letter
    "Infrastructure plugin with same name already exists. There can not be multiple infrastructure "
    "plugins with the same name. Use --replace if you want to replace the existing infrastructure "
    "pluging. "
)


class PluginRegistry:
    """The plugins of a server; safe from any thread.

    What is asked of it never waits for an installation. One plugin is installed at a time.

    Args:
        config: How the server is.
        store: What it knows.
    """

    def __init__(self, config: Config, store: Store) -> None:
        limits = config.limits
        self._store = store
        self._shelf = Shelf(config.plugins_dir, limits.upload)
        self._environments = Environments(config.plugins_dir / "environments", limits.requirements)
        self._loader = Loader(config, self._shelf, self._environments)
        self._hooks = Hooks(limits.plugin)
        self._installing = threading.Lock()
        self._changing = threading.Lock()
        self._arriving = ""
        self._all = Installed(())

    # --- what changes -----------------------------------------------------------------------------

    def load_all(self) -> None:
        """Load what the store knows, and remove what a crash left.

        A plugin is executed only where that was not done under the same Python. One that does not
        load is kept with its `error`, and harms no other.
        """
        with self._installing, self._changing:
            rows = self._store.plugins()
            self._shelf.sweep({row.digest for row in rows})
            with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
                loaded = list(pool.map(self._loader.again, rows))
            known = {(row.name, row.version): row.learnt for row in rows}
            for each in loaded:
                plugin = each.plugin
                if not plugin.error and plugin.learnt != known[plugin.name, plugin.version]:
                    self._store.save_plugin(plugin)
            self._all = Installed.of(loaded)
            self._environments.sweep(self._all.environments)

    def install(self, data: Path, filename: str, *, replace: bool) -> InstalledPlugin:
        """Install a plugin: store its ZIP, and load it.

        Args:
            data: The bytes that were sent, in a file, which stays as it is.
            filename: What the user calls it.
            replace: Whether all other versions of it go at the same moment.

        Raises:
            Invalid: It is no plugin that could be loaded; nothing of it stays.
            Exists: It is a second infrastructure plugin of its name.
            TooLarge: The ZIP is too large.
            NoRoom: The disk is full.
        """
        shown = _shown(filename)
        if shown.suffix != ".zip":
            raise Invalid(
                f".zip plugins are only supported, and {shown} is none.",
                remedy="make the ZIP with `racetrack plugin bundle`.",
            )
        with self._installing:
            digest, size = self._shelf.take(data, str(shown))
            self._arriving = digest
            try:
                with told(str(shown)):
                    new = self._loader.first(digest, size, shown)
                return self._install(new, replace)
            except (PluginError, ManifestError) as error:
                raise Invalid(text_of(error, remedy=False), remedy=error.remedy) from None
            finally:
                self._arriving = ""
                if digest not in self._all.digests:
                    self._shelf.remove(digest)
                    self._environments.sweep(self._all.environments)

    def _install(self, new: Loaded, replace_others: bool) -> InstalledPlugin:
        plugin = new.plugin
        with self._changing:
            before = self._all.loaded
            same = [each for each in before if each.plugin.name == plugin.name]
            if plugin.category == INFRASTRUCTURE and same and not replace_others:
                raise Exists(_SECOND)
            gone = [
                each for each in same if replace_others or each.plugin.version == plugin.version
            ]
            keys = [(each.plugin.name, each.plugin.version) for each in gone]
            self._store.save_plugin(plugin, instead_of=keys)
            self._all = Installed.of([*(each for each in before if each not in gone), new])
            self._retire(gone)
            return self._find(plugin.name, plugin.version).plugin

    def uninstall(self, name: str, version: str) -> InstalledPlugin:
        """Remove a plugin; jobs that run do not care.

        Raises:
            NotFound: It is not installed.
        """
        with self._changing:
            found = self._find(name, version)
            self._store.delete_plugin(name, version)
            self._all = Installed.of(each for each in self._all.loaded if each is not found)
            self._retire([found])
        return found.plugin

    def _retire(self, gone: Iterable[Loaded]) -> None:
        used = {*self._all.digests, self._arriving}
        self._shelf.retire([each.plugin.digest for each in gone], used)

    # --- what is asked ----------------------------------------------------------------------------

    def plugins(self) -> list[InstalledPlugin]:
        """All plugins, in the order in which they are loaded: by priority, then by version."""
        return [each.plugin for each in self._all.loaded]

    def archive(self, name: str, version: str) -> Path:
        """The ZIP of a plugin: the very bytes that were sent.

        Raises:
            NotFound: It is not installed.
            Problem: It is, but its ZIP is damaged.
        """
        found = self._all.find(name, version)
        if found is None:
            raise NotFound(f"Plugin '{name}' version '{version}' not found")
        if not self._shelf.is_intact(found.plugin.digest):
            raise Problem(f"{found.shown} is damaged on the server's disk, or gone.")
        return self._shelf.archive(found.plugin.digest)

    def job_types(self) -> dict[str, JobType]:
        """All job types that are listed, by their full names, in the order of these."""
        found = self._all.job_types(LIFECYCLE)
        return {name: found[name][0] for name in sorted(found)}

    def resolve(self, jobtype: str) -> tuple[JobType, InstalledPlugin]:
        """The job type that a manifest asks for, and the plugin that it is from.

        Args:
            jobtype: `name:version`; the version is exact, `latest`, or a pattern with `*`.

        Raises:
            Invalid: There is none, or its Dockerfile is missing; in a real server's words.
        """
        found = self._all.job_types(IMAGE_BUILDER)
        broken = [each.plugin for each in self._all.loaded if each.plugin.error]
        job_type = choose(jobtype, {name: each for name, (each, _) in found.items()}, broken)
        return job_type, found[job_type.full_name][1].plugin

    def docs(self, name: str) -> str | None:
        """The documentation of a plugin, in Markdown; of its last version.

        Raises:
            NotFound: No version of it is installed.
            Invalid: Its hook failed.
        """
        versions = [each for each in self._all.loaded if each.plugin.name == name]
        if not versions:
            raise NotFound(f'plugin named "{name}" was not found')
        return self._hooks.docs(versions[-1]) if versions[-1].has("markdown_docs") else None

    def runtime_env(self) -> dict[str, str]:
        """The variables that plugins give to every job; of two the later loaded one wins.

        Raises:
            Invalid: A plugin's hook failed.
        """
        asked = [each for each in self._all.loaded if each.has("job_runtime_env_vars")]
        merged: dict[str, str] = {}
        if asked:
            with ThreadPoolExecutor(min(len(asked), os.cpu_count() or 1)) as pool:
                for variables in pool.map(self._hooks.runtime_env, asked):
                    merged.update(variables)
        return merged

    def validate(self, plugin: InstalledPlugin, manifest: JobManifest, job_type: str) -> None:
        """Let a plugin object to the manifest of a job that is of its type.

        Raises:
            Invalid: It does, or its hook failed.
        """
        found = self._all.find(plugin.name, plugin.version)
        if found is not None and found.has("validate_job_manifest", IMAGE_BUILDER):
            self._hooks.validate(found, manifest, job_type)

    def after_deploy(
        self, job: JobRecord, manifest: JobManifest, image_name: str, deployer: str
    ) -> list[str]:
        """Tell all plugins of a job that was deployed; why any of them failed, a text each."""
        asked = (each for each in self._all.loaded if each.has("post_job_deploy"))
        told = (
            self._hooks.after_deploy(each, job, manifest, image_name, deployer) for each in asked
        )
        return [text for text in told if text]

    def after_delete(self, job: JobRecord, caller: str) -> list[str]:
        """Tell all plugins of a job that was deleted; why any of them failed, a text each."""
        asked = (each for each in self._all.loaded if each.has("post_job_delete"))
        told = (self._hooks.after_delete(each, job, caller) for each in asked)
        return [text for text in told if text]

    def _find(self, name: str, version: str) -> Loaded:
        found = self._all.find(name, version)
        if found is None:
            raise NotFound(f'plugin named "{name}" {version} was not found')
        return found


def _shown(filename: str) -> Path:
    """How messages name an upload: the last part of its name, in characters that can be shown."""
    name = PurePosixPath(filename.replace("\\", "/")).name
    safe = "".join(each if each.isprintable() else "?" for each in name)
    return Path(safe if len(safe) <= 100 else f"...{safe[-97:]}")
