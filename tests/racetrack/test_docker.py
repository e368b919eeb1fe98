"""The same way on the Docker engine: images, containers, and nothing left of them."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.racetrack.conftest import QUICK
from tests.racetrack.test_running import write_job
from tests.racetrack.test_walk import post, renamed
from tests.support import require
from workbench._wait import wait_until
from workbench.engines.docker import DockerEngine, cleaning
from workbench.engines.docker.client import Client, connect
from workbench.errors import DeployError, PerformError
from workbench.racetrack.local import LocalRacetrack


@pytest.fixture
def client() -> Iterator[Client]:
    problem = DockerEngine().available()
    require(problem is None, f"Docker: {problem}")
    client = connect()
    yield client
    assert cleaning.containers(client) == []


def test_install_deploy_call_and_every_way_to_end(
    client: Client, bundle: Path, adder: Path, tmp_path: Path
) -> None:
    state = tmp_path / "state"
    job_dir = renamed(adder, "in-a-container")
    with LocalRacetrack(engine="docker", state=state, limits=QUICK) as racetrack:
        racetrack.install(bundle)
        run = racetrack.cli("deploy", cwd=job_dir, terminal=True)
        assert run.ok, run.output
        latest = f"{racetrack.pub_url}/job/in-a-container/latest"
        assert post(latest, numbers=[40, 2]).json() == 42
        job = racetrack.job("in-a-container")
        assert "line " in job.build_logs()
        assert "POST" in job.logs()
        (left,) = cleaning.containers(client)
        container = client.api.containers.get(left.id)
        bound = container.attrs["NetworkSettings"]["Ports"].values()
        assert [one["HostIp"] for ports in bound for one in ports] == ["127.0.0.1"]

        source = job_dir / "perform.go"
        text = source.read_text()
        source.write_text(text.replace("return sum, nil", "return sums, nil"))
        with pytest.raises(DeployError, match=r"perform\.go:\d+"):
            racetrack.deploy(job_dir, force=True)
        assert job.perform(numbers=[1]) == 1
        source.write_text(text.replace("return sum, nil", "return -sum, nil"))
        assert racetrack.deploy(job_dir, force=True).perform(numbers=[1]) == -1

        (left,) = wait_until(lambda: _one(client), timeout=20)
        client.api.containers.get(left.id).kill()
        wait_until(lambda: post(latest, numbers=[1]).status_code == 200 or None, timeout=20)
        os.kill(racetrack.pid, signal.SIGKILL)
    with LocalRacetrack(engine="docker", state=state, limits=QUICK) as again:
        job = again.job("in-a-container")
        wait_until(lambda: job.call("/live").ok or None, timeout=20)
        assert job.perform(numbers=[1]) == -1
        job.delete()
        wait_until(lambda: None if cleaning.containers(client) else True, timeout=20)
        again.deploy(renamed(job_dir, "in-a-container", version="0.1.0"))


_CALLS_PUB = """
func Perform(map[string]any) (any, error) {
	answer, err := http.Get(os.Getenv("PUB_URL") + "/live")
	if err != nil {
		return nil, err
	}
	return answer.StatusCode, nil
}
"""


def test_a_job_reaches_pub_only_if_that_was_asked_for_and_nothing_else(
    client: Client, bundle: Path, tmp_path: Path
) -> None:
    del client
    job_dir = write_job(tmp_path / "caller", "caller", _CALLS_PUB, '"net/http"; "os"')
    with LocalRacetrack(engine="docker", limits=QUICK, keep=False) as racetrack:
        racetrack.install(bundle)
        job = racetrack.deploy(job_dir)
        assert "PUB_URL leads nowhere from this container" in job.logs()
        with pytest.raises(PerformError, match="connection refused"):
            job.perform()
        inner = f"http://{DockerEngine().host_address()}:{racetrack.config.port}"
        with pytest.raises(requests.ConnectionError):
            requests.get(f"{inner}/pub/live", timeout=5)
    with LocalRacetrack(
        engine="docker", limits=QUICK, keep=False, pub_for_containers=True
    ) as racetrack:
        racetrack.install(bundle)
        job = racetrack.deploy(job_dir)
        assert job.perform() == 200
        assert "leads nowhere" not in job.logs()
        inner = f"http://{DockerEngine().host_address()}:{racetrack.config.port}"
        assert requests.get(f"{inner}/pub/live", timeout=5).status_code == 200
        for path in (
            "/",
            "/dashboard/jobs",
            "/lifecycle/api/v1/info",
            "/api/v1/job",
            "/pub/../api",
        ):
            assert requests.get(f"{inner}{path}", timeout=5).status_code in (403, 404)
        stranger = {"Host": "stranger.example"}
        assert requests.get(f"{inner}/pub/live", headers=stranger, timeout=5).status_code == 403


def _one(client: Client) -> list[cleaning.Left] | None:
    found = cleaning.containers(client)
    return found if len(found) == 1 else None
