"""What a crash leaves on a daemon is found by labels; what belongs to others stays."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command_line import workbench
from workbench.engines.docker import cleaning, names
from workbench.engines.docker.client import Client
from workbench.events import Event
from workbench.run import clean, run_job
from workbench.settings import get_settings, shipped

JOB = shipped("sample-golang-function")
RUN = f"""
import sys, workbench as wb
job = wb.run_job({str(JOB)!r}, engine="docker")
print(job.address, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def kernel(client: Client) -> Iterator[subprocess.Popen[bytes]]:
    """Another process that runs a job in a container."""
    child = subprocess.Popen(
        [sys.executable, "-c", RUN], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert child.stdout is not None
    assert child.stdout.readline().startswith(b"http://127.0.0.1:")
    yield child
    child.kill()
    child.communicate()
    cleaning.stop_abandoned()
    assert cleaning.containers(client) == []


def test_a_container_is_left_to_its_owner_while_that_lives(
    client: Client, kernel: subprocess.Popen[bytes]
) -> None:
    (left,) = cleaning.containers(client)
    assert (left.job, left.mine, left.abandoned) == ("golang-function 0.0.1", False, False)
    cleaned = clean()
    assert cleaned.stopped == ()
    assert cleaned.running == (str(left),)
    kernel.communicate()  # it ends by itself, and takes its container along
    assert cleaning.containers(client) == []


def test_a_killed_kernel_leaves_one_that_the_next_start_names_and_clean_removes(
    client: Client, kernel: subprocess.Popen[bytes]
) -> None:
    os.kill(kernel.pid, signal.SIGKILL)
    kernel.wait()
    (left,) = cleaning.containers(client)
    assert left.abandoned
    events: list[Event] = []
    with run_job(JOB, engine="docker", on_event=events.append) as job:
        assert job.perform(numbers=[40, 2]) == 42
        told = f"{left} was left by a crash: `wb.clean()` or `workbench clean` removes it"
        assert told in [event.message for event in events]
        assert workbench("clean").stdout == f"removed {left}\n"
        assert job.perform(numbers=[40, 2]) == 42, "another process's own job goes on"


def test_what_another_workbench_or_anybody_else_made_stays(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with run_job(JOB, engine="docker") as job:
        image = job.image.id
        stranger = client.api.containers.create(image, name="stranger")
        try:
            monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path))
            assert names.workbench_id() != ""
            assert cleaning.stop_abandoned() == ([], [])
            assert cleaning.remove_images() == []
            stranger.reload()
            assert job.perform(numbers=[1]) == 1
        finally:
            stranger.remove(force=True)


def test_images_are_removed_only_when_asked_and_not_under_a_container(client: Client) -> None:
    with run_job(JOB, engine="docker") as job:
        assert not [one for one in clean().stopped if one.startswith("image ")]
    with run_job(JOB, engine="docker") as job:
        removed = cleaning.remove_images()
        assert not [one for one in removed if job.image.reference in one]
        assert [one for one in removed if "/job-base/golang:" in one]
        assert job.perform(numbers=[40, 2]) == 42
    assert [one for one in clean(images=True).stopped if job.image.reference in one]
    ours = {"label": f"{names.OURS}={names.workbench_id()}"}
    assert client.api.images.list(filters=ours) == []


def test_where_docker_was_never_used_nobody_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path))
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere")
    assert clean(images=True).stopped == ()
    assert not (get_settings().home / "workbench-id").exists()
