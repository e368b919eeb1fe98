"""The sources of a job, as `racetrack deploy` sends them: a tar, unpacked without harm."""

from __future__ import annotations

import base64
import binascii
import gzip
import io
import tarfile
import zlib
from pathlib import Path, PurePosixPath

from workbench.racetrack.config import Limits
from workbench.racetrack.problems import Invalid, NoRoom, TooLarge

_CHUNK = 64 * 1024
_HEADER = 1024**2
"""Bytes that may come before a member's own: its name and its attributes, which are read whole."""


def unpack_context(encoded: str, folder: Path, limits: Limits) -> int:
    """Unpack a build context.

    What it holds is counted while it is unpacked, whatever it says of itself.

    Args:
        encoded: A tar, packed with gzip, in base64.
        folder: Where its files go; it is made.
        limits: How much is taken.

    Returns:
        How many files it holds.

    Raises:
        Invalid: It is none, or a member would be written elsewhere, or is no plain file.
        TooLarge: It holds too much.
        NoRoom: The disk is full.
    """
    try:
        data = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise Invalid("The build context is not base64.") from None
    try:
        folder.mkdir(parents=True)
        packed = _Counted(data)
        with tarfile.open(fileobj=packed, mode="r|") as archive:
            return _unpack(archive, packed, folder, limits)
    except (tarfile.TarError, EOFError, zlib.error, UnicodeError, gzip.BadGzipFile) as error:
        raise Invalid(f"The build context is not a tar packed with gzip: {error}.") from None
    except OSError as error:
        if isinstance(error, FileExistsError | NotADirectoryError | IsADirectoryError):
            raise Invalid("The build context has one name twice, as a file and else.") from None
        raise NoRoom(
            f"The build context could not be unpacked: {error.strerror or error}.",
            remedy="make room on the disk of the state folder.",
        ) from None


class _Counted(gzip.GzipFile):
    """What gzip holds, as a stream of which only so much is unpacked until `go_on` is called.

    Python's tarfile takes the extended header of a member into memory at whatever size it says.
    """

    def __init__(self, data: bytes) -> None:
        super().__init__(fileobj=io.BytesIO(data), mode="rb")
        self._left = _HEADER

    def go_on(self) -> None:
        self._left = _HEADER

    def read(self, size: int | None = -1) -> bytes:
        data = super().read(size)
        self._left -= len(data)
        if self._left < 0:
            raise TooLarge(
                f"The build context has a member with a header of more than {_HEADER} bytes.",
                remedy="pack it as `racetrack deploy` does.",
            )
        return data


def _unpack(archive: tarfile.TarFile, packed: _Counted, folder: Path, limits: Limits) -> int:
    size = count = 0
    for member in archive:
        packed.go_on()
        count += 1
        if count > limits.members:
            raise TooLarge(
                f"The build context has more than {limits.members} members.",
                remedy="leave out what the job does not need, by .gitignore.",
            )
        path = PurePosixPath(member.name)
        nameless = not path.parts and not member.isdir()  # the folder itself may be a member
        if path.is_absolute() or ".." in path.parts or "\0" in member.name or nameless:
            raise Invalid(f"The build context: {member.name!r} leads out of it.")
        place = folder.joinpath(*path.parts)
        if member.isdir():
            place.mkdir(parents=True, exist_ok=True)
            continue
        if not member.isreg():
            kind = "a link" if member.issym() or member.islnk() else "no plain file"
            raise Invalid(
                f"The build context: {member.name!r} is {kind}.",
                remedy="put the file itself there.",
            )
        place.parent.mkdir(parents=True, exist_ok=True)
        source = archive.extractfile(member)
        if source is None:
            raise Invalid(f"The build context: {member.name!r} cannot be read.")
        with source, place.open("xb") as file:
            while chunk := source.read(_CHUNK):
                size += len(chunk)
                if size > limits.context:
                    raise TooLarge(
                        f"The build context holds more than {limits.context / 1024**2:g} MiB.",
                        remedy="leave out what the job does not need, by .gitignore.",
                    )
                file.write(chunk)
                packed.go_on()
        place.chmod(0o755 if member.mode & 0o100 else 0o644)
    return count
