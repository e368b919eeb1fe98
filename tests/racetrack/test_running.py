"""Jobs that crash, servers that are killed, logs that are followed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
import requests

from tests.racetrack.conftest import QUICK
from tests.racetrack.test_walk import post, renamed
from workbench import shipped
from workbench._children import records
from workbench._wait import wait_until
from workbench.bundle import racetrack_command
from workbench.errors import DeployError, WorkbenchError
from workbench.racetrack.client.job import RemoteJob
from workbench.racetrack.client.session import CliSession
from workbench.racetrack.local import LocalRacetrack

_DYING = """
func Perform(input map[string]interface{}) (interface{}, error) {
	if input["die"] == true {
		go func() { panic("as it was told to") }()
		select {}
	}
	if input["slow"] == true {
		time.Sleep(time.Second)
	}
	return os.Getpid(), nil
}
"""


def write_job(folder: Path, name: str, code: str = _DYING, imports: str = '"os"; "time"') -> Path:
    """A job of one file."""
    folder.mkdir(parents=True, exist_ok=True)
    manifest = (shipped("sample-golang-function") / "job.yaml").read_text()
    (folder / "job.yaml").write_text(manifest.replace("golang-function", name, 1))
    (folder / "go.mod").write_text(f"module example.com/{name}\n\ngo 1.26\n")
    (folder / "perform.go").write_text(f"package {name}\n\nimport ({imports})\n{code}")
    renamed(folder, name)
    return folder


@pytest.fixture(scope="module")
def dying(
    racetrack: LocalRacetrack, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RemoteJob]:
    """A job that ends when it is told to."""
    job = racetrack.deploy(write_job(tmp_path_factory.mktemp("dying"), "dying"))
    yield job
    job.delete()


def test_a_crash_is_told_and_mended_and_harms_its_own_call_alone(
    racetrack: LocalRacetrack, dying: RemoteJob
) -> None:
    before = dying.perform()
    answer = post(f"{racetrack.pub_url}/job/dying/latest", die=True)
    assert answer.status_code == 502
    body = answer.json()
    assert body["error"].startswith("Reverse proxy error: connection broken to a target job")
    assert (body["jobName"], body["jobVersion"]) == ("dying", "0.0.1")
    assert body["requestId"] == answer.headers.get("X-Request-Tracing-Id", body["requestId"])
    wait_until(lambda: (dying.status == "running" and dying.call("/live").ok) or None, timeout=10)
    assert dying.perform() != before
    assert "panic: as it was told to" in dying.logs()
    assert "started again" in dying.logs()


def test_a_log_is_followed_by_the_command(racetrack: LocalRacetrack, dying: RemoteJob) -> None:
    session = CliSession(racetrack.url)
    child = subprocess.Popen(
        [*racetrack_command(), "logs", "dying", "-f"],
        env={**session._environment(), "PYTHONUNBUFFERED": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert child.stdout is not None
    found = threading.Event()

    def read() -> None:
        assert child.stdout is not None
        for line in child.stdout:
            if "a-call-that-is-followed" in line:
                found.set()

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    try:
        for _ in range(100):
            dying.call("/a-call-that-is-followed")
            if found.wait(0.1):
                break
        assert found.is_set()
    finally:
        child.kill()
        child.wait(10)
        reader.join()
        child.stdout.close()
        session.close()


def test_a_job_that_ends_at_its_start_is_told_at_once(
    racetrack: LocalRacetrack, tmp_path: Path
) -> None:
    code = "func init() { os.Exit(3) }\nfunc Perform(map[string]interface{}) (interface{}, error) { return nil, nil }\n"  # noqa: E501
    job_dir = write_job(tmp_path / "endsearly", "endsearly", code, '"os"')
    with pytest.raises(DeployError, match="its process ended with exit code 3") as told:
        racetrack.deploy(job_dir)
    assert told.value.phase == "starting Job server"  # whether the command saw it or not
    with pytest.raises(WorkbenchError, match="404"):
        racetrack.job("endsearly", "0.0.1")
    assert racetrack.cli("build-logs", "endsearly", "--version", "0.0.1").ok


def test_what_ran_runs_again_after_a_kill(tmp_path: Path, bundle: Path, adder: Path) -> None:
    state = tmp_path / "state"
    with LocalRacetrack(engine="process", state=state, limits=QUICK) as first:
        first.install(bundle)
        first.deploy(adder)
        jobs = psutil.Process(first.pid).children()
        os.kill(first.pid, signal.SIGKILL)
        psutil.wait_procs(jobs, timeout=5)
        assert not any(job.is_running() for job in jobs)
    with LocalRacetrack(engine="process", state=state, limits=QUICK) as second:
        assert [plugin["name"] for plugin in second.plugins()] == ["golang-job-type"]
        job = second.job("golang-function")
        wait_until(lambda: job.call("/live").ok or None, timeout=10)
        assert job.perform(numbers=[40, 2]) == 42
        archive = requests.get(
            f"{second.url}/api/v1/plugin/golang-job-type/0.0.0/download", timeout=5
        )
        assert archive.content == bundle.read_bytes()
    shutil.rmtree(state / "jobs")
    with LocalRacetrack(engine="process", state=state, limits=QUICK) as third:
        job = third.job("golang-function", "0.0.1")
        wait_until(lambda: job.status == "lost" or None, timeout=10)
        assert post(job.pub_url, numbers=[1]).status_code == 502


def test_a_deployment_that_a_kill_interrupts_has_failed_and_leaves_nothing(
    tmp_path: Path, bundle: Path
) -> None:
    code = (
        "func Init() error { time.Sleep(time.Minute); return nil }\n"
        "func Perform(map[string]interface{}) (interface{}, error) { return nil, nil }\n"
    )
    job_dir = write_job(tmp_path / "sleepy", "sleepy", code, '"time"')
    state = tmp_path / "state"
    with LocalRacetrack(engine="process", state=state) as first:
        first.install(bundle)
        thread = threading.Thread(target=lambda: first.cli("deploy", cwd=job_dir))
        thread.start()

        def initializing() -> bool | None:
            found = first.ask("/deploy")
            return True if found and found[0]["phase"] == "initializing Job entrypoint" else None

        wait_until(initializing, timeout=30)
        os.kill(first.pid, signal.SIGKILL)
        thread.join()
    with LocalRacetrack(engine="process", state=state) as second:
        (deployment,) = second.ask("/deploy")
        assert deployment["status"] == "failed"
        assert "the server was stopped in the meantime" in deployment["error"]
        assert second.jobs() == []
        assert not (state / "workspaces").exists()


def _error_of(job: RemoteJob) -> str | None:
    return job.error if job.status else None  # the status asks the server


_TALKS = """
func Perform(input map[string]interface{}) (interface{}, error) {
	if word, given := input["word"]; given {
		fmt.Println("it goes on with", word)
		return nil, nil
	}
	for line := 0; line < 40000; line++ {
		fmt.Println("a line of some length, so that there is something to bound:", line)
	}
	return nil, nil
}
"""


def test_the_log_of_a_job_is_bounded_and_goes_on(tmp_path: Path, bundle: Path) -> None:
    limits = replace(QUICK, job_log=32 * 1024)  # about 500 lines
    with LocalRacetrack(engine="process", state=tmp_path / "state", limits=limits) as racetrack:
        racetrack.install(bundle)
        job = racetrack.deploy(write_job(tmp_path / "talks", "talks", _TALKS, '"fmt"'))
        job.perform()
        (file,) = (Path(record.log) for record in records("job") if "talks" in record.name)
        wait_until(lambda: True if file.stat().st_size < limits.job_log else None, timeout=20)
        kept = job.logs().splitlines()
        assert "older lines are left out" in kept[0]
        assert any(line.endswith(": 39999") for line in kept)
        assert len(kept) < 1000
        job.perform(word="a new line")
        wait_until(lambda: True if "it goes on with a new line" in job.logs() else None, timeout=20)
        wait_until(lambda: True if file.stat().st_size < limits.job_log else None, timeout=20)
        assert "\0" not in file.read_text()
