"""Look into a bundle without unpacking it, and compare two."""

from __future__ import annotations

import hashlib
import zipfile
import zlib
from pathlib import Path, PurePosixPath

import yaml
from pydantic import ValidationError

from workbench.bundle.values import Bundle, BundledFile, BundleDiff
from workbench.errors import BundleError
from workbench.manifest import PLUGIN_MANIFEST_FILENAME, PluginManifest

MAX_FILES = 10_000
MAX_BYTES = 1 << 30

_CHUNK = 1 << 20
_REBUILD = "bundle the plugin again; `workbench bundle DIR` does."


def inspect_bundle(path: str | Path) -> Bundle:
    """What a plugin's ZIP holds; nothing is unpacked.

    Args:
        path: The ZIP, made by whichever bundler.

    Raises:
        BundleError: It is no ZIP, is damaged, has no manifest at its root, holds a path that leads
            out of the folder it is unpacked to, or would unpack to more than a gibibyte.
    """
    path = Path(path).expanduser()
    try:
        with zipfile.ZipFile(path) as archive:
            files = _files(archive, path)
            manifest = _manifest(archive, path)
        return Bundle(path, manifest, files, size=path.stat().st_size)
    except FileNotFoundError:
        raise BundleError(f"{path}: there is no such file.", path=path, remedy=_REBUILD) from None
    except OSError as error:
        raise BundleError(
            f"{path}: cannot be read: {error.strerror or error}.", path=path, remedy=_REBUILD
        ) from None
    # What zipfile raises for damage, for a cut, for a method that it does not know, for a password.
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise BundleError(
            f"{path}: is no ZIP that can be read: {error}.", path=path, remedy=_REBUILD
        ) from None


def diff_bundles(first: Bundle | str | Path, second: Bundle | str | Path) -> BundleDiff:
    """What the second bundle adds, lacks and changes.

    Args:
        first: A bundle, or the path of one.
        second: Likewise.

    Raises:
        BundleError: One of them cannot be read.
    """
    a, b = (one if isinstance(one, Bundle) else inspect_bundle(one) for one in (first, second))
    old, new = ({file.path: file.sha256 for file in one.files} for one in (a, b))
    both = old.keys() & new.keys() - {PLUGIN_MANIFEST_FILENAME}
    keys_a, keys_b = (one.plugin_manifest.model_dump(exclude_none=True) for one in (a, b))
    keys = sorted(
        key for key in keys_a.keys() | keys_b.keys() if keys_a.get(key) != keys_b.get(key)
    )
    return BundleDiff(
        added=tuple(sorted(new.keys() - old.keys())),
        removed=tuple(sorted(old.keys() - new.keys())),
        changed=tuple(sorted(name for name in both if old[name] != new[name])),
        manifest=tuple((key, keys_a.get(key), keys_b.get(key)) for key in keys),
    )


def _files(archive: zipfile.ZipFile, path: Path) -> tuple[BundledFile, ...]:
    members = [info for info in archive.infolist() if not info.is_dir()]
    total = sum(info.file_size for info in members)
    if len(members) > MAX_FILES or total > MAX_BYTES:
        raise BundleError(
            f"{path}: holds {len(members)} files of {total} bytes; a plugin may have at most "
            f"{MAX_FILES} of {MAX_BYTES}.",
            path=path,
            remedy="leave out what is no part of the plugin, in .racetrackignore.",
        )
    seen: dict[str, BundledFile] = {}
    for info in members:
        name = info.filename
        parts = PurePosixPath(name).parts
        if name.startswith("/") or "\\" in name or ".." in parts or name in seen:
            raise BundleError(
                f"{path}: the path {name!r} in it leads out of the folder or stands there twice.",
                path=path,
                remedy=_REBUILD,
            )
        digest = hashlib.sha256()
        with archive.open(info) as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
        seen[name] = BundledFile(name, info.file_size, digest.hexdigest())
    return tuple(seen[name] for name in sorted(seen))


def _manifest(archive: zipfile.ZipFile, path: Path) -> PluginManifest:
    try:
        text = archive.read(PLUGIN_MANIFEST_FILENAME)
    except KeyError:
        raise BundleError(
            f"{path}: has no {PLUGIN_MANIFEST_FILENAME} at its root.", path=path, remedy=_REBUILD
        ) from None
    try:
        return PluginManifest.model_validate(yaml.safe_load(text))
    except (yaml.YAMLError, ValidationError, UnicodeDecodeError) as error:
        raise BundleError(
            f"{path}: its {PLUGIN_MANIFEST_FILENAME} is no manifest: {error}.",
            path=path,
            remedy=_REBUILD,
        ) from None
