"""A home, state folder or log that cannot be used or is gone: one clear error, nothing lost."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.command_line import workbench
from workbench._go import find_go
from workbench._home import passing_folders
from workbench._log_file import LogFile
from workbench.engines.docker import names
from workbench.engines.process import listens_where_told, prepare_jobbuild
from workbench.errors import WorkbenchError
from workbench.racetrack.client.session import CliSession
from workbench.racetrack.local import LocalRacetrack
from workbench.racetrack.places import passing_state
from workbench.run import run_job
from workbench.settings import shipped

USES: dict[str, Callable[[], object]] = {
    "a job": lambda: run_job(shipped("sample-golang-function"), engine="process"),
    "a name on the daemon": names.workbench_id,
    "a server": lambda: LocalRacetrack(engine="process"),
    "a server that forgets": lambda: LocalRacetrack(engine="process", keep=False),
    "the racetrack command": lambda: CliSession("http://127.0.0.1:1/lifecycle"),
}


@pytest.mark.parametrize("use", USES.values(), ids=USES.keys())
def test_a_home_that_is_no_folder_is_told(
    use: Callable[[], object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "file" / "home"))
    with pytest.raises(WorkbenchError) as caught:
        use()
    assert str(tmp_path / "file") in str(caught.value)
    assert "Not a directory" in str(caught.value)
    assert "WORKBENCH_HOME" in str(caught.value.remedy)


def test_a_state_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "state").touch()
    with pytest.raises(WorkbenchError, match="cannot be used as a state folder: File exists"):
        LocalRacetrack(engine="process", state=tmp_path / "state")
    told = workbench("racetrack", "--state", tmp_path / "state", "--port", "0")
    assert told.returncode != 0
    assert "Traceback" not in told.stderr


def test_a_state_that_is_no_database_is_told(tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir()
    (state / "racetrack.sqlite3").write_text("no database at all, but text" * 100)
    with pytest.raises(WorkbenchError, match=r"cannot be read: file is not a database") as caught:
        LocalRacetrack(engine="process", state=state)
    assert "state" in str(caught.value)


def test_what_a_killed_process_left_goes_with_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "home"))
    code = (
        "import os, signal; from workbench.racetrack.client.session import CliSession; "
        "session = CliSession('http://127.0.0.1:1/lifecycle', token='a-secret-token'); "
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", code], check=False)
    homes = passing_state().parent.with_name("racetrack-homes")
    (left,) = homes.glob("*/.racetrack/config.yaml")
    assert "a-secret-token" in left.read_text()
    assert homes.stat().st_mode & 0o777 == 0o700
    assert passing_folders(homes.name) == homes
    assert not left.exists()


def test_a_log_that_was_dropped_is_an_empty_one(tmp_path: Path) -> None:
    log = LogFile(tmp_path / "gone.log")
    assert log.lines() == log.lines(5) == []
    assert log.since(7, ended=True) == ([], 7)


def test_an_editors_lock_beside_an_unsaved_file_is_passed_by(tmp_path: Path) -> None:
    (tmp_path / ".#main.go").symlink_to("somebody@somewhere.1234")
    (tmp_path / "main.go").write_text('package main\n// "LISTEN_ADDRESS"\n')
    assert listens_where_told(tmp_path)
    wrapper = shipped("golang-job-type") / "go_wrapper"
    jobbuild = shutil.copytree(wrapper / "jobbuild", tmp_path / "jobbuild")
    (jobbuild / ".#main.go").symlink_to("somebody@somewhere.1234")
    assert prepare_jobbuild(tmp_path, find_go()) == prepare_jobbuild(wrapper, find_go())
