"""Load a plugin as Racetrack does when it is installed, with clearer words where it would fail."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from workbench._finished import PLUGIN
from workbench._written import digest
from workbench.errors import PluginError, UsageError
from workbench.job_type import JobType, parse_job_types
from workbench.manifest import (
    JOB_MANIFEST_FILENAME,
    PLUGIN_MANIFEST_FILENAME,
    PluginManifest,
    load_plugin_manifest,
)
from workbench.plugin.archive import unpack
from workbench.plugin.execute import Executed, execute_plugin
from workbench.plugin.values import FORMER_HOOKS, HOOKS, PluginData
from workbench.settings import shipped

PLUGIN_FILENAME = "plugin.py"

_BUNDLE = "make the ZIP with `workbench bundle`."
_BUILDERS = ("lifecycle", "image-builder")


def load_plugin(folder_or_zip: str | Path, *, timeout: float = 10.0) -> PluginData:
    """Load a plugin and ask it for its job types.

    plugin.py is executed in a child process that has no input and whose output is kept; one that
    hangs, exits or prints does no harm here, and nothing that it starts outlives the call, unless
    it starts it in a session of its own. What its requirements.txt lists is not installed.

    Args:
        folder_or_zip: The plugin's folder, or its ZIP; a ZIP is unpacked below the workbench's
            home.
        timeout: Seconds that plugin.py, `Plugin()` and `job_types()` may take together.

    Raises:
        PluginError: Racetrack could not load it either; names the plugin's file and line.
        ManifestError: Its manifest is wrong.
        UsageError: `timeout` is not above zero.
    """
    if not timeout > 0:
        raise UsageError(f"timeout={timeout} is not a number of seconds above zero.")
    source = find_plugin(folder_or_zip).resolve()
    files = [source]
    if source.is_dir():
        files = [source / PLUGIN_MANIFEST_FILENAME, *sorted(source.glob("*.py"))]
    read = {path: digest(path) for path in files}  # before anything is read: no change is missed
    plugin_dir = source if source.is_dir() else unpack(source)
    return replace(load_unpacked(plugin_dir, shown=source, timeout=timeout), read=read)


def load_unpacked(
    plugin_dir: Path, *, shown: Path, timeout: float, python: Path | None = None
) -> PluginData:
    """Load a plugin whose files are there.

    Args:
        plugin_dir: Its folder, absolute.
        shown: How messages name the folder: itself, or the ZIP that it was unpacked from.
        timeout: Seconds that the plugin may take.
        python: The interpreter to load it with; None for the one that runs this.

    Raises:
        PluginError, ManifestError: As `load_plugin` does.
    """
    for name in (PLUGIN_MANIFEST_FILENAME, PLUGIN_FILENAME):
        if not (plugin_dir / name).is_file():
            raise PluginError(
                f"There is no {name} in {shown}.",
                path=shown / name,
                remedy=_other(shown) if shown.exists() else _BUNDLE,
            )
    manifest = load_plugin_manifest(plugin_dir, shown=shown / PLUGIN_MANIFEST_FILENAME)
    executed = execute_plugin(plugin_dir, manifest, shown=shown, timeout=timeout, python=python)
    job_types = parse_job_types(
        executed.returned, plugin_dir, line=executed.line, shown=shown / PLUGIN_FILENAME
    )
    return PluginData(
        plugin_dir=plugin_dir,
        plugin_manifest=manifest,
        job_types=job_types,
        warnings=tuple(_warnings(shown, plugin_dir, manifest, executed, job_types)),
        source=shown,
        hooks=tuple(name for name in executed.hooks if name in HOOKS),
        output=executed.output,
    )


def current_plugin(plugin: PluginData | str | Path | None) -> tuple[PluginData, str]:
    """The plugin as its files are now, whatever it was when somebody loaded it.

    Args:
        plugin: A loaded plugin, or its folder or ZIP; None for the finished Go plugin.

    Returns:
        The plugin, and why it was loaded once more: empty where it was not.

    Raises:
        PluginError, ManifestError: As `load_plugin` does.
    """
    if not isinstance(plugin, PluginData):
        return load_plugin(plugin or shipped(PLUGIN)), ""
    if changed := plugin.outdated:
        return load_plugin(plugin.source), f"loaded again since {', '.join(changed)} changed"
    return plugin, ""


def find_plugin(folder_or_zip: str | Path) -> Path:
    """The path of a plugin's folder or ZIP that is there; a leading `~` is the user's home.

    Raises:
        PluginError: Nothing is there.
    """
    source = Path(folder_or_zip).expanduser()
    if not source.exists():
        raise PluginError(
            f"{source} does not exist.",
            path=source,
            remedy="give a plugin's folder or ZIP; `workbench new plugin DIR` makes one.",
        )
    return source


def _other(folder: Path) -> str:
    if (folder / JOB_MANIFEST_FILENAME).is_file():
        return "this is the folder of a job; give the folder of a plugin."
    if folder.is_file():
        return _BUNDLE
    inner = sorted(path.parent.name for path in folder.glob(f"*/{PLUGIN_MANIFEST_FILENAME}"))
    if inner:
        return f"did you mean its folder {inner[0]}?"
    return "give the folder of a plugin; `workbench new plugin DIR` makes one."


def _warnings(
    source: Path,
    plugin_dir: Path,
    manifest: PluginManifest,
    executed: Executed,
    job_types: dict[str, JobType],
) -> list[str]:
    told = []
    if (plugin_dir / "requirements.txt").is_file():
        told.append(
            f"{source / 'requirements.txt'}: Racetrack installs what it lists on every load; "
            "the workbench does not"
        )
    told += [
        f"{source / PLUGIN_FILENAME}: {name} is called {FORMER_HOOKS[name]} since Racetrack 2.9, "
        "and no newer one calls it"
        for name in executed.hooks
        if name in FORMER_HOOKS
    ]
    if not executed.hooks:
        told.append(f"{source / PLUGIN_FILENAME}: the class Plugin has no hook of Racetrack's")
    absent = [each for each in _BUILDERS if manifest.components and each not in manifest.components]
    if job_types and absent:
        told.append(
            f"{source / PLUGIN_MANIFEST_FILENAME}: components leave out {' and '.join(absent)}, "
            "which need to know the job types"
        )
    return told
