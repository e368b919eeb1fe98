"""Running the real `workbench` command in a child, and a Go for it that builds as a test wants."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from tests.support import ROOT
from workbench._go import find_go

WORKBENCH = Path(sys.executable).with_name("workbench")


def workbench(
    *words: str | Path, cwd: Path = ROOT, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the command to its end; `env` is added to the environment."""
    return subprocess.run(
        [WORKBENCH, *words],
        cwd=cwd,
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@contextmanager
def running(*words: str | Path, log: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start the command; gives it and the first line that it prints. Its stderr goes to `log`."""
    with log.open("w") as stderr:
        child = subprocess.Popen(
            [WORKBENCH, *words],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
        )
    try:
        yield child, _first_line(child.stdout, log)
    finally:
        if child.poll() is None:
            child.terminate()
        child.wait(30)
        if child.stdout is not None:
            child.stdout.close()


def _first_line(stdout: IO[str] | None, log: Path) -> str:
    assert stdout is not None
    line = stdout.readline()
    assert line, log.read_text()
    return line.rstrip("\n")


def go_that_builds_by(folder: Path, line: str) -> Path:
    """A `go` in `folder` that is the real one, but for `go build`, which is a line of shell."""
    compiler = folder / "go"
    real = f'exec {find_go().path} "$@"'
    compiler.write_text(f'#!/bin/sh\n[ "$1" != build ] || {{ {line}; }}\n{real}\n')
    compiler.chmod(0o755)
    return compiler
