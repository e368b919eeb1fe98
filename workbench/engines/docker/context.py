"""What is sent to the builder from a folder, and what is not.

Nothing is written into the folder: the Dockerfile lies elsewhere, and beside it a file that lists
what stays out, which BuildKit takes instead of the folder's own `.dockerignore`.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from workbench.bundle.ignore import IgnoreRules, read_ignore_rules
from workbench.errors import BuildError
from workbench.manifest import JobManifest

MOST_DIGESTED = 16 * 1024**2
"""Bytes up to which a file's content is looked at; of larger ones size and time."""

_SECRET_KEYS = ("secret_build_env_file", "secret_runtime_env_file")


@dataclass(frozen=True)
class Context:
    """A folder as a build sees it.

    Attributes:
        folder: The folder.
        files: What is sent, relative to it.
        ignore: Lines for the builder's list of what stays out.
    """

    folder: Path
    files: tuple[PurePosixPath, ...]
    ignore: tuple[str, ...]

    def digests(self, sources: Iterable[str] | None = None) -> dict[str, str]:
        """A digest of each file, by its path.

        Args:
            sources: What the Dockerfile copies, as it is written there; None for all files.
        """
        wanted = None if sources is None else tuple(sources)
        return {
            str(path): _digest(self.folder / path)
            for path in self.files
            if wanted is None or any(covers(source, path) for source in wanted)
        }


def job_context(manifest: JobManifest) -> Context:
    """A job's folder, as `racetrack deploy` would send it, and without its files with secrets."""
    folder = manifest.workspace
    own = _lines(folder / ".dockerignore")
    rules = IgnoreRules(_lines(folder / ".gitignore"))
    secret = {str(getattr(manifest, key)) for key in _SECRET_KEYS if getattr(manifest, key)}
    return _context(folder, rules, own, secret | {"build_secrets.env"})


def plugin_context(plugin_dir: Path) -> Context:
    """A plugin's folder, as it is in its bundle."""
    return _context(plugin_dir, read_ignore_rules(plugin_dir), [], set())


def _context(folder: Path, rules: IgnoreRules, own: list[str], secret: set[str]) -> Context:
    kept, left_out = [], []
    for path, is_folder in _walk(folder, PurePosixPath(), rules):
        if is_folder or not rules.keeps(path) or str(path) in secret:
            left_out.append(path)
        else:
            kept.append(path)
    ignore = (*own, *(_literally(path) for path in sorted(left_out)))
    return Context(folder, tuple(sorted(kept)), ignore)


def _walk(
    folder: Path, below: PurePosixPath, rules: IgnoreRules
) -> Iterator[tuple[PurePosixPath, bool]]:
    """Each file, and each folder that is left out as a whole."""
    try:
        with os.scandir(folder) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        raise BuildError(
            f"{folder} cannot be read: {error.strerror}.", remedy="make the folder readable."
        ) from None
    for entry in found:
        path = below / entry.name
        if not entry.is_dir(follow_symlinks=False):
            yield path, False
        elif rules.leave_out_all_below(path):
            yield path, True
        else:
            yield from _walk(Path(entry.path), path, rules)


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []


def _literally(path: PurePosixPath) -> str:
    """A line that stands for this path alone, whatever signs are in it."""
    escaped = "".join(f"\\{letter}" if letter in "*?[]\\" else letter for letter in str(path))
    # A path from the top; a line may not begin with the sign of a comment, or that brings back.
    return f"/{escaped}"


def covers(source: str, path: PurePosixPath | str) -> bool:
    """Whether a COPY of `source` takes the file at `path` of its context."""
    path = PurePosixPath(path)
    wanted = PurePosixPath(source.lstrip("/") or ".")
    parts = wanted.parts
    return all(
        PurePosixPath(have).match(want) for have, want in zip(path.parts, parts, strict=False)
    ) and len(path.parts) >= len(parts)


def _digest(path: Path) -> str:
    try:
        if path.is_symlink():
            return f"link to {path.readlink()}"
        status = path.stat()
        kind = "x" if status.st_mode & 0o100 else ""
        if status.st_size > MOST_DIGESTED:
            return f"{status.st_size} {status.st_mtime_ns} {kind}"
        return hashlib.sha256(path.read_bytes()).hexdigest()[:16] + kind
    except OSError as error:
        raise BuildError(
            f"{path} cannot be read: {error.strerror}.", remedy="make the file readable."
        ) from None
