from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from tests.command_line import WORKBENCH, workbench
from tests.support import awaited, require
from tests.tutorial.places import CHAPTERS
from workbench._children import records
from workbench._wait import wait_until
from workbench.engines import docker_is_here
from workbench.errors import StepFailed
from workbench.events import Event
from workbench.tutorial import (
    STEPS,
    run_demo,
)
from workbench.tutorial.runner import check_name


def test_the_demo_goes_through_every_step_and_leaves_nothing() -> None:
    before = set(Path(tempfile.gettempdir()).glob("workbench-demo-*"))
    running = {record.pid for record in records()}
    answer = workbench("demo")
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout == "42\n"
    assert "\x1b" not in answer.stderr
    lines = answer.stderr.splitlines()
    for step in STEPS:
        (line,) = [line for line in lines if line.startswith(f"ok  tutorial step: {step}")]
        assert line.endswith(" s)")
        checks: list[Callable[..., str]] = [*step.checks, *step.job_checks, *step.server_checks]
        for check in checks:
            assert f"      holds    {check_name(check)}: " in answer.stderr
    assert ("Docker is here, too: " in answer.stderr) is docker_is_here()
    assert "the real `racetrack plugin bundle`" in answer.stderr
    assert "nothing is left running: it ended with exit code 0" in answer.stderr
    assert re.search(
        r"the racetrack command deploys the job: 42 at http://127\.0\.0\.1:\d+/pub/job/"
        r"golang-function/latest/api/v1/perform\n",
        answer.stderr,
    )
    assert set(Path(tempfile.gettempdir()).glob("workbench-demo-*")) == before
    assert {record.pid for record in records()} == running


def test_the_demo_tells_its_engine_and_gives_json() -> None:
    answer = workbench("demo", "--engine", "auto", "--json")
    data = json.loads(answer.stdout)
    assert (answer.returncode, data["ok"], data["answer"]) == (0, True, "42")
    assert [step["step"] for step in data["steps"]] == CHAPTERS
    assert all(step["seconds"] > 0 and step["ok"] for step in data["steps"])
    assert data["engine"] == ("docker" if docker_is_here() else "process")
    assert f"engine {data['engine']}: " in answer.stderr


def test_the_demo_on_docker_ends_with_42_as_well() -> None:
    require(docker_is_here(), "no Docker engine")
    answer = workbench("demo", "--engine", "docker")
    assert (answer.returncode, answer.stdout) == (0, "42\n")
    assert "building job image: line " in answer.stderr
    assert "Docker is here" not in answer.stderr


def test_a_docker_that_is_not_there_is_told_with_its_remedy() -> None:
    answer = workbench("demo", "--engine", "docker", env={"DOCKER_HOST": "unix:///nowhere.sock"})
    assert (answer.returncode, answer.stdout) == (1, "")
    assert "error: No Docker daemon runs: there is no /nowhere.sock." in answer.stderr
    assert "Remedy: start Docker" in answer.stderr


def test_a_demo_that_fails_names_the_step_and_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A git that refuses: nothing that is checked before the first step looks at it.
    (tmp_path / "git").write_text("#!/bin/sh\necho 'fatal: no room' >&2\nexit 128\n")
    (tmp_path / "git").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    before = set(Path(tempfile.gettempdir()).glob("workbench-demo-*"))
    events: list[Event] = []
    report = run_demo(on_event=events.append)
    assert not report.ok
    assert report.answer is None
    assert [result.step.id for result in report.results] == ["01-git-repository"]
    assert [event.state for event in events] == ["started", "failed"]
    with pytest.raises(StepFailed, match="Step 01-git-repository did not hold"):
        report.raise_for_failure()
    answer = workbench("demo")
    assert (answer.returncode, answer.stdout) == (1, "")
    assert "error: Step 01-git-repository did not hold" in answer.stderr
    assert "fatal: no room" in answer.stderr
    assert set(Path(tempfile.gettempdir()).glob("workbench-demo-*")) == before


def _deploys(demo: subprocess.Popen[bytes], log: Path) -> bool:  # noqa: ARG001 - as the other
    """Whether the racetrack command deploys for it now, which takes it a second at least."""
    for one in psutil.Process(demo.pid).children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            if "deploy" in one.cmdline():
                return True
    return False


@pytest.mark.parametrize(
    "moment", [lambda _, log: "07-racetrackignore" in log.read_text(), _deploys]
)
def test_an_interrupted_demo_leaves_nothing(
    tmp_path: Path, moment: Callable[[subprocess.Popen[bytes], Path], bool]
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    log = tmp_path / "stderr.txt"
    running = {record.pid for record in records()}
    with log.open("w") as stderr:
        child = subprocess.Popen(
            [WORKBENCH, "demo"], stderr=stderr, env={**os.environ, "TMPDIR": str(scratch)}
        )
    with awaited(child):
        wait_until(lambda: moment(child, log) or None, timeout=60)
        assert list(scratch.glob("workbench-demo-*"))
        child.send_signal(signal.SIGINT)
        assert child.wait(20) == 130
    assert list(scratch.iterdir()) == []
    assert {record.pid for record in records()} == running
    assert "Traceback" not in log.read_text()
