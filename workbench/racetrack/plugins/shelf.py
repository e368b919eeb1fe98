"""Where the files of installed plugins lie: each ZIP as it was sent, and what was unpacked of it.

Both are named by the digest of the ZIP, so that nothing is ever written over: a plugin is installed
at the moment when the store names its digest, and what no plugin names is swept away.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import tempfile
from collections import deque
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from workbench.errors import PluginError
from workbench.plugin.archive import digest_of, holds_what_is_in, unpack_to
from workbench.racetrack.problems import NoRoom, TooLarge

KEPT = 8
"""How many plugins that are no longer installed keep their files: a build may be reading them."""

_CHUNK = 1024**2
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES)


class Shelf:
    """The files of plugins.

    Args:
        folder: Where they lie.
        most: Bytes that a ZIP may have.
    """

    def __init__(self, folder: Path, most: int) -> None:
        self._archives = folder / "archives"
        self._unpacked = folder / "unpacked"
        self._most = most
        self._old: deque[str] = deque()
        with told("the plugins' folder"):
            for each in (self._archives, self._unpacked):
                each.mkdir(parents=True, exist_ok=True)

    def archive(self, digest: str) -> Path:
        """Where the ZIP lies, if it does."""
        return self._archives / f"{digest}.zip"

    def folder(self, digest: str) -> Path:
        """Where the ZIP is unpacked, if it is."""
        return self._unpacked / digest

    def take(self, data: Path, shown: str) -> tuple[str, int]:
        """Copy a ZIP, so that it is on the disk whatever happens next; its digest and size.

        Args:
            data: The file, which stays as it is.
            shown: How messages name it.

        Raises:
            TooLarge: It is larger than a ZIP may be.
            NoRoom: The disk is full.
        """
        hashed, size = hashlib.sha256(), 0
        with told(shown):
            descriptor, name = tempfile.mkstemp(dir=self._archives, prefix=".new-")
            try:
                with os.fdopen(descriptor, "wb") as copy, data.open("rb") as source:
                    while chunk := source.read(_CHUNK):
                        size += len(chunk)
                        if size > self._most:
                            most = f"{self._most / 1024**2:g} MiB"
                            raise TooLarge(f"{shown} is larger than the {most} that are taken.")
                        hashed.update(chunk)
                        copy.write(chunk)
                    copy.flush()
                    os.fsync(copy.fileno())
                digest = hashed.hexdigest()
                Path(name).replace(self.archive(digest))
                _sync(self._archives)
            finally:
                Path(name).unlink(missing_ok=True)
        return digest, size

    def unpack(self, digest: str, shown: Path) -> Path:
        """Unpack a ZIP, unless it is unpacked already and every byte is as it should be.

        Raises:
            PluginError: It is none, or not a harmless one.
            NoRoom: The disk is full.
        """
        archive, folder = self.archive(digest), self.folder(digest)
        with told(str(shown)):
            if not holds_what_is_in(archive, folder):
                _remove(folder)
                unpack_to(archive, folder, shown=shown)
        return folder

    def is_intact(self, digest: str) -> bool:
        """Whether the ZIP is there, with the bytes that were sent."""
        try:
            return digest_of(self.archive(digest)) == digest
        except OSError:
            return False

    def retire(self, digests: Collection[str], used: Collection[str]) -> None:
        """Let the files of plugins go that are no longer installed, the oldest ones at once.

        Args:
            digests: Those that just went.
            used: Those that are installed.
        """
        self._old = deque(each for each in self._old if each not in used and each not in digests)
        self._old.extend(each for each in digests if each not in used)
        while len(self._old) > KEPT:
            self.remove(self._old.popleft())

    def remove(self, digest: str) -> None:
        """Remove the files of one plugin."""
        with suppress(OSError):
            self.archive(digest).unlink(missing_ok=True)
        with suppress(OSError):
            _remove(self.folder(digest))

    def sweep(self, used: Collection[str]) -> None:
        """Remove the files of all plugins but these, and what a crash left half done."""
        for path in [*self._archives.iterdir(), *self._unpacked.iterdir()]:
            if path.name.removesuffix(".zip") not in used:
                with suppress(OSError):
                    _remove(path) if path.is_dir() else path.unlink()


@contextmanager
def told(what: str) -> Iterator[None]:
    """Tell of a disk that is full, or cannot be written, in the server's way.

    Args:
        what: What was to be written.
    """
    try:
        yield
    except OSError as error:
        raise _no_room(what, error) from None
    except PluginError as error:
        if isinstance(error.__cause__, OSError) and error.__cause__.errno in _NO_ROOM:
            raise _no_room(what, error.__cause__) from None
        raise


def _no_room(what: str, error: OSError) -> NoRoom:
    return NoRoom(
        f"{what} could not be stored: {error.strerror or error}.",
        remedy="make room on the disk of the server's state folder.",
    )


def _remove(folder: Path) -> None:
    """Remove a folder; while that goes on it is not at its place any more."""
    if not folder.exists():
        return
    gone = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".old-"))
    try:
        folder.rename(gone / "plugin")
    finally:
        shutil.rmtree(gone, ignore_errors=True)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
