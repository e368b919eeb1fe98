"""The sources of a job, as `racetrack deploy` sends them: a tar, unpacked without harm."""

from __future__ import annotations

import base64
import binascii
import io
import tarfile
import zlib
from pathlib import Path, PurePosixPath

from workbench.racetrack.config import Limits
from workbench.racetrack.problems import Invalid, NoRoom, TooLarge

_CHUNK = 64 * 1024


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
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as archive:
            return _unpack(archive, folder, limits)
    except (tarfile.TarError, EOFError, zlib.error, UnicodeError) as error:
        raise Invalid(f"The build context is not a tar packed with gzip: {error}.") from None
    except OSError as error:
        if isinstance(error, FileExistsError | NotADirectoryError | IsADirectoryError):
            raise Invalid("The build context has one name twice, as a file and else.") from None
        if "gzip" in str(error).lower() or "CRC" in str(error):
            raise Invalid(f"The build context is not a tar packed with gzip: {error}.") from None
        raise NoRoom(
            f"The build context could not be unpacked: {error.strerror or error}.",
            remedy="make room on the disk of the state folder.",
        ) from None


def _unpack(archive: tarfile.TarFile, folder: Path, limits: Limits) -> int:
    size = count = 0
    for member in archive:
        count += 1
        if count > limits.members:
            raise TooLarge(
                f"The build context has more than {limits.members} members.",
                remedy="leave out what the job does not need, by .gitignore.",
            )
        path = PurePosixPath(member.name)
        if path.is_absolute() or ".." in path.parts or "\0" in member.name or not path.parts:
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
        place.chmod(0o755 if member.mode & 0o100 else 0o644)
    return count
