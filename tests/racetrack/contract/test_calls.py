"""Calls through PUB."""

from __future__ import annotations

import pytest
import requests

from tests.racetrack.contract.conftest import Server, here_or_there
from workbench._wait import wait_until

TRACE = "X-Request-Tracing-Id"


@pytest.mark.parametrize("version", ["0.0.1", "latest", "0.x", "0.0.x"])
def test_a_call(deployed: Server, version: str) -> None:
    answer = deployed.call(version, "/api/v1/perform", json={"numbers": [40, 2]})
    assert (answer.status_code, answer.json()) == (200, 42)
    assert answer.headers["Content-Type"].startswith("application/json")
    assert answer.headers[TRACE]


def test_the_callers_own_trace_comes_back(deployed: Server) -> None:
    answer = deployed.call("latest", "/live", "GET", headers={TRACE: "my-own"})
    assert answer.headers[TRACE] == "my-own"
    assert answer.json()["deployment_timestamp"] > 0


def test_the_jobs_own_error(deployed: Server) -> None:
    answer = deployed.call("latest", "/api/v1/perform", json={"numbers": ["forty"]})
    assert answer.status_code == 500
    assert "numbers[0] has to be a number" in answer.json()["error"]


def test_a_job_that_is_not_there(deployed: Server) -> None:
    url = f"{deployed.pub}/job/{deployed.job}-not/latest/live"
    answer = requests.get(url, headers={**deployed.headers, TRACE: "t"}, timeout=30)
    assert answer.status_code == 404
    assert answer.json() == {
        "error": "Proxy request error: Job was not found: Authorizing Job caller: "
        f"No job named {deployed.job}-not",
        "requestId": "t",
    }


def test_an_asynchronous_call(deployed: Server) -> None:
    url = f"{deployed.pub}/async/new/job/{deployed.job}/latest/api/v1/perform"
    new = requests.post(url, json={"numbers": [40, 2]}, headers=deployed.headers, timeout=30)
    assert new.status_code == 201
    assert new.json()["status"] == "ongoing"
    task = f"{deployed.pub}/async/task/{new.json()['task_id']}"
    answer = requests.get(f"{task}/poll", headers=deployed.headers, timeout=60)
    assert (answer.status_code, answer.json()) == (200, 42)
    told = requests.get(f"{task}/status", timeout=30).json()
    assert told == {"status": "completed", "task_id": new.json()["task_id"]}


def test_probes_of_its_own(server: Server) -> None:
    for name in ("live", "ready", "health"):
        assert requests.get(f"{server.pub}/{name}", timeout=30).status_code == 200


def test_what_was_called_is_noted(deployed: Server) -> None:
    deployed.call("latest", "/api/v1/perform", json={"numbers": [1]})

    def noted() -> object:
        return deployed.ask("GET", f"/job/{deployed.job}/0.0.1").json()["last_call_time"] or None

    wait_until(noted, timeout=here_or_there(20, 150))  # a real server looks once a minute
