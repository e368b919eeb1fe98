from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from workbench.racetrack.model import (
    Deployment,
    DeploymentStatus,
    InstalledPlugin,
    JobRecord,
    JobStatus,
)
from workbench.racetrack.problems import Invalid, NoRoom, Unauthorized
from workbench.racetrack.store import Store
from workbench.racetrack.store.tokens import subject_of

JOB = JobRecord(
    "id-1", "adder", "0.0.1", JobStatus.RUNNING, 10, 20, {"name": "adder"}, "name: adder",
    "127.0.0.1:4000", "http://127.0.0.1:7002/pub/job/adder/0.0.1", image={"env": {"A": "b"}},
)  # fmt: skip


def deployment(number: int, status: DeploymentStatus = DeploymentStatus.DONE) -> Deployment:
    return Deployment(
        f"d-{number}", status, float(number), float(number), "adder", "0.0.1", "name: adder",
        "admin", phases=(("building image", 1.5),),
    )  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "racetrack.sqlite3", deployments=3, build_log=100)


def test_what_is_stored_is_there_after_a_restart(tmp_path: Path, store: Store) -> None:
    plugin = InstalledPlugin("go", "0.0.0", job_types=("golang:0.0.0",), warnings=("one",))
    store.save_plugin(plugin)
    store.save_job(JOB)
    store.add_deployment(deployment(1))
    store.append_build_log("d-1", "step 1\n")
    store.save_task("t-1", 1.0, {"status": "ongoing"}, keep=5)
    store.close()
    again = Store(tmp_path / "racetrack.sqlite3")
    assert again.plugins() == [plugin]
    assert again.jobs() == [JOB]
    assert again.deployment("d-1") == deployment(1)
    assert again.build_log("d-1") == "step 1\n"
    assert again.task("t-1") == {"status": "ongoing"}
    again.close()


def test_a_job_that_was_deleted_is_remembered_until_it_is_deployed_again(store: Store) -> None:
    store.save_job(JOB)
    assert store.delete_job("adder", "0.0.1")
    assert store.job("adder", "0.0.1") is None
    assert store.was_deleted("adder", "0.0.1")
    assert not store.delete_job("adder", "0.0.1")
    assert store.update_job("adder", "0.0.1", status=JobStatus.ERROR) is None
    store.save_job(JOB)
    assert not store.was_deleted("adder", "0.0.1")
    store.delete_job("adder", "0.0.1", remember=False)
    assert not store.was_deleted("adder", "0.0.1")


def test_jobs_come_newest_first_and_each_change_counts(store: Store) -> None:
    before = store.job_changes
    store.save_job(JOB)
    store.save_job(replace(JOB, version="0.0.2", update_time=30))
    changed = store.update_job("adder", "0.0.1", status=JobStatus.LOST, update_time=5)
    assert changed is not None
    assert [(job.version, job.status) for job in store.jobs("adder")] == [
        ("0.0.2", JobStatus.RUNNING),
        ("0.0.1", JobStatus.LOST),
    ]
    assert store.jobs("other") == []
    assert store.job_changes == before + 3


def test_only_the_last_deployments_are_kept_and_none_that_goes_on(store: Store) -> None:
    store.add_deployment(deployment(1, DeploymentStatus.IN_PROGRESS))
    store.append_build_log("d-1", "kept")
    for number in range(2, 8):
        store.add_deployment(deployment(number))
        store.append_build_log(f"d-{number}", "text")
    assert [one.id for one in store.deployments()] == ["d-7", "d-6", "d-5", "d-1"]
    assert [one.id for one in store.unfinished_deployments()] == ["d-1"]
    assert store.build_log("d-2") == ""
    last = store.last_deployment("adder", "0.0.1")
    assert last is not None
    assert last.id == "d-7"
    store.add_deployment(deployment(8))  # refused before anything was built
    assert store.last_deployment("adder", "0.0.1") == last


