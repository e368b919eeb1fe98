"""`wb.clean`: what this process runs is stopped, whoever still has a name for it."""

from __future__ import annotations

import gc
from pathlib import Path

import psutil

from tests.test_job import write_job
from workbench.racetrack.local import LocalRacetrack
from workbench.run import Cleaned, clean, run_job


def test_clean_stops_what_this_process_runs(tmp_path: Path) -> None:
    job = run_job(write_job(tmp_path / "forgotten", "return 1, nil"))
    cleaned = clean()
    assert cleaned.stopped == (f"forgotten 1.2.3 at {job.address}",)
    assert job.status == "stopped"
    assert repr(cleaned).splitlines()[0] == f"stopped: forgotten 1.2.3 at {job.address}"
    assert repr(clean()).splitlines()[0] == "nothing was running"


def test_clean_stops_what_nobody_has_a_name_for_any_more(tmp_path: Path) -> None:
    """A cell that is run again with another job gives its name to that one."""
    job = run_job(write_job(tmp_path / "nameless", "return 1, nil"))
    server = LocalRacetrack(engine="process", keep=False)
    pids = [server.pid, *(child.pid for child in psutil.Process().children())]
    del job, server
    gc.collect()
    stopped = clean().stopped
    assert any(one.startswith("nameless 1.2.3 at http") for one in stopped)
    assert any(one.startswith("racetrack LocalRacetrack on port") for one in stopped)
    assert len(pids) >= 3
    assert not [pid for pid in pids if psutil.pid_exists(pid)]


def test_what_clean_did_is_told_in_a_line_each() -> None:
    lines = repr(Cleaned(("a", "b"), ("c", "d"))).splitlines()
    assert lines == ["stopped: a", "stopped: b", "left to its owner: c", "left to its owner: d"]
