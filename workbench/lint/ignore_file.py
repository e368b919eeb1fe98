"""Checks of `.racetrackignore`, whose patterns look like git's and are not."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import PurePosixPath

from workbench.bundle.ignore import IGNORE_FILENAME, IgnoreRule
from workbench.lint.subject import Flaw, Subject

_GLOB = frozenset("*?[")


def patterns_that_cannot_match(subject: Subject) -> Iterator[Flaw]:
    """Lines that Racetrack's matcher can never find anything for."""
    for rule in _written(subject):
        flaw = _never(rule.pattern)
        if flaw is not None:
            yield Flaw(_where(rule), f"{rule.pattern!r} {flaw[0]}", flaw[1])


def patterns_that_match_nothing(subject: Subject) -> Iterator[Flaw]:
    """Plain names and paths that leave nothing out though something of that name is there."""
    for rule in _written(subject):
        pattern = _bare(rule.pattern)
        if rule.includes or _never(rule.pattern) or _GLOB & set(pattern):
            continue
        if any(rule.excludes(path) for path in subject.all_files):
            continue
        path = PurePosixPath(pattern.lstrip("/"))
        if not pattern.startswith("/") and (subject.folder / path).is_dir():
            yield Flaw(
                _where(rule),
                f"{pattern!r} is a folder, and this pattern leaves out none of the files below it",
                f"write /{path}",
            )
            continue
        names = {file.name for file in subject.all_files}
        close = get_close_matches(path.name, sorted(names), n=1, cutoff=0.85)
        if close and close[0] != path.name:
            yield Flaw(
                _where(rule), f"{pattern!r} matches no file here", f"did you mean {close[0]}?"
            )
        elif path.name in names:
            found = next(str(file) for file in subject.all_files if file.name == path.name)
            yield Flaw(_where(rule), f"{pattern!r} matches no file here", f"the file is {found}")


def needed_files_left_out(subject: Subject) -> Iterator[Flaw]:
    """Files without which the plugin does not load or its images do not build."""
    needed = {"plugin.py": "no plugin loads without it"}
    for recipe in subject.recipes:
        definition = recipe.definition
        for dockerfile in (definition.base_dockerfile, definition.dockerfile_path):
            if dockerfile is not None and definition.source == "jobtype":
                needed[subject.name(dockerfile)] = "a job type names it"
    for path in subject.all_files:
        if path.name == "go.mod":
            needed[str(path)] = "without it the folder is no Go module"
    yield from _left_out(subject, needed)


def go_sum_left_out(subject: Subject) -> Iterator[Flaw]:
    """Checksums of Go modules."""
    sums = [str(path) for path in subject.all_files if path.name == "go.sum"]
    yield from _left_out(subject, dict.fromkeys(sums, "nothing else pins what a build downloads"))


def _left_out(subject: Subject, needed: dict[str, str]) -> Iterator[Flaw]:
    by_rule: dict[IgnoreRule, list[str]] = {}
    for name in needed:
        path = PurePosixPath(name)
        if path in subject.all_files and not subject.rules.keeps(path):
            by_rule.setdefault(subject.rules.deciding(path), []).append(name)
    for rule, names in by_rule.items():
        where = _where(rule) if rule.line else names[0]
        what = f"{rule.pattern!r} keeps {', '.join(names)} out of the bundle: {needed[names[0]]}"
        yield Flaw(where, what, "remove the line, or narrow the pattern")


def _written(subject: Subject) -> list[IgnoreRule]:
    return [rule for rule in subject.rules.rules if rule.line]


def _where(rule: IgnoreRule) -> str:
    return f"{IGNORE_FILENAME}:{rule.line}"


def _bare(pattern: str) -> str:
    return pattern[1:] if pattern[:1] in ("-", "+", "!") else pattern


def _never(written: str) -> tuple[str, str] | None:
    """What is wrong with a pattern that matches nothing whatever the files are, and the remedy."""
    pattern = _bare(written)
    parts = PurePosixPath(pattern).parts
    if written.startswith("#"):
        return "is meant as a comment, and Racetrack takes it for a pattern", "remove the line"
    if written != written.strip():
        return "has blanks at an end, which belong to the pattern", "remove the blanks"
    if written.startswith("\ufeff"):
        return "begins with a byte order mark", "save the file as UTF-8 without one"
    if not parts:
        return "is a sign without a pattern", "remove the line"
    if ".." in parts:
        return "leads out of the plugin, where nothing is bundled", "remove the line"
    if len(parts) == 1 and not pattern.startswith("/"):
        # One name is compared with single names of a path, exactly as it is written.
        if pattern.endswith("/"):
            return "ends with a slash, and so matches nothing", f"write {parts[0]}"
        if pattern.startswith("./"):
            return "begins with ./, and so matches nothing", f"write /{parts[0]}"
    return None
