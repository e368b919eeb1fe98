"""Unpack a plugin's ZIP, if it is one that can do no harm.

Racetrack unpacks whatever it is given. Here an archive is looked through first: a member that would
be written elsewhere, a link, or more than fits is told by its name, and nothing is written.
"""

from __future__ import annotations

import hashlib
import re
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from lzma import LZMAError
from pathlib import Path, PurePosixPath
from typing import IO

from workbench.errors import PluginError
from workbench.manifest import PLUGIN_MANIFEST_FILENAME
from workbench.settings import get_settings

MAX_BYTES = 512 * 1024**2
"""How much an unpacked plugin may hold."""

MAX_MEMBERS = 20_000

MAX_RATIO = 200
"""How many times its own size a ZIP may hold, once that is more than `FREE_BYTES`."""

FREE_BYTES = 32 * 1024**2

_CHUNK = 1024**2
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
    with _told(path):
        target = get_settings().home / "plugins" / digest_of(path)[:32]
        if not target.is_dir():
            unpack_to(path, target)
    return target


def unpack_to(path: Path, target: Path, *, shown: Path | None = None) -> None:
    """Unpack a ZIP of a plugin, so that the folder `target` appears complete or not at all.

    Args:
        path: The ZIP, whatever it is called.
        target: The folder; what lies there already stays as it is.
        shown: How messages name the ZIP; None means by its path.

    Raises:
        PluginError: It is no ZIP, not one of a plugin, or not a harmless one.
    """
    shown = shown or path
    with _told(shown), zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        most = _check(members, path.stat().st_size, shown)
        target.parent.mkdir(parents=True, exist_ok=True)
        _extract(archive, members, target, most, shown)


def holds_what_is_in(path: Path, folder: Path) -> bool:
    """Whether a folder has every file of a ZIP, byte for byte; what else it has does not matter."""
    try:
        with zipfile.ZipFile(path) as archive:
            files = [member for member in archive.infolist() if not member.is_dir()]
        return folder.is_dir() and all(_same(member, folder / member.filename) for member in files)
    except (*_BROKEN, OSError):
        return False


def digest_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal.

    Raises:
        OSError: It cannot be read.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _same(member: zipfile.ZipInfo, file: Path) -> bool:
    if not file.is_file() or file.stat().st_size != member.file_size:
        return False
    with file.open("rb") as content:
        checksum = 0
        while chunk := content.read(_CHUNK):
            checksum = zlib.crc32(chunk, checksum)
    return checksum == member.CRC


@contextmanager
def _told(shown: Path) -> Iterator[None]:
    try:
        yield
    except _BROKEN as error:
        raise PluginError(
            f"{shown} cannot be read as a ZIP: {error}.",
            path=shown,
            remedy="make it anew with `workbench bundle`.",
        ) from error
    except OSError as error:
        why = error.strerror or str(error)
        raise PluginError(f"{shown} cannot be unpacked: {why}.", path=shown) from error


def _check(members: list[zipfile.ZipInfo], packed: int, path: Path) -> int:
    """Look a ZIP through, and say how many bytes may be unpacked of it.

    Args:
        members: Its members.
        packed: Its own size.
        path: How messages name it.
    """
    if len(members) > MAX_MEMBERS:
        raise PluginError(f"{path} has {len(members)} members, {MAX_MEMBERS} at most.", path=path)
    size = sum(member.file_size for member in members)
    most = min(MAX_BYTES, max(FREE_BYTES, packed * MAX_RATIO))
    if size > most:
        raise _too_much(f"{size / 1024**2:.1f}", most, path)
    seen: set[str] = set()
    for member in members:
        name = member.orig_filename
        wrong = "is in it twice" if name in seen else _what_is_wrong(member)
        if wrong:
            raise PluginError(f"{path}: {name!r} {wrong}.", path=path)
        seen.add(name)
    if PLUGIN_MANIFEST_FILENAME not in seen:
        raise _no_manifest(sorted(seen), path)
    return most


def _too_much(size: str, most: int, path: Path) -> PluginError:
    why = "" if most == MAX_BYTES else f": the larger of that and {MAX_RATIO} times its own size"
    told = f"would hold {size} MiB unpacked, {most // 1024**2} at most{why}"
    return PluginError(f"{path} {told}.", path=path)


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


def _extract(
    archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], target: Path, most: int, shown: Path
) -> None:
    left = most
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".unpacking-") as folder:
        plugin = Path(folder) / "plugin"
        for member in members:
            place = plugin / member.filename
            if member.is_dir():
                place.mkdir(parents=True, exist_ok=True)
                continue
            place.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(member) as packed, place.open("xb") as file:
                left -= _copy(packed, file, left)
            if left < 0:  # whatever the archive says of its members
                raise _too_much(f"more than {most // 1024**2}", most, shown)
        try:
            plugin.rename(target)
        except OSError:
            if not target.is_dir():  # else another process has unpacked it in the meantime
                raise


def _copy(packed: IO[bytes], file: IO[bytes], most: int) -> int:
    """Copy until a little more than `most` bytes were written; how many were."""
    written = 0
    while written <= most and (chunk := packed.read(_CHUNK)):
        written += file.write(chunk)
    return written
