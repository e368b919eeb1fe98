"""Many jobs in the database, none of which can be brought back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import requests

from tests.racetrack.conftest import QUICK
from tests.racetrack.test_store import JOB
from workbench._wait import wait_until
from workbench.racetrack.config import Config
from workbench.racetrack.local import LocalRacetrack
from workbench.racetrack.model import JobStatus
from workbench.racetrack.running.restoring import restore
from workbench.racetrack.running.supervisor import Supervisor
from workbench.racetrack.store import Store


def fill(path: Path, count: int) -> None:
    path.mkdir()
    store = Store(Config(path).database)
    for number in range(count):
        version = f"0.{number}.0"
        store.save_job(replace(JOB, id=f"id-{number}", version=version, update_time=number))
    store.close()


def test_fifty_jobs_are_listed_and_told_as_lost(tmp_path: Path) -> None:
    fill(tmp_path / "state", 50)
    with LocalRacetrack(engine="process", state=tmp_path / "state", limits=QUICK) as racetrack:
        wait_until(lambda: {job.status for job in racetrack.jobs()} == {"lost"} or None, timeout=20)
        rows = racetrack.cli("list", "-c", "all").output.splitlines()
        assert len(rows) == 51
        assert rows[1].split()[:3] == ["adder", "0.49.0", "LOST"]
        for page in ("jobs", "portfolio"):
            shown = requests.get(racetrack.dashboard_url(page), timeout=20)
            assert shown.status_code == 200
            assert shown.text.count("/dashboard/jobs/adder/0.") == 50
        assert racetrack.job("adder").version == "0.49.0"


def test_without_their_engine_jobs_are_lost_and_say_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/nobody")
    fill(tmp_path / "state", 2)
    config = Config(tmp_path / "state", engine="docker")
    store = Store(config.database)
    supervisor = Supervisor(config, store)
    try:
        restore(config, store, supervisor, lambda _: {})
        found = store.jobs()
    finally:
        supervisor.close()
        store.close()
    assert {job.status for job in found} == {JobStatus.LOST}
    assert all("No Docker daemon runs" in (job.error or "") for job in found)
