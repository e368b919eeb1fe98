"""A server whose disk is full for a moment, or whose jobs go while they are started again."""

from __future__ import annotations

import base64
import io
import signal
import tarfile
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.racetrack.conftest import QUICK
from tests.racetrack.test_store import JOB
from workbench._children import records
from workbench._wait import wait_until
from workbench.errors import WorkbenchError
from workbench.racetrack.config import Config
from workbench.racetrack.deploying import work
from workbench.racetrack.model import NOBODY, Deployment, DeploymentStatus, JobRecord, JobStatus
from workbench.racetrack.problems import NoRoom
from workbench.racetrack.running import supervisor
from workbench.racetrack.running.gate import wait_until_ready
from workbench.racetrack.running.instance import Instance
from workbench.racetrack.running.supervisor import Supervisor
from workbench.racetrack.server import _parts
from workbench.racetrack.server_parts import Parts
from workbench.racetrack.store import Store

KEY = (JOB.name, JOB.version)


class Fake:
    """What a supervisor sees of a job that runs."""

    address = internal_name = "127.0.0.1:1"

    def __init__(self) -> None:
        self.container = self.program = self.image = self
        self.exit_code: int | None = None
        self.fixed_port, self.timestamp, self.started, self.restarts = None, 5, 0.0, 0
        self.stopping = self.noticed = self.stopped = False

    def blot_log(self) -> None: ...
    def bound_log(self, _: int) -> None: ...
    def forget(self) -> None: ...
    def lines(self, _: int) -> list[str]:
        return []

    def kept(self, _: str) -> list[str]:
        return []

    def stop(self) -> None:
        self.stopped = True


def full(*_: object, **__: object) -> None:
    raise NoRoom("The state could not be written: disk is full.")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "racetrack.sqlite3")
    store.save_job(replace(JOB, status=JobStatus.RUNNING))
    yield store
    store.close()


@pytest.fixture
def watching(tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[Supervisor]:
    """A supervisor that asks no job how it is, and no engine."""
    monkeypatch.setattr(supervisor, "state_of", lambda _: (None, 0))
    monkeypatch.setattr(supervisor, "get_engine", lambda _: None)
    one = Supervisor(Config(tmp_path, limits=replace(QUICK, sync=0.01, restarts=0)), store)
    yield one
    if not one._closing.is_set():
        one.close()


def test_a_disk_that_was_full_leaves_the_watch_over_jobs_and_the_times_of_calls(
    watching: Supervisor, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    job: Any = Fake()
    watching.adopt(*KEY, job)
    refused: list[object] = []

    def refuse(*_: object, **named: object) -> None:
        refused.append(named)
        full()

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(store, "update_job", refuse)
        watching.called(*KEY)
        wait_until(lambda: len(refused) > 2 or None, timeout=10)
    wait_until(lambda: (store.job(*KEY) or JOB).last_call_time or None, timeout=10)
    job.exit_code = 3
    told = wait_until(lambda: (store.job(*KEY) or JOB).error or None, timeout=10)
    assert told.startswith("the job's process ended with exit code 3")


def test_what_cannot_be_written_keeps_nobody_from_closing(
    watching: Supervisor, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    job: Any = Fake()
    watching.adopt(*KEY, job)
    watching.called(*KEY)
    monkeypatch.setattr(store, "update_job", full)
    watching.close()
    assert job.stopped


@pytest.mark.parametrize("meanwhile", ["deleted", "started again", "closed", "nothing"])
def test_of_two_instances_one_runs_whatever_becomes_of_the_job_meanwhile(
    watching: Supervisor, store: Store, monkeypatch: pytest.MonkeyPatch, meanwhile: str
) -> None:
    old: Any = Fake()
    another: Any = Fake()
    fresh: Any = Fake()
    watching.adopt(*KEY, old)

    def gate(*_: object) -> None:
        if meanwhile == "deleted":
            watching.stop(*KEY)
        elif meanwhile == "started again":
            watching.adopt(*KEY, another)
        elif meanwhile == "closed":
            watching.close()

    monkeypatch.setattr(Instance, "start", lambda *_: fresh)
    monkeypatch.setattr(supervisor, "pass_gate", gate)
    if meanwhile == "nothing":
        monkeypatch.setattr(store, "update_job", full)
        with pytest.raises(NoRoom):
            watching.restart(*KEY)
        assert (watching.instance(*KEY), old.stopped, fresh.stopped) == (fresh, True, False)
    else:
        with pytest.raises(WorkbenchError, match="was deleted or started anew meanwhile"):
            watching.restart(*KEY)
        assert fresh.stopped
        assert not another.stopped
        assert watching.instance(*KEY) is not fresh


@pytest.fixture
def parts(tmp_path: Path, bundle: Path) -> Iterator[Parts]:
    """The parts of a server, with the Go plugin."""
    config = Config(tmp_path / "state", engine="process", limits=QUICK)
    config.state.mkdir()
    with _parts(config) as made:
        made.plugins.install(bundle, bundle.name, replace=False)
        yield made


def deployed(parts: Parts, folder: Path, name: str) -> Deployment:
    """Deploy a job under a name; its deployment once it has ended."""
    manifest = yaml.safe_load((folder / "job.yaml").read_text()) | {"name": name}
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        archive.add(folder, ".")
    context = base64.b64encode(packed.getvalue()).decode()
    begun = parts.deployer.submit({"manifest": manifest, "build_context": context}, NOBODY)

    def ended() -> Deployment | None:
        found = parts.store.deployment(begun.id)
        return found if found and found.status is not DeploymentStatus.IN_PROGRESS else None

    return wait_until(ended, timeout=60)


def test_a_deployment_for_which_there_is_no_room_at_its_end_leaves_nothing(
    parts: Parts, adder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts.store, "save_job", full)
    told = deployed(parts, adder, "no-room")
    assert told.status is DeploymentStatus.FAILED
    assert "disk is full" in (told.error or "")
    assert parts.supervisor.instance("no-room", told.job_version) is None
    assert not [record for record in records("job") if record.name.startswith("no-room")]
    assert not list(parts.config.jobs_dir.iterdir())


def test_a_job_that_ends_while_its_deployment_does_is_not_left_as_running(
    parts: Parts, adder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = threading.Event()
    crashed = parts.supervisor._crashed

    def look(*about: Any) -> None:
        crashed(*about)
        seen.set()

    def gate(instance: Instance, config: Config, closing: threading.Event) -> None:
        wait_until_ready(instance, config, closing)
        if not seen.is_set():
            instance.container.signal(signal.SIGKILL)
            assert seen.wait(20)

    monkeypatch.setattr(parts.supervisor, "_crashed", look)
    monkeypatch.setattr(work, "wait_until_ready", gate)
    told = deployed(parts, adder, "brief")
    assert told.status is DeploymentStatus.DONE
    key = ("brief", told.job_version)

    def started_again() -> JobRecord | None:
        job = parts.store.job(*key)
        return job if job and job.restarts == 1 and job.status is JobStatus.RUNNING else None

    wait_until(started_again, timeout=20)
    assert parts.supervisor.address(*key)
