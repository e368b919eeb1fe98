"""Unpack a plugin's ZIP, if it is one that can do no harm.

Racetrack unpacks whatever it is given. Here an archive is looked through first: a member that would
be written elsewhere, a link, or more than fits is told by its name, and nothing is written.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import stat
import tempfile
import zipfile
import zlib
from lzma import LZMAError
from pathlib import Path, PurePosixPath

from workbench.errors import PluginError
from workbench.manifest import PLUGIN_MANIFEST_FILENAME
from workbench.settings import get_settings

MAX_BYTES = 512 * 1024**2
"""How much an unpacked plugin may hold."""

MAX_MEMBERS = 20_000

_BROKEN = (zipfile.BadZipFile, zlib.error, LZMAError, EOFError, RuntimeError)


def unpack(path: Path) -> Path:
    """Unpack a plugin below the workbench's home, in a folder named after the ZIP's content.

    Args:
        path: The ZIP.

    Returns:
        The folder; one that was unpacked before is used again.

    Raises:
        PluginError: It is no ZIP, not one of a plugin, or not a harmless one.
    """
    if path.suffix != ".zip":
        raise PluginError(
            f"{path} is not named .zip, and Racetrack takes no other.",
            path=path,
            remedy="give the folder of a plugin, or the ZIP that `workbench bundle` makes of it.",
        )
    try:
        target = get_settings().home / "plugins" / _digest(path)
        if not target.is_dir():
            with zipfile.ZipFile(path) as archive:
                members = archive.infolist()
                _check(members, path)
                target.parent.mkdir(parents=True, exist_ok=True)
                _extract(archive, members, target)
    except _BROKEN as error:
        raise PluginError(
            f"{path} cannot be read as a ZIP: {error}.",
            path=path,
            remedy="make it anew with `workbench bundle`.",
        ) from error
    except OSError as error:
        raise PluginError(f"{path} cannot be unpacked: {error}.", path=path) from error
    return target


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:32]


def _check(members: list[zipfile.ZipInfo], path: Path) -> None:
    if len(members) > MAX_MEMBERS:
        raise PluginError(f"{path} has {len(members)} members, {MAX_MEMBERS} at most.", path=path)
    size = sum(member.file_size for member in members)
    if size > MAX_BYTES:
        most = MAX_BYTES // 1024**2
        raise PluginError(
            f"{path} would hold {size / 1024**2:.0f} MiB unpacked, {most} at most.", path=path
        )
    seen: set[str] = set()
    for member in members:
        name = member.orig_filename
        wrong = "is in it twice" if name in seen else _what_is_wrong(member)
        if wrong:
            raise PluginError(f"{path}: {name!r} {wrong}.", path=path)
        seen.add(name)
    if PLUGIN_MANIFEST_FILENAME not in seen:
        raise _no_manifest(sorted(seen), path)


def _what_is_wrong(member: zipfile.ZipInfo) -> str | None:
    name = member.orig_filename
    if name.startswith("/") or re.match(r"[A-Za-z]:", name) or ".." in PurePosixPath(name).parts:
        return "leads out of the archive"
    if "\\" in name or "\0" in name:
        return "has a character in its name that no file may have"
    kind = stat.S_IFMT(member.external_attr >> 16)
    if kind == stat.S_IFLNK:
        return "is a link; put the file itself into the archive"
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "is neither a file nor a folder"
    if member.flag_bits & 1:
        return "is encrypted"
    return None


def _no_manifest(names: list[str], path: Path) -> PluginError:
    inner = next(
        (name for name in names if PurePosixPath(name).name == PLUGIN_MANIFEST_FILENAME), ""
    )
    if inner:
        return PluginError(
            f"{path} holds its {PLUGIN_MANIFEST_FILENAME} in {PurePosixPath(inner).parent}/, "
            "and Racetrack looks for it at the top.",
            path=path,
            remedy="make the ZIP with `workbench bundle`, or zip the files and not their folder.",
        )
    return PluginError(
        f"There is no {PLUGIN_MANIFEST_FILENAME} in {path}.",
        path=path,
        remedy="make the ZIP with `workbench bundle`.",
    )


def _extract(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], target: Path) -> None:
    """Write all files, so that the folder `target` appears complete or not at all."""
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".unpacking-") as folder:
        plugin = Path(folder) / "plugin"
        for member in members:
            place = plugin / member.filename
            if member.is_dir():
                place.mkdir(parents=True, exist_ok=True)
                continue
            place.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(member) as packed, place.open("xb") as file:
                shutil.copyfileobj(packed, file)
        try:
            plugin.rename(target)
        except OSError:
            if not target.is_dir():  # else another process has unpacked it in the meantime
                raise
