"""Write a plugin's bundle: what the real command writes, and the same bytes every time."""

from __future__ import annotations

import hashlib
import io
import os
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from racetrack_client.utils.datamodel import datamodel_to_yaml_str

from workbench._atomic import replace_file
from workbench._manifest_rules import plugin_problems
from workbench.bundle.ignore import read_ignore_rules, select_files
from workbench.bundle.values import Bundle, BundledFile
from workbench.errors import BundleError, ManifestError
from workbench.manifest import PLUGIN_MANIFEST_FILENAME, PluginManifest, load_plugin_manifest
from workbench.plugin import PluginData

PLUGIN_FILENAME = "plugin.py"

_ZIP_YEARS = (1980, 2107)


def bundle_plugin(
    plugin: PluginData | str | Path,
    out_dir: str | Path | None = None,
    *,
    plugin_version: str | None = None,
    build_date: datetime | None = None,
) -> Bundle:
    """Put a plugin into `{name}-{version}.zip`, as `racetrack plugin bundle` does.

    The same files and manifest go in under the same names. Members are sorted, compressed, and all
    carry the bundle's date, so that the same input gives the same bytes. That date, which is also
    the manifest's `build_date`, is `build_date`, else the environment's `SOURCE_DATE_EPOCH`, else
    the time at which the newest of the files was changed.

    Args:
        plugin: A loaded plugin, or its folder. `plugin.py` is not executed.
        out_dir: An existing folder for the ZIP; None means the plugin's own, where no bundle ever
            contains it.
        plugin_version: Replaces the manifest's version, in the ZIP and in its name.
        build_date: The bundle's date; without a time zone it is taken for UTC.

    Returns:
        What was written, and what was left out by which pattern.

    Raises:
        ManifestError: The plugin's manifest breaks a rule.
        BundleError: A file cannot go in, or the ZIP cannot be written; then no ZIP is left, and
            one that was there before stays.
    """
    if isinstance(plugin, PluginData) and out_dir is None and plugin.source.is_file():
        raise BundleError(
            f"{plugin.source}: is a bundle already, and out_dir does not say where another goes.",
            path=plugin.source,
            remedy="give out_dir.",
        )
    plugin_dir = Path(plugin.plugin_dir if isinstance(plugin, PluginData) else plugin).expanduser()
    if plugin_dir.is_file():
        raise BundleError(
            f"{plugin_dir}: is a file, not a plugin's folder.",
            path=plugin_dir,
            remedy="give the folder; `workbench bundle DIR`.",
        )
    manifest = load_plugin_manifest(plugin_dir)
    if plugin_version is not None:
        manifest.version = _checked_version(manifest.name, plugin_version)
    if not (plugin_dir / PLUGIN_FILENAME).is_file():
        raise BundleError(
            f"{plugin_dir / PLUGIN_FILENAME}: there is no such file, and without it no plugin.",
            path=plugin_dir / PLUGIN_FILENAME,
            remedy="give the folder of a plugin; `workbench new plugin DIR` makes one.",
        )
    out_path = _out_path(plugin_dir if out_dir is None else Path(out_dir).expanduser(), manifest)
    selection = select_files(plugin_dir, read_ignore_rules(plugin_dir))
    sources = {str(path): plugin_dir / path for path in selection.files}
    _refuse_own_output(sources, out_path)
    date = _utc(build_date) or _epoch() or _newest(sources, plugin_dir / PLUGIN_MANIFEST_FILENAME)
    manifest.build_date = date.strftime("%Y-%m-%dT%H%M%SZ")
    contents = {name: _read(path) for name, path in sources.items()}
    contents[PLUGIN_MANIFEST_FILENAME] = datamodel_to_yaml_str(manifest).encode()
    archive = _archive(contents, date)
    _write(out_path, archive)
    files = (
        BundledFile(name, len(content), hashlib.sha256(content).hexdigest())
        for name, content in sorted(contents.items())
    )
    return Bundle(out_path, manifest, tuple(files), selection.left_out, len(archive))


def _checked_version(name: str, version: str) -> str:
    for problem in plugin_problems({"name": name, "version": version}):
        raise ManifestError(
            f"plugin_version: {problem.what}.", key="version", remedy=problem.remedy or None
        )
    return version


def _out_path(folder: Path, manifest: PluginManifest) -> Path:
    if folder.exists() and not folder.is_dir():
        raise BundleError(
            f"{folder} is a file, not a folder to write the bundle to.",
            path=folder,
            remedy="name a folder: the bundle's own name is made of the plugin's name and version.",
        )
    if not folder.is_dir():
        raise BundleError(
            f"{folder}: there is no such folder to write the bundle to.",
            path=folder,
            remedy=f"mkdir -p {folder}",
        )
    return folder / f"{manifest.name}-{manifest.version}.zip"


def _refuse_own_output(sources: Mapping[str, Path], out_path: Path) -> None:
    for path in sources.values():
        if path.resolve() == out_path.resolve():
            raise BundleError(
                f"{path}: leads to the bundle itself, which would hold its own last state.",
                path=path,
                remedy="remove the link, or list it in .racetrackignore.",
            )


def _utc(date: datetime | None) -> datetime | None:
    if date is None:
        return None
    return date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)


def _epoch() -> datetime | None:
    text = os.environ.get("SOURCE_DATE_EPOCH")
    if not text:
        return None
    try:
        return datetime.fromtimestamp(int(text), UTC)
    except (ValueError, OverflowError, OSError):
        raise BundleError(
            f"SOURCE_DATE_EPOCH={text!r} is not a number of seconds since 1970.",
            remedy="unset SOURCE_DATE_EPOCH, or set it to such a number.",
        ) from None


def _newest(sources: Mapping[str, Path], manifest: Path) -> datetime:
    times = [_stat(path).st_mtime for path in (manifest, *sources.values())]
    return datetime.fromtimestamp(int(max(times)), UTC)


def _stat(path: Path) -> os.stat_result:
    try:
        return path.stat()
    except OSError as error:
        raise _unreadable(path, error) from None


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from None


def _unreadable(path: Path, error: OSError) -> BundleError:
    return BundleError(
        f"{path}: cannot be read: {error.strerror or error}.",
        path=path,
        remedy="make the file readable, or list it in .racetrackignore.",
    )


def _archive(contents: Mapping[str, bytes], date: datetime) -> bytes:
    first, last = _ZIP_YEARS
    year = min(max(date.year, first), last)
    moment = (year, *date.timetuple()[1:6]) if year == date.year else (year, 1, 1, 0, 0, 0)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        # As the real command does: the manifest comes last.
        for name in sorted(contents, key=lambda name: (name == PLUGIN_MANIFEST_FILENAME, name)):
            info = zipfile.ZipInfo(name, moment)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3  # Unix: else the system that bundles would show in the bytes
            info.external_attr = 0o100644 << 16
            try:
                archive.writestr(info, contents[name], compresslevel=9)
            except UnicodeEncodeError:
                raise BundleError(
                    f"{name!r}: this file's name is not UTF-8, so no ZIP can hold it.",
                    remedy="rename the file, or list it in .racetrackignore.",
                ) from None
    return buffer.getvalue()


def _write(path: Path, content: bytes) -> None:
    """Put the ZIP in place in one move: a full disk leaves no half of it, and the old one stays."""
    try:
        replace_file(path, content, mode=0o644)
    except OSError as error:
        raise BundleError(
            f"{path}: cannot be written: {error.strerror or error}.",
            path=path,
            remedy=f"make {path.parent} writable, with room on its disk, or give another out_dir.",
        ) from None
