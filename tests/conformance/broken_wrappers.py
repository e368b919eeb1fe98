"""Our wrapper, broken on purpose: each case is a diff, with what it is about above it."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.support import ROOT
from workbench.conformance.check import check
from workbench.conformance.report import Report
from workbench.conformance.targets import PROBE_JOB
from workbench.settings import shipped

CASES = ROOT / "tests" / "cases" / "wrappers"


@dataclass(frozen=True)
class Case:
    """A way to break the wrapper.

    Attributes:
        name: The file's, without its suffix.
        about: What is wrong.
        breaks: The ids of the rules that have to be broken, and of no others.
        because: Why it is more than one; empty for one.
        path: The file.
    """

    name: str
    about: str
    breaks: tuple[str, ...]
    because: str
    path: Path


def read_case(path: Path) -> Case:
    """The case in a file: lines `Name: value`, an empty one, and a diff of go_wrapper."""
    head = path.read_text().partition("\n\n")[0]
    given = dict(line.split(": ", 1) for line in head.splitlines())
    breaks = tuple(given.pop("Breaks").split())
    case = Case(path.stem, given.pop("About"), breaks, given.pop("Because", ""), path)
    assert not given, f"{path.name} has an unknown {', '.join(given)}"
    return case


def cases() -> list[Case]:
    """All of them, by name."""
    return [read_case(path) for path in sorted(CASES.glob("*.diff"))]


def judged(case: Case, folder: Path) -> Report:
    """Break a copy of the plugin in `folder`, and judge it around the probe job."""
    plugin = folder / "plugin"
    shutil.copytree(shipped("golang-job-type"), plugin, ignore=shutil.ignore_patterns("*.map"))
    subprocess.run(
        ["git", "apply", "--directory", "go_wrapper", case.path],
        cwd=plugin,
        env={"GIT_CEILING_DIRECTORIES": str(folder), "PATH": "/usr/bin:/bin:/usr/local/bin"},
        check=True,
    )
    return check(PROBE_JOB, plugin=plugin)
