"""Builds that are cut off: one clear error each, nothing half-done is left, the next one works."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.engines.docker.faults.conftest import RunSmall, bring_shell, nothing_left, require_daemon
from tests.engines.docker.faults.daemon import Daemon, private_daemon
from tests.support import awaited
from workbench._wait import wait_until
from workbench.engines.docker import client
from workbench.errors import BuildError, EngineUnavailable
from workbench.events import Event

# docker-py leaves a socket open that it could not connect.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")

ROOM = 60
"""Megabytes of the disk that gets full."""

SLEEP = f"sleep {100_000 + os.getpid()}"


@pytest.fixture(autouse=True)
def _steps_without_a_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """A daemon that crashes would leave that of the step that it ran."""
    monkeypatch.setenv("WORKBENCH_DOCKER_NETWORK", "none")


def asleep() -> bool | None:
    """Whether a build step sleeps: a build is in its middle."""
    return (
        subprocess.run(["pgrep", "-f", f"^{SLEEP}"], capture_output=True, check=False).returncode
        == 0
        or None
    )


@contextmanager
def in_the_middle(job_dir: Path, daemon: Daemon, number: int) -> Iterator[None]:
    """While the block runs, the daemon is ended as soon as a step sleeps."""
    (job_dir / "build.sh").write_text(f"echo it sleeps; {SLEEP}\n")

    def end() -> None:
        wait_until(asleep, timeout=30)
        daemon.end(number)

    thread = threading.Thread(target=end)
    thread.start()
    try:
        yield
    finally:
        thread.join()
        (job_dir / "build.sh").write_text("true\n")


def works(run_small: RunSmall) -> bool:
    with run_small() as job:
        return bool(job.perform() == "small")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_daemon_that_goes_away_while_a_step_runs(
    daemon: Daemon, run_small: RunSmall, job_dir: Path, number: int
) -> None:
    run_small().stop()
    before = daemon.tags()
    told = r"went away while small was built, after \d+\.\d s, at line 3 of the Dockerfile, RUN\."
    with (
        in_the_middle(job_dir, daemon, number),
        pytest.raises(EngineUnavailable, match=told) as caught,
    ):
        run_small()
    assert caught.value.remedy == "start Docker, and run it again: what was built so far is cached."
    daemon.start()
    assert daemon.tags() == before
    wait_until(lambda: not asleep() or None, timeout=5)
    assert works(run_small)


@pytest.mark.parametrize(
    "moment",
    [
        "ok  preparing job type",
        "... building base image",
        "ok  building base image",
        "... building job image",
        "line 3: RUN",
        "ok  building job image",
    ],
)
def test_a_daemon_that_goes_away_between_two_steps(
    daemon: Daemon, run_small: RunSmall, plugin: Path, moment: str
) -> None:
    (plugin / "wrapper" / "unlike-others").write_text(moment)

    def watch(event: Event) -> None:
        if moment in str(event) and daemon.runs:
            daemon.end(signal.SIGKILL)

    told = "daemon went away|No Docker daemon runs"
    with pytest.raises(EngineUnavailable, match=told) as caught:
        run_small(on_event=watch)
    assert str(caught.value.remedy).startswith("start Docker")
    daemon.start()
    assert works(run_small)


def test_an_interrupted_cell_leaves_no_build_behind(
    daemon: Daemon, run_small: RunSmall, plugin: Path, job_dir: Path
) -> None:
    run_small().stop()
    before = daemon.tags()
    (job_dir / "build.sh").write_text(f"{SLEEP}\n")
    code = (
        "import sys, workbench as wb; wb.run_job(sys.argv[1], plugin=sys.argv[2], engine='docker')"
    )
    words: list[str | Path] = [sys.executable, "-c", code, job_dir, plugin]
    with awaited(subprocess.Popen(words, stderr=subprocess.PIPE, text=True)) as child:
        wait_until(asleep, timeout=30)
        child.send_signal(signal.SIGINT)
        _, said = child.communicate(timeout=30)
    assert said.splitlines()[-1].startswith("workbench.events.Interrupted: building job image: ")
    wait_until(lambda: not asleep() or None, timeout=5)
    nothing_left(daemon)
    assert daemon.tags() == before
    (job_dir / "build.sh").write_text("true\n")
    assert works(run_small)


@pytest.fixture(scope="module")
def small_disk() -> Iterator[Daemon]:
    """A daemon whose disk is small."""
    require_daemon()
    with private_daemon(room=ROOM) as daemon:
        bring_shell(daemon)
        yield daemon


@pytest.fixture
def full(small_disk: Daemon, monkeypatch: pytest.MonkeyPatch) -> Daemon:
    """That daemon, which the engine uses although it has too little room from the beginning."""
    monkeypatch.setenv("DOCKER_HOST", small_disk.host)
    monkeypatch.setattr(client, "DISK_FLOOR", 0.0)
    return small_disk


def test_a_disk_without_room_is_told_before_anything_is_built(
    full: Daemon, run_small: RunSmall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    monkeypatch.setenv("DOCKER_HOST", full.host)
    before = full.tags()
    told = (
        rf"Docker's disk is nearly full: 0\.1 GB are free below {full.data}\.\nRemedy: `workbench"
    )
    with pytest.raises(EngineUnavailable, match=told):
        run_small()
    assert full.tags() == before


def make_room(daemon: Daemon) -> bool | None:
    """Do a part of what `docker system prune` does; the files of a build are let go a bit later."""
    with daemon.api() as api:
        api.api.prune_builds()
    return shutil.disk_usage(daemon.data).free > ROOM * 500_000 or None


@pytest.mark.parametrize("where", ["a step", "the job's files", "the plugin's files"])
def test_a_disk_that_gets_full(
    full: Daemon, run_small: RunSmall, plugin: Path, job_dir: Path, where: str
) -> None:
    big = {"the job's files": job_dir / "big", "the plugin's files": plugin / "wrapper" / "big"}
    if where in big:
        big[where].write_bytes(os.urandom(ROOM * 1_100_000))
    else:
        (job_dir / "build.sh").write_text("cat /dev/zero > /full\n")
    before = full.tags()
    told = r"was not built: Docker's disk is full, after \d+\.\d s"
    with pytest.raises(BuildError, match=told) as caught:
        run_small()
    assert "no space left" in str(caught.value).lower()
    assert str(caught.value.remedy).startswith("`workbench clean --images` removes ours")
    nothing_left(full)
    assert not [tag for tag in full.tags() - before if "job-entrypoint" in tag]
    for path in big.values():
        path.unlink(missing_ok=True)
    (job_dir / "build.sh").write_text("true\n")
    wait_until(lambda: make_room(full), timeout=10)
    assert works(run_small)
