"""Which files of a plugin go into its bundle, and which line of `.racetrackignore` says otherwise.

The verdict is racetrack-client's own matcher's; here it is only asked once more, pattern by
pattern, to find the one that decided.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from racetrack_client.plugin.bundler.filename_matcher import (
    DEFAULT_IGNORE_PATTERNS,
    FilenameMatcher,
)

from workbench.errors import BundleError

IGNORE_FILENAME = ".racetrackignore"
BUILT_IN = "built in"
LINKED_FOLDER = "a link to a folder"


@dataclass(frozen=True)
class IgnoreRule:
    """One pattern.

    Attributes:
        pattern: As written, with its sign.
        line: Its line in `.racetrackignore`, from 1; 0 for one that every bundler applies.
    """

    pattern: str
    line: int

    @property
    def where(self) -> str:
        """Where it is written."""
        return f"{IGNORE_FILENAME}:{self.line}" if self.line else BUILT_IN

    def excludes(self, path: PurePosixPath) -> bool:
        """Whether this pattern alone would leave `path` out."""
        return not FilenameMatcher([self.pattern], apply_defaults=False).match_path(Path(path))

    @property
    def includes(self) -> bool:
        """Whether it brings back what it matches."""
        return self.pattern.startswith(("+", "!"))


@dataclass(frozen=True)
class LeftOut:
    """What did not go into a bundle, and why.

    Attributes:
        path: Relative to the plugin's folder; a whole folder ends with a slash.
        pattern: The pattern that decided; empty where none did.
        where: Its place, `.racetrackignore:LINE` or `built in`, or another reason in words.
    """

    path: str
    pattern: str
    where: str

    def __str__(self) -> str:
        pattern = f"{self.pattern}, " if self.pattern else ""
        return f"{self.path} ({pattern}{self.where})"


class IgnoreRules:
    """The rules of one plugin: the lines of its `.racetrackignore`, then the built-in ones."""

    def __init__(self, lines: list[str]) -> None:
        written = [IgnoreRule(line, number) for number, line in enumerate(lines, 1) if line]
        built_in = [IgnoreRule(pattern, 0) for pattern in DEFAULT_IGNORE_PATTERNS]
        self.rules = (*written, *built_in)
        self._matcher = FilenameMatcher(lines)

    def keeps(self, path: PurePosixPath) -> bool:
        """Whether the file at `path` goes into the bundle."""
        return bool(self._matcher.match_path(Path(path)))

    def deciding(self, path: PurePosixPath) -> IgnoreRule:
        """The rule that leaves `path` out: the last one that matches it."""
        return next(rule for rule in reversed(self.rules) if rule.excludes(path))

    def leave_out_all_below(self, folder: PurePosixPath) -> bool:
        """Whether nothing in `folder` can go in, so that nobody need look."""
        if self.keeps(folder):
            return False
        rule = self.deciding(folder)
        # `a/b` matches the end of a path, and so not what is below that folder; no file has a NUL
        # in its name. Nothing brings back what a built-in rule, the last of all, leaves out.
        certain = not rule.line or not any(one.includes for one in self.rules)
        return certain and rule.excludes(folder / "\0")


@dataclass(frozen=True)
class Selection:
    """What goes into a bundle and what does not, both sorted by path."""

    files: tuple[PurePosixPath, ...]
    left_out: tuple[LeftOut, ...]


def read_ignore_rules(plugin_dir: Path) -> IgnoreRules:
    """The rules of the plugin in `plugin_dir`.

    Raises:
        BundleError: Its `.racetrackignore` cannot be read.
    """
    path = plugin_dir / IGNORE_FILENAME
    try:
        return IgnoreRules(path.read_text(encoding="utf-8").splitlines())
    except FileNotFoundError:
        return IgnoreRules([])
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise BundleError(
            f"{path}:{line}: is not UTF-8 text.", path=path, remedy="save the file as UTF-8."
        ) from None
    except OSError as error:
        raise BundleError(
            f"{path}: cannot be read: {error.strerror or error}.",
            path=path,
            remedy="make it a readable file, or remove it.",
        ) from None


def select_files(plugin_dir: Path, rules: IgnoreRules) -> Selection:
    """Decide for every file of a plugin.

    The manifest is in neither list: the bundler writes it anew.

    Args:
        plugin_dir: The plugin's folder.
        rules: Its rules.

    Raises:
        BundleError: Something that is to go in cannot: a link that leads out of the folder or
            nowhere, or what is no file at all.
    """
    files: list[PurePosixPath] = []
    left_out: list[LeftOut] = []
    root = plugin_dir.resolve()
    for path, entry in _walk(plugin_dir, PurePosixPath(), rules):
        if path == PurePosixPath("plugin-manifest.yaml"):
            continue
        if not rules.keeps(path):
            rule = rules.deciding(path)
            slash = "/" if entry.is_dir(follow_symlinks=False) else ""
            left_out.append(LeftOut(f"{path}{slash}", rule.pattern, rule.where))
        elif entry.is_dir():
            left_out.append(LeftOut(f"{path}/", "", LINKED_FOLDER))
        else:
            _refuse_odd(Path(entry.path), root)
            files.append(path)
    return Selection(tuple(sorted(files)), tuple(sorted(left_out, key=lambda out: out.path)))


def _walk(
    folder: Path, below: PurePosixPath, rules: IgnoreRules
) -> Iterator[tuple[PurePosixPath, os.DirEntry[str]]]:
    try:
        with os.scandir(folder) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        raise BundleError(
            f"{folder}: cannot be read: {error.strerror or error}.",
            path=folder,
            remedy=f"make the folder readable, or remove it from {folder.parent}.",
        ) from None
    for entry in found:
        path = below / entry.name
        if entry.is_dir(follow_symlinks=False) and not rules.leave_out_all_below(path):
            yield from _walk(Path(entry.path), path, rules)
        else:
            yield path, entry


def _refuse_odd(path: Path, root: Path) -> None:
    if path.is_symlink() and not path.exists():
        what, remedy = "is a link that leads nowhere", "remove it"
    elif not path.is_file():
        what, remedy = "is neither a file nor a folder", "remove it"
    elif not path.resolve().is_relative_to(root):
        what = f"is a link that leads out of the plugin, to {path.resolve()}"
        remedy = "put a copy of the file in its place"
    else:
        return
    raise BundleError(
        f"{path}: {what}.", path=path, remedy=f"{remedy}, or list it in {IGNORE_FILENAME}."
    )
