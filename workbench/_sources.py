"""What a job was built from: telling whether the files on disk are still those."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from workbench import _html
from workbench._finished import is_litter

MOST_DIGESTED = 4 * 1024**2
"""Bytes up to which a file's content is compared; of larger ones only time and size."""

# A file that appears later makes a job outdated only where every build would read it.
_READ_BY_BUILDS = (".go", ".mod", ".sum", ".work")


@dataclass
class _Seen:
    """A file as it was; `stamp` is None for one that was borrowed from elsewhere."""

    path: Path
    stamp: tuple[int, int] | None
    digest: str | None


class Sources:
    """The files of a job and of its plugin, as they were when this was made.

    Looking again costs a `stat` for each file; contents are read only where time or size differ, so
    a file that was changed and put back counts as unchanged.

    Args:
        job_dir: The job's folder.
        plugin: The plugin's folder or ZIP.
        borrowed: Files that were taken from elsewhere since they were not there, by names that
            begin with the folder's own. They count as changed once they are there and differ.
    """

    def __init__(
        self, job_dir: Path, plugin: Path, borrowed: Mapping[str, Path] | None = None
    ) -> None:
        self._plugin = plugin
        self._folders = ((job_dir, _of_job), (plugin, _of_plugin))
        self._files = {name: _seen(path) for name, path in self._found()}
        for name, source in (borrowed or {}).items():
            top, *parts = name.split("/")
            for folder, counts in self._folders:
                if folder.name == top and counts(tuple(parts)):
                    self._files[name] = _Seen(folder.parent / name, None, _digest(source))

    def changed(self) -> tuple[str, ...]:
        """The files that differ from what they were, are gone or were added.

        Each is named from the folder above the job's or the plugin's own, with slashes.
        """
        added = (
            name
            for name, path in self._found()
            if name not in self._files and path.suffix in _READ_BY_BUILDS
        )
        differ = (name for name, seen in self._files.items() if _differs(seen))
        return tuple(sorted({*added, *differ}))

    def _found(self) -> Iterator[tuple[str, Path]]:
        if self._plugin.is_file():
            yield self._plugin.name, self._plugin
        for folder, counts in self._folders:
            for path in _walk(folder):
                parts = path.relative_to(folder).parts
                if counts(parts):
                    yield "/".join((folder.name, *parts)), path


def outdated_note(names: Iterable[str]) -> Markup:
    """The same as a line, and what to do; empty where nothing changed."""
    words = outdated_words(names)
    if not words:
        return Markup("")
    note = Markup("{}, {}; run it again to call the new version.")
    return note.format(_html.badge("outdated", _html.WARN), words)


def outdated_words(names: Iterable[str], most: int = 3) -> str:
    """What is said of a job whose files changed; empty where none did."""
    listed = list(names)
    if not listed:
        return ""
    shown = ", ".join(listed[:most])
    more = f" and {len(listed) - most} more" if len(listed) > most else ""
    return f"changed since this job was built: {shown}{more}"


def _of_job(parts: tuple[str, ...]) -> bool:
    return not any(part.startswith(".") for part in parts)


def _of_plugin(parts: tuple[str, ...]) -> bool:
    """Whether a job is made with this file of a plugin: not its tests, nor what stands for jobs."""
    if len(parts) == 1:
        return parts[0].endswith((".py", "Dockerfile")) or parts[0] == "plugin-manifest.yaml"
    wrapper, first = parts[:2]
    return (
        wrapper == "go_wrapper"
        and first not in ("handler", "typical", "Makefile")
        and "testdata" not in parts
        and not parts[-1].endswith("_test.go")
        and not parts[-1].startswith(".")
    )


def _walk(folder: Path) -> Iterator[Path]:
    for top, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not is_litter(name) and name != ".git")
        for name in sorted(files):
            path = Path(top, name)
            if not is_litter(name) and path.is_file():
                yield path


def _seen(path: Path) -> _Seen:
    return _Seen(path, _stamp(path), _digest(path))


def _differs(seen: _Seen) -> bool:
    stamp = _stamp(seen.path)
    if stamp is None:
        return seen.stamp is not None
    if stamp == seen.stamp:
        return False
    if seen.digest is None or _digest(seen.path) != seen.digest:
        return True
    seen.stamp = stamp
    return False


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


def _digest(path: Path) -> str | None:
    try:
        if path.stat().st_size > MOST_DIGESTED:
            return None
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return None
