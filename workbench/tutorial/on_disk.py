"""The playground's files as they are on disk: finding all of them, and putting others in place."""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from workbench._finished import PLUGIN
from workbench.assets import ASSETS_DIR, SUMS_FILE
from workbench.errors import StepFailed
from workbench.settings import shipped
from workbench.tutorial.playground import IGNORED, Playground
from workbench.tutorial.work import bundles_dir


@dataclass(frozen=True)
class OnDisk:
    """A file of the playground as it was found.

    Attributes:
        mode: Git's word for what it is: a file, a program or a link.
        content: Its bytes; for a link, where it leads.
        stamp: Its time of change, size and place on the disk.
        derived: Whether the workbench can make it again, byte for byte.
    """

    mode: str
    content: bytes = field(repr=False)
    stamp: tuple[int, int, int]
    derived: bool = False


def files_of(playground: Playground) -> dict[str, OnDisk]:
    """Every file and link in the playground, by its path with slashes.

    Git's own folders and the workbench's notes are not among them, nor what is neither a file nor a
    link. Repositories below the playground count like any folder, their `.git` apart.

    Raises:
        StepFailed: A file cannot be read.
    """
    known = _derived_digests()
    found = {}
    try:
        for path in _walk(playground.path, playground.state_dir):
            name = path.relative_to(playground.path).as_posix()
            status = path.lstat()
            if stat.S_ISLNK(status.st_mode):
                mode, content = "120000", os.fsencode(path.readlink())
            else:
                mode = "100755" if status.st_mode & stat.S_IXUSR else "100644"
                content = path.read_bytes()
            digest = hashlib.sha256(content).hexdigest()
            derived = digest in known.get(name, ()) or path.suffix == ".pyc"
            found[name] = OnDisk(mode, content, stamp_of(status), derived)
    except OSError as error:
        raise StepFailed(
            f"{error.filename} cannot be read, so it cannot be kept: {error.strerror or error}. "
            "Nothing was changed.",
            remedy="make it readable, or move it out of the playground.",
        ) from None
    return found


def stamp_of(status: os.stat_result) -> tuple[int, int, int]:
    """What changes when a file does."""
    return status.st_mtime_ns, status.st_size, status.st_ino


def holds(found: OnDisk | None, content: bytes) -> bool:
    """Whether a file was found, and with this content."""
    return found is not None and found.mode != "120000" and found.content == content


def put_files(
    playground: Playground,
    files: Mapping[str, OnDisk],
    target: Mapping[str, bytes],
    *,
    remove: bool = False,
) -> list[str]:
    """Write the target's files, and remove all others where that is asked for.

    Only what is still as it was found is overwritten or removed: the rest would be lost.
    """
    changed = [name for name, one in target.items() if not holds(files.get(name), one)]
    try:
        for name in [name for name in files if name not in target] if remove else ():
            _check_unchanged(playground.path, name, files[name])
            _remove(playground.path, name)
            changed += [] if files[name].derived else [name]
        for name, content in target.items():
            if not holds(files.get(name), content):
                _check_unchanged(playground.path, name, files.get(name))
                _write(playground.path, name, content)
    except OSError as error:
        raise StepFailed(
            f"{error.filename or 'A file'} could not be written: {error.strerror or error}.",
            remedy="make the playground writable, with room on its disk, and try again.",
        ) from None
    return changed


def _check_unchanged(root: Path, name: str, found: OnDisk | None) -> None:
    """Refuse what was not found like this, or cannot have been: it is behind a link."""
    path = root / name
    if not path.parent.resolve().is_relative_to(root.resolve()):
        raise StepFailed(
            f"{name} is behind a link that leads out of the playground. It stays as it is.",
            remedy="remove the link, or use `goto`, which puts a folder in its place.",
        )
    now = stamp_of(path.lstat()) if os.path.lexists(path) and not _is_folder(path) else None
    if now != (found.stamp if found else None):
        raise StepFailed(
            f"{name} was changed by somebody else at this very moment, and stays as it is.",
            remedy="try it again.",
        )


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _remove(root: Path, name: str) -> None:
    path = root / name
    path.unlink()
    with suppress(OSError):  # a folder that is not empty stays
        for folder in path.parents:
            if folder == root:
                break
            folder.rmdir()


def _write(root: Path, name: str, content: bytes) -> None:
    """Put a file in place in one move."""
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if _is_folder(path):
        path.rmdir()
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=".draft-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(draft).chmod(0o644)
        Path(draft).replace(path)
    finally:
        Path(draft).unlink(missing_ok=True)


def _walk(top: Path, left_out: Path) -> Iterator[Path]:
    def refuse(error: OSError) -> None:
        raise error

    for name, folders, files in os.walk(top, onerror=refuse):
        folder = Path(name)
        links = [one for one in folders if (folder / one).is_symlink()]
        folders[:] = [
            one
            for one in folders
            if one not in links and one.lower() != ".git" and folder / one != left_out
        ]
        for one in (*links, *files):
            path = folder / one
            mode = path.lstat().st_mode
            if one.lower() != ".git" and (stat.S_ISREG(mode) or stat.S_ISLNK(mode)):
                yield path


def third_party_files() -> dict[str, set[str]]:
    """The Swagger page's files that git ignores: their digests, by paths in a playground."""
    sums = shipped(PLUGIN) / ASSETS_DIR / SUMS_FILE
    pairs = (line.split(maxsplit=1) for line in sums.read_text().splitlines())
    return {f"{PLUGIN}/{ASSETS_DIR.as_posix()}/{name}": {digest} for digest, name in pairs}


def _derived_digests() -> dict[str, set[str]]:
    """By a file's path in the playground: the digests with which the workbench makes it."""
    found = third_party_files()
    found[".gitignore"] = {hashlib.sha256(IGNORED.encode()).hexdigest()}
    for path in bundles_dir().glob("*/*.zip"):
        digests = found.setdefault(f"{PLUGIN}/{path.name}", set())
        digests.add(hashlib.sha256(path.read_bytes()).hexdigest())
    return found
