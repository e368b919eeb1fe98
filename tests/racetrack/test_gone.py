"""A server that is killed: whoever waits for it is told so at once, and nothing runs on."""

from __future__ import annotations

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from tests.command_line import go_that_builds_by
from tests.racetrack.conftest import QUICK
from tests.racetrack.test_running import write_job
from workbench._wait import wait_until
from workbench.errors import DeployError, PerformError, WorkbenchError
from workbench.events import Event
from workbench.racetrack.local import LocalRacetrack

KILLED = "this LocalRacetrack ended by itself, with signal 9"

_SLOW = """
func Perform(map[string]any) (any, error) {
	time.Sleep(time.Minute)
	return nil, nil
}
"""


def killing(server: LocalRacetrack) -> list[psutil.Process]:
    """Kill it as a crash would; what it had started."""
    started = psutil.Process(server.pid).children(recursive=True)
    os.kill(server.pid, signal.SIGKILL)
    return started


def assert_ended(started: list[psutil.Process]) -> None:
    assert started
    # A compiler whose Go is gone goes on to its own end, which takes a while on a busy machine.
    psutil.wait_procs(started, timeout=60)
    assert [one for one in started if one.is_running()] == []


def test_a_server_that_is_killed_while_it_builds(
    tmp_path: Path, bundle: Path, adder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = tmp_path / "state"
    released = tmp_path / "released"
    # A quick build is over before the command asks; this one is held, for a minute at most.
    held = f"for _ in $(seq 600); do [ ! -e {released} ] || exit 1; sleep 0.1; done; exit 1"
    monkeypatch.setenv("WORKBENCH_GO", str(go_that_builds_by(tmp_path, held)))
    with LocalRacetrack(engine="process", state=state, limits=QUICK) as first:
        first.install(bundle)
        started: list[psutil.Process] = []

        def kill(event: Event) -> None:
            if event.message.startswith("building image") and not started:
                wait_until(lambda: psutil.Process(first.pid).children() or None, timeout=10)
                started.extend(killing(first))
                released.touch()

        with pytest.raises(DeployError, match=KILLED) as told:
            first.deploy(adder, on_event=kill)
        assert told.value.phase
        assert told.value.phase.startswith("building image")
        assert f"what it knew stays in {state}" in str(told.value.remedy)
        assert_ended(started)
        for ask in (first.jobs, first.plugins, lambda: first.install(bundle)):
            with pytest.raises(WorkbenchError, match=KILLED):
                ask()
    monkeypatch.delenv("WORKBENCH_GO")
    with LocalRacetrack(engine="process", state=state, limits=QUICK) as second:
        (deployment,) = second.ask("/deploy")
        assert deployment["status"] == "failed"
        assert second.jobs() == []
        assert second.deploy(adder).perform(numbers=[40, 2]) == 42


def test_a_server_that_is_killed_while_a_job_is_called(tmp_path: Path, bundle: Path) -> None:
    with LocalRacetrack(engine="process", limits=QUICK, keep=False) as server:
        server.install(bundle)
        job = server.deploy(write_job(tmp_path / "slow", "slow", _SLOW, '"time"'))
        with ThreadPoolExecutor(1) as pool:
            call = pool.submit(job.perform)
            begun = "requests_started_total"
            wait_until(lambda: job.metrics()[begun] == 1 or None, timeout=10)
            started = killing(server)
            with pytest.raises(PerformError, match=KILLED):
                call.result(timeout=10)
        assert_ended(started)


def test_a_server_that_was_stopped_says_so(bundle: Path, adder: Path) -> None:
    server = LocalRacetrack(engine="process", limits=QUICK, keep=False)
    assert server.stop() == 0
    for ask in (server.jobs, lambda: server.install(bundle), lambda: server.deploy(adder)):
        with pytest.raises(WorkbenchError, match="this LocalRacetrack was stopped") as told:
            ask()
        assert "start it again" in str(told.value.remedy)


def test_one_that_is_cleaned_up_did_not_end_by_itself() -> None:
    server = LocalRacetrack(engine="process", limits=QUICK, keep=False)
    server._child.stop()  # as `clean` does, with all servers of a process
    with pytest.raises(WorkbenchError, match="this LocalRacetrack was stopped"):
        server.jobs()
    server.close()
