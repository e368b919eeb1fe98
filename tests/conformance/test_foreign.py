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
BELOW = (
    "fastapi==0.165.0",
    "starlette==1.10.0",
    "uvicorn==0.54.0",
    "pydantic==2.14.4",
    "prometheus-client==0.26.0",
)
"""What the runner leaves open, and what its answers are made by."""

FOLDER = ROOT / ".cache" / "-".join((RUNNER, *BELOW))

JOB = '''
class Job:
    def perform(self, numbers: list[float]) -> float:
        """Add up the numbers."""
        return sum(numbers)

    def docs_input_example(self) -> dict:
        return {"numbers": [40, 2]}
'''

# What docs/rules.md asks of such a function; it sleeps as long as the rules tell it to.
PROBE = """
import math
import os
import time


class Job:
    def __init__(self) -> None:
        time.sleep(float(os.environ.get("PROBE_INIT_SECONDS") or 0))  # as long as the rule says
        if problem := os.environ.get("PROBE_INIT_ERROR"):
            raise RuntimeError(problem)

    def perform(self, do: str, value: object = None) -> object:
        match do:
            case "echo":
                return value
            case "initialised":
                return 1
            case "fail":
                raise ValueError("told to fail")
            case "panic":
                return 1 / 0
            case "sleep":
                time.sleep(value)  # as long as the caller says
                return value
            case "infinity":
                return math.inf
            case "function":
                return lambda: None
"""

BROKEN = {
    "W04": "its routes have a wildcard where the name stands",
    "W07": "an unset name becomes an empty one, without a word in the log",
    "W14": "the timestamp is the variable's text",
    "W32": "infinity becomes null",
    "W40": "FastAPI tells errors of the body under `detail`",
    "W41": "FastAPI puts the example in place of a body that is not there, and calls the function",
    "W42": "under `detail`, as W40",
    "W43": "under `detail`, as W40",
    "W44": "under `detail`, as W40",
    "W46": "nothing limits the size of a body",
    "W51": "Starlette redirects a slash too many",
    "W52": "under `detail`, as W40",
}
NOT_JUDGED = {"W90": "not a wrapper in Go"}
NEED_PROBE = {"W18", "W19", "W32", "W33", "W34", "W61", "W62"}
NEED_CALLS = {"W31", "W82"}
"""What takes a call that fails as well; all others are judged by the document's own example."""


def runner() -> Path | None:
    """The runner's command, in an environment of its own; None where it cannot be fetched."""
    command = FOLDER / "bin" / "racetrack_job_wrapper"
    if not command.exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", FOLDER], check=True)
        installed = subprocess.run(
            [FOLDER / "bin" / "python", "-m", "pip", "install", "--quiet", RUNNER, *BELOW],
            check=False,
        )
        if installed.returncode != 0:
            return None
    return command


@pytest.fixture(scope="module")
def starts(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    command = runner()
    require(command, f"{RUNNER} could not be fetched (no network)")
    starts = []
    for text in (JOB, PROBE):
        job = tmp_path_factory.mktemp("job") / "job.py"
        job.write_text(text)
        starts.append(shlex.join([str(command), "run", str(job), "Job"]))
    return starts


@pytest.fixture(scope="module")
def report(starts: list[str]) -> Report:
    start, probe = starts
    return check(start=start, probe=probe)


@pytest.mark.parametrize("name", [rule.id for rule in RULES])
def test_each_verdict_is_what_the_runner_does(report: Report, name: str) -> None:
    wanted = Verdict.HELD
    if name in BROKEN:
        wanted = Verdict.BROKEN
    elif name in NOT_JUDGED:
        wanted = Verdict.NOT_JUDGED
    assert report[name].verdict is wanted, report[name].what


def test_without_a_probe_the_rest_is_judged_alike(report: Report, starts: list[str]) -> None:
    bare = check(start=starts[0])
    unknown = {one.rule.id for one in bare if one.verdict is Verdict.NOT_JUDGED}
    assert unknown == {*NOT_JUDGED, *NEED_PROBE, *NEED_CALLS}
    assert all(
        one.verdict is report[one.rule.id].verdict for one in bare if one.rule.id not in unknown
    )
    assert "--probe" in bare["W34"].what
    assert "--fault-input" in bare["W31"].what


def test_calls_that_are_given_are_made(starts: list[str]) -> None:
    told = check(
        start=starts[0], input={"numbers": [40, 2]}, expect=43, fault_input={"numbers": ["forty"]}
    )
    assert told["W30"].what == "it answers 42, not 43"
    assert told["W31"].verdict is told["W82"].verdict is Verdict.HELD


def test_what_is_said_of_it_is_true(report: Report) -> None:
    assert report["W32"].what == "a call that returns infinity gets 200 application/json null"
    assert report["W41"].what.startswith("no body gets no error 4xx: 200 application/json")
    assert "passes it on" in report["W15"].what
    assert '"told to fail"' in report["W31"].what
    assert "/docs" in "".join(piece.title for piece in report["W70"].evidence)
    assert "without the internet it is blank" in report["W70"].what
    assert report["W72"].what.startswith("{")
