"""A wrapper that others wrote, in another language: Racetrack's own runner of Python jobs.

Each verdict was held against the runner by hand: its answers by curl, its log, its source.
"""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import ROOT, require
from workbench.conformance.check import check
from workbench.conformance.report import Report
from workbench.conformance.rules import RULES
from workbench.conformance.vocabulary import Verdict

RUNNER = "racetrack-job-runner==1.18.0"
FOLDER = ROOT / ".cache" / RUNNER

JOB = '''
class Job:
    def perform(self, numbers: list[float]) -> float:
        """Add up the numbers."""
        return sum(numbers)

    def docs_input_example(self) -> dict:
        return {"numbers": [40, 2]}
'''

BROKEN = {
    "W04": "its routes have a wildcard where the name stands",
    "W07": "an unset name becomes an empty one, without a word in the log",
    "W14": "the timestamp is the variable's text",
    "W40": "FastAPI tells errors of the body under `detail`",
    "W41": "FastAPI puts the example in place of a body that is not there, and calls the function",
    "W42": "under `detail`, as W40",
    "W43": "under `detail`, as W40",
    "W44": "under `detail`, as W40",
    "W46": "nothing limits the size of a body",
    "W51": "Starlette redirects a slash too many",
    "W52": "under `detail`, as W40",
}
NOT_JUDGED = {
    "W18": "no probe job in Python",
    "W19": "no probe job in Python",
    "W32": "no probe job in Python",
    "W33": "no probe job in Python",
    "W34": "no probe job in Python",
    "W61": "no probe job in Python",
    "W62": "no probe job in Python",
    "W90": "not a wrapper in Go",
}


def runner() -> Path | None:
    """The runner's command, in an environment of its own; None where it cannot be fetched."""
    command = FOLDER / "bin" / "racetrack_job_wrapper"
    if not command.exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", FOLDER], check=True)
        installed = subprocess.run(
            [FOLDER / "bin" / "python", "-m", "pip", "install", "--quiet", RUNNER], check=False
        )
        if installed.returncode != 0:
            return None
    return command


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    command = runner()
    require(command, f"{RUNNER} could not be fetched (no network)")
    job = tmp_path_factory.mktemp("job") / "job.py"
    job.write_text(JOB)
    start = shlex.join([str(command), "run", str(job), "Job"])
    return check(start=start, expect=42, fault_input={"numbers": ["forty"]})


@pytest.mark.parametrize("name", [rule.id for rule in RULES])
def test_each_verdict_is_what_the_runner_does(report: Report, name: str) -> None:
    wanted = Verdict.HELD
    if name in BROKEN:
        wanted = Verdict.BROKEN
    elif name in NOT_JUDGED:
        wanted = Verdict.NOT_JUDGED
    assert report[name].verdict is wanted, report[name].what


def test_what_is_said_of_it_is_true(report: Report) -> None:
    assert report["W41"].what.startswith("'' gets 200 application/json 42")
    assert "passes it on" in report["W15"].what
    assert "without the internet it is blank" in report["W70"].what
    assert report["W30"].what == "200 application/json 42"