def test_a_build_log_keeps_its_beginning_and_its_end(store: Store) -> None:
    store.add_deployment(deployment(1))
    for number in range(20):
        store.append_build_log("d-1", f"line {number:02}\n")
    text = store.build_log("d-1")
    assert text.startswith("line 00\n")
    assert text.endswith("line 19\n")
    assert "left out" in text
    assert len(text) < 200


def test_a_deployment_that_is_done_without_a_job_has_no_key_for_it() -> None:
    assert "job" not in deployment(1).to_wire(None)
    assert deployment(1, DeploymentStatus.FAILED).to_wire(None)["job"] is None
    assert deployment(1).to_wire(JOB)["job"]["internal_name"] == "127.0.0.1:4000"


def test_nothing_that_was_acknowledged_is_lost_by_a_kill(tmp_path: Path) -> None:
    program = """
import sys
from pathlib import Path
from tests.racetrack.test_store import deployment
from workbench.racetrack.store import Store
store = Store(Path(sys.argv[1]))
for number in range(10**6):
    store.add_deployment(deployment(number))
    print(number, flush=True)
"""
    path = tmp_path / "racetrack.sqlite3"
    child = subprocess.Popen(
        [sys.executable, "-c", program, path], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    acknowledged = -1
    for line in child.stdout:
        acknowledged = int(line)
        if acknowledged == 25:
            os.kill(child.pid, signal.SIGKILL)
            break
    child.stdout.close()
    child.wait()
    store = Store(path)
    assert {f"d-{number}" for number in range(26)} <= {one.id for one in store.deployments(1000)}
    store.close()


def test_threads_do_not_get_into_each_others_way(store: Store) -> None:
    store.save_job(JOB)

    def change() -> None:
        for _ in range(20):
            job = store.job("adder", "0.0.1")
            assert job is not None
            store.update_job("adder", "0.0.1", status=JobStatus.RUNNING)

    threads = [threading.Thread(target=change) for _ in range(4)]
    before = store.job_changes
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.job_changes - before == 80


def test_a_file_of_another_version_is_left_alone(tmp_path: Path, store: Store) -> None:
    store._database._connection.execute("PRAGMA user_version = 99")
    store.close()
    with pytest.raises(NoRoom, match="another version of the workbench: form 99"):
        Store(tmp_path / "racetrack.sqlite3")


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(NoRoom, match="could not be written"):
        Store(tmp_path / "missing" / "racetrack.sqlite3")


def test_a_user_logs_in_and_is_known_by_the_token(tmp_path: Path, store: Store) -> None:
    store.tokens.add_user("admin", "the password", staff=True)
    caller, token = store.tokens.login("admin", "the password")
    assert (caller.name, caller.kind, caller.staff) == ("admin", "user", True)
    assert store.tokens.caller(token) == caller
    assert subject_of(token) == "admin"
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert token.encode() not in stored
    assert b"the password" not in stored
    for name, password in (("admin", "another"), ("nobody", "the password")):
        with pytest.raises(Unauthorized, match="incorrect username or password"):
            store.tokens.login(name, password)
    with pytest.raises(Invalid):
        store.tokens.add_user("", "x", staff=False)


def test_a_token_ends(store: Store) -> None:
    store.tokens.add_user("admin", "one", staff=True)
    _, token = store.tokens.login("admin", "one")
    changes = store.tokens.changes
    store.tokens.add_user("admin", "two", staff=True)
    assert store.tokens.changes > changes
    with pytest.raises(Unauthorized, match="token is unknown") as refused:
        store.tokens.caller(token)
    assert token not in str(refused.value)
    with pytest.raises(Unauthorized, match="Not enough segments"):
        store.tokens.caller("bogus")


def test_a_jobs_own_token_holds_until_it_is_revoked(store: Store) -> None:
    tokens = [store.tokens.issue("job_family", "adder") for _ in range(2)]
    for token in tokens:
        caller = store.tokens.caller(token)
        assert (caller.title, caller.staff) == ("Job family adder", False)
    store.tokens.revoke("job_family", "adder")
    for token in tokens:
        with pytest.raises(Unauthorized):
            store.tokens.caller(token)
