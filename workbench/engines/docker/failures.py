"""Why a build failed, told at the user's own file where the builder's output names one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from workbench.dockerfile import env_pairs, parse_dockerfile
from workbench.engines.build_step import BuildStep
from workbench.engines.docker.progress import Progress
from workbench.errors import (
    BuildError,
    EngineUnavailable,
    Location,
    TemplateError,
    WorkbenchError,
)

_PLACE = re.compile(
    r"(?P<file>[^\s:]+\.(?:go|mod|sum|work|ya?ml)):(?P<line>\d+)(?::(?P<column>\d+))?: (?P<what>.+)"
)
_DAEMON_GONE = (
    "cannot connect to the docker daemon", "error during connect", "transport is closing",
    "error reading from server", "connection reset by peer", "unexpected eof", "connection refused",
    "graceful_stop", "rpc error: code = unavailable", "context canceled", "code = canceled",
)  # fmt: skip
_NO_ROOM = ("no space left on device", "disk quota exceeded")
_NO_IMAGE = (
    "pull access denied", "failed to do request", "failed to resolve", "failed to authorize",
    "not found: not found",
)  # fmt: skip


def build_failure(
    name: str,
    progress: Progress,
    *,
    command: Sequence[str],
    exit_code: int,
    stderr: str,
    seconds: float,
    folder: Path,
    dockerfile: str = "",
) -> WorkbenchError:
    """The error to raise for a build that failed.

    Args:
        name: What was built, in words.
        progress: What was read of its output.
        command: The command that ended.
        exit_code: How it ended.
        stderr: All that it wrote.
        seconds: After how long.
        folder: The folder that the build copied from; its files are named as they are there.
        dockerfile: What was built, to name the line that the builder refused before any step.
    """
    step = progress.failed
    log = (step.output if step else []) or progress.other or stderr.splitlines()
    said = "\n".join([*progress.other, step.error if step else "", *log[-40:]]).lower()
    where = _where(step or progress.running) or _refused(dockerfile)
    if any(words in said for words in _NO_ROOM):
        return BuildError(
            f"{name} was not built: Docker's disk is full, after {seconds:.1f} s{where}.",
            command=command, exit_code=exit_code, log=log,
            remedy="`workbench clean --images` removes ours, `docker system prune` what is unused.",
        )  # fmt: skip
    if any(words in said for words in _DAEMON_GONE) and not (step and step.output):
        return EngineUnavailable(
            f"The Docker daemon went away while {name} was built, after {seconds:.1f} s{where}.",
            remedy="start Docker, and run it again: what was built so far is cached.",
            log=progress.other[-5:],
        )
    if any(words in said for words in _NO_IMAGE) and (step is None or step.keyword == "FROM"):
        return EngineUnavailable(
            f"{name} was not built, after {seconds:.1f} s: an image that its Dockerfile names is "
            "neither here nor to be had.",
            remedy="`workbench prefetch` brings the toolchain image, or makes a stand-in.",
            log=progress.other[-5:],
        )
    locations = list(_locations(log, folder))
    if locations:
        listed = "\n".join(f"  {_short(one, folder)}" for one in locations)
        return BuildError(
            f"{name} was not built, after {seconds:.1f} s:\n{listed}",
            command=command, exit_code=exit_code, locations=locations, remedy=_remedy(log),
        )  # fmt: skip
    return BuildError(
        f"{name} was not built, after {seconds:.1f} s{where}.",
        command=command, exit_code=exit_code, log=log, remedy=_remedy(log),
    )  # fmt: skip


def _where(step: BuildStep | None) -> str:
    if step is None:
        return ""
    line = f"line {step.line} of the Dockerfile, " if step.line else ""
    return f", at {line}{step.keyword}"


def _refused(dockerfile: str) -> str:
    """The line of a Dockerfile whose ENV cannot be read; empty where there is none."""
    try:
        for one in parse_dockerfile(dockerfile):
            if one.keyword == "ENV":
                env_pairs(one)
    except TemplateError as error:
        return f", at {error.message.rstrip('.')}"
    return ""


def _locations(log: Sequence[str], folder: Path) -> Iterator[Location]:
    seen = set()
    for line in log:
        match = _PLACE.search(line)
        file = _in_folder(match["file"], folder) if match else None
        if match and file is not None and match[0] not in seen:
            seen.add(match[0])
            column = int(match["column"] or 0)
            yield Location(file, int(match["line"]), column, match["what"].strip())


def _in_folder(told: str, folder: Path) -> Path | None:
    """The file of the folder that a path in the image is: the longest end that is there."""
    parts = PurePosixPath(told).parts
    for at in range(len(parts)):
        file = folder.joinpath(*(part for part in parts[at:] if part not in ("/", "..", ".")))
        if file.is_file():
            return file
    return None


def _short(where: Location, folder: Path) -> str:
    file = where.file.relative_to(folder.parent)
    return str(Location(file, where.line, where.column, where.message))


def _remedy(log: Sequence[str]) -> str | None:
    """The remedy that `jobbuild` wrote; None where there is none."""
    said = (line.partition("remedy: ")[2] for line in log if line.startswith("remedy: "))
    return next(said, None)
