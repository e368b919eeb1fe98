"""What is told of ends: of a deployment, once nothing of it is left; of a job, and for good."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest

from tests.racetrack.test_store import JOB
from workbench._wait import wait_until
from workbench.racetrack.config import Config
from workbench.racetrack.local import LocalRacetrack
from workbench.racetrack.model import JobStatus
from workbench.racetrack.running import supervisor
from workbench.racetrack.store import Store

TIMES = 12


def test_whoever_reads_of_an_end_deploys_again_at_once(racetrack: LocalRacetrack) -> None:
    manifest = {
        "name": "again", "owner_email": "a@example.com", "jobtype": "golang:latest",
        "git": {"remote": "https://127.0.0.1/nowhere"},
    }  # fmt: skip
    for _ in range(TIMES):  # it fails soon: from there this server may not fetch
        told = deployed(racetrack, manifest)
        assert told["status"] == "failed"
        assert "may not fetch" in told["error"]
        assert list((racetrack.config.state / "workspaces").iterdir()) == []


def deployed(
    racetrack: LocalRacetrack, manifest: dict[str, Any], credentials: dict[str, str] | None = None
) -> Any:
    """Deploy from git; what is told once it has ended, seen within a millisecond."""
    payload = {"manifest": manifest, "git_credentials": credentials, "build_context": None}
    answer = racetrack._requests.post(f"{racetrack.url}/api/v1/deploy", json=payload)
    assert answer.status_code == HTTPStatus.OK, answer.text

    def ended() -> Any:
        told = racetrack.ask(f"/deploy/{answer.json()['id']}")
        return told if told["status"] != "in_progress" else None

    return wait_until(ended, timeout=30, first_pause=0.001, longest_pause=0.001)


class Dying:
    """What a supervisor sees of a job that runs, until it is asked how it is."""

    def __init__(self) -> None:
        self.container = self
        self.exit_code: int | None = None
        self.stopping, self.noticed = False, True  # what its end tells is written already

    def blot_log(self) -> None: ...
    def bound_log(self, _: int) -> None: ...
    def stop(self) -> None: ...


@pytest.mark.parametrize("meanwhile", ["it ended", "another took its place"])
def test_a_look_that_its_job_does_not_outlive_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, meanwhile: str
) -> None:
    config = Config(tmp_path)
    store = Store(config.database)
    store.save_job(replace(JOB, status=JobStatus.ERROR, error="panic: of its own"))
    job: Any = Dying()
    another: Any = Dying()
    looks = []

    def asked(_: object) -> tuple[str, int]:
        looks.append(meanwhile)
        if meanwhile == "it ended":
            job.exit_code = 2
        else:
            watching.adopt(JOB.name, JOB.version, another)
        return "Cluster error: can't reach Job", 0

    monkeypatch.setattr(supervisor, "state_of", asked)
    watching = supervisor.Supervisor(config, store)
    try:
        watching.adopt(JOB.name, JOB.version, job)
        watching._sync((JOB.name, JOB.version), job)
        found = store.job(JOB.name, JOB.version)
    finally:
        watching.close()
        store.close()
    assert found is not None
    assert looks == [meanwhile]
    assert found.error == "panic: of its own"
