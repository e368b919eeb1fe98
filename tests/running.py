"""Commands that a stage runs, and how a stage says that it did not hold."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.support import ROOT


class Failed(Exception):
    """The stage did not hold; the message says how, in a few words."""


class Skipped(Exception):
    """The stage cannot run on this machine; the message says why."""


def run(
    *words: str | Path, cwd: Path = ROOT, env: Mapping[str, str] | None = None, keep: bool = False
) -> str:
    """Run a command; its output is passed on, or given back where `keep` is true.

    Raises:
        Failed: It ended with another exit code than 0.
    """
    line = [str(word) for word in words]
    where = "" if cwd == ROOT else f"{cwd.relative_to(ROOT)}: "
    print(f"$ {where}{shlex.join(line).replace(f'{ROOT}/', '')}", flush=True)
    child = subprocess.Popen(
        line,
        cwd=cwd,
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE if keep else None,
        stderr=subprocess.STDOUT if keep else None,
        text=True,
    )
    try:
        output = child.communicate()[0] or ""
    except KeyboardInterrupt:
        child.wait()  # it was interrupted as well, and cleans up after itself
        raise
    if child.returncode != 0:
        print(output, end="")
        raise Failed(output.strip() or f"exit code {child.returncode}")
    return output
