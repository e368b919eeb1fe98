"""Containers that go wrong: one clear error each, nothing left behind, and the next run works."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.engines.docker.faults.conftest import RunSmall
from tests.engines.docker.faults.daemon import Daemon
from workbench._wait import wait_until
from workbench.engines import Image, get_engine
from workbench.errors import EngineUnavailable, JobDied, ManifestError
from workbench.job import Job

# docker-py leaves a socket open that it could not connect.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")

RUN_AGAIN = "Remedy: start it again with `run_job`."


def edit(job_dir: Path, old: str, new: str) -> None:
    manifest = job_dir / "job.yaml"
    manifest.write_text(manifest.read_text().replace(old, new))


def only(containers: list[Any]) -> Any:
    (one,) = containers
    return one


def answers(run_small: RunSmall) -> bool:
    with run_small() as job:
        return bool(job.perform() == "small")


def is_free(job: Job) -> bool:
    with socket.socket() as door:
        return door.connect_ex(("127.0.0.1", int(job.address.rpartition(":")[2]))) != 0


@pytest.mark.parametrize(
    ("harm", "code", "told"),
    [
        (lambda one: one.kill(), -9, "signal 9, . s after it .*, since somebody ended its"),
        (lambda one: one.stop(), 0, "exit code 0, . s after it .*, since somebody ended its"),
        (lambda one: one.remove(force=True), -9, "signal 9, . s .*, since somebody removed its"),
    ],
    ids=["killed", "stopped", "removed"],
)
def test_what_somebody_else_does_to_a_container_is_told(
    daemon: Daemon, run_small: RunSmall, harm: Callable[[Any], None], code: int, told: str
) -> None:
    job = run_small()
    with daemon.api() as api:
        harm(only(api.containers.list()))
    expected = f"small died with {told.replace('. s', '[0-9.]+ s')} container"
    with pytest.raises(JobDied, match=expected) as caught:
        job.perform()
    assert caught.value.exit_code == code
    assert "  Listening" in str(caught.value)
    assert str(caught.value).endswith(RUN_AGAIN)
    assert job.status.startswith("died with")
    assert job.stop() == code
    assert is_free(job)
    assert answers(run_small)


def test_one_that_ends_by_itself_is_not_said_to_have_been_ended(
    daemon: Daemon, run_small: RunSmall
) -> None:
    assert daemon.runs
    job = run_small()
    with pytest.raises(JobDied, match=r"small died with exit code 3\.\n"):
        job.perform(do="exit", value=3)
    assert job.stop() == 3


def test_a_job_that_wants_more_memory_than_it_may_have(
    daemon: Daemon, run_small: RunSmall, job_dir: Path
) -> None:
    assert daemon.runs
    edit(job_dir, "jobtype:", "resources:\n  memory_max: 64Mi\njobtype:")
    job = run_small()
    told = "signal 9, .* out of memory: its limit is 64 MiB, `resources.memory_max` in job.yaml"
    with pytest.raises(JobDied, match=told):
        job.perform(do="allocate", value=200)
    job.stop()
    edit(job_dir, "64Mi", "512Mi")
    with run_small() as larger:
        assert larger.perform(do="allocate", value=200) == "small"


def test_a_job_goes_on_without_its_image_and_the_next_build_makes_a_new_one(
    daemon: Daemon, run_small: RunSmall
) -> None:
    with run_small() as job:
        remove_image(daemon, job.image)
        assert job.perform() == "small"
        with run_small(replace=False) as second:
            assert (job.perform(), second.perform()) == ("small", "small")


def test_an_image_that_is_gone_is_named_when_it_is_to_run(
    daemon: Daemon, run_small: RunSmall
) -> None:
    with run_small() as job:
        image = job.image
    remove_image(daemon, image)
    with pytest.raises(EngineUnavailable, match=rf"its image {image.reference} is gone\.\nRemedy"):
        get_engine("docker").run(image, {})


def remove_image(daemon: Daemon, image: Image) -> None:
    with daemon.api() as api:
        for tag in api.images.get(image.id).tags:
            api.images.remove(tag, force=True)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_daemon_that_goes_away_takes_the_job_along(
    daemon: Daemon, run_small: RunSmall, number: int
) -> None:
    job = run_small()
    daemon.end(number)
    with pytest.raises(JobDied, match="since the Docker daemon went away") as caught:
        job.perform()
    assert str(caught.value).endswith(RUN_AGAIN)
    assert job.status.startswith("died with")
    with pytest.raises(EngineUnavailable, match=r"No Docker daemon runs: .*\nRemedy: start Docker"):
        run_small()
    job.stop()
    assert job.status == "stopped"
    daemon.start()
    assert answers(run_small)


def test_a_job_outlives_a_daemon_that_is_started_again_by_being_run_again(
    daemon: Daemon, run_small: RunSmall
) -> None:
    first = run_small()
    daemon.end()
    daemon.start()
    with run_small() as second:
        assert second.perform() == "small"
        assert first.status == "stopped"


def test_a_name_may_be_as_long_as_racetracks_own_limit(
    daemon: Daemon, run_small: RunSmall, job_dir: Path
) -> None:
    edit(job_dir, "name: small", f"name: {'n' * 51}")
    with run_small() as job:
        assert job.perform() == "small"
        with daemon.api() as api:
            container = only(api.containers.list())
            assert container.name.startswith(f"job-{'n' * 51}-v-0-0-1-")
    edit(job_dir, "name: n", "name: nn")
    with pytest.raises(ManifestError, match=r"has 64 characters, 63 at most fit\.\nRemedy: short"):
        run_small()


def test_nothing_listens_beyond_loopback(daemon: Daemon, run_small: RunSmall) -> None:
    with run_small() as job:
        port = int(job.address.rpartition(":")[2])
        with daemon.api() as api:
            container = only(api.containers.list())
            bound = container.attrs["NetworkSettings"]["Ports"]
        assert bound == {"7000/tcp": [{"HostIp": "127.0.0.1", "HostPort": str(port)}]}
        assert listening_for(daemon) == {("127.0.0.1", port)}
    wait_until(lambda: not listening_for(daemon) or None, timeout=5)


def listening_for(daemon: Daemon) -> set[tuple[str, int]]:
    """Where the daemon, all it started and this process listen, in this machine's own network."""
    ours = {psutil.Process(), *daemon.processes()}
    ours |= {child for one in list(ours) for child in one.children(recursive=True)}
    pids = {one.pid for one in ours}
    return {
        (one.laddr[0], one.laddr[1])
        for one in psutil.net_connections("inet")
        if one.laddr and one.pid in pids and one.status == psutil.CONN_LISTEN
    }
