"""Deployments and jobs, from the first version to the last."""

from __future__ import annotations

import pytest

from tests.racetrack.contract.conftest import URL, Server, here_or_there

DEPLOYMENT = {
    "id", "status", "create_time", "update_time", "error", "job", "deployed_by", "phase",
    "image_name", "infrastructure_target", "manifest_yaml", "job_name", "job_version", "warnings",
}  # fmt: skip
JOB = {
    "name", "version", "status", "create_time", "update_time", "id", "manifest", "manifest_yaml",
    "internal_name", "pub_url", "error", "notice", "image_tag", "deployed_by", "last_call_time",
    "infrastructure_target", "replica_internal_names", "job_type_version", "infrastructure_stats",
}  # fmt: skip
UNKNOWN = {
    "error": "Job record not found for given name, version",
    "type": "EntityNotFound",
}


def test_the_job_object(deployed: Server) -> None:
    job = deployed.ask("GET", f"/job/{deployed.job}/0.0.1").json()
    assert set(job) >= JOB
    assert (job["status"], job["error"]) == ("running", None)
    assert job["pub_url"] == f"{deployed.pub}/job/{deployed.job}/0.0.1"
    assert job["job_type_version"] == f"golang:{deployed.version}"
    assert job["manifest"]["git"]["branch"] is None
    assert job["manifest"]["replicas"] == 1
    assert isinstance(job["create_time"], int)
    assert deployed.ask("GET", f"/job/{deployed.job}/latest").json()["id"] == job["id"]
    listed = deployed.ask("GET", "/job").json()
    assert job["id"] in [one["id"] for one in listed]
    times = [one["update_time"] for one in listed]
    assert times == sorted(times, reverse=True)


@pytest.mark.parametrize(
    ("version", "error"),
    [
        ("9.9.9", UNKNOWN["error"]),
        ("*", UNKNOWN["error"]),
        ("9.x", "Not found any stable version matching pattern: 9.x"),
    ],
)
def test_a_version_that_is_not_there(deployed: Server, version: str, error: str) -> None:
    answer = deployed.ask("GET", f"/job/{deployed.job}/{version}")
    assert (answer.status_code, answer.json()["error"]) == (404, error)


def test_a_name_that_is_not_there(deployed: Server) -> None:
    answer = deployed.ask("GET", f"/job/{deployed.job}-not/latest")
    assert answer.status_code == 404
    assert answer.json()["error"] == f"No job named {deployed.job}-not"


def test_the_same_version_again(deployed: Server) -> None:
    refused = deployed.deploy()
    assert set(refused) >= DEPLOYMENT - {"job"}
    assert refused["status"] == "failed"
    assert f"job {deployed.job} v0.0.1 is already deployed" in refused["error"]
    before = deployed.ask("GET", f"/job/{deployed.job}/0.0.1").json()
    forced = deployed.deploy(force=True)
    assert (forced["status"], forced["error"]) == ("done", None)
    assert forced["job"]["id"] == before["id"]
    assert forced["job"]["create_time"] == before["create_time"]


def test_what_does_not_compile(deployed: Server) -> None:
    code = "package dummyserver\n\nvar never = undefinedName\n"
    failed = deployed.deploy(version="0.9.0", code=code)
    assert failed["status"] == "failed"
    assert "building an image: building Job image (1/1): " in failed["error"]
    assert "undefined: undefinedName" in failed["error"]
    logs = deployed.ask("GET", f"/job/{deployed.job}/0.9.0/build-logs?tail=0")
    assert logs.status_code == here_or_there(200, 404)


def test_a_job_type_that_is_not_there(deployed: Server) -> None:
    failed = deployed.deploy(version="0.9.1", jobtype="nothing-of-this-name:latest")
    assert failed["status"] == "failed"
    assert "preparing job type builder: " in failed["error"]


BAD_NAME = pytest.param(
    "name", "Under_Score",
    marks=pytest.mark.skipif(
        bool(URL), reason="a real server finds a bad name at the build, and leaves things behind"
    ),
)  # fmt: skip


@pytest.mark.parametrize(
    ("key", "value"), [BAD_NAME, ("replicas", "many"), ("nothing_like_this", 1)]
)
def test_a_manifest_that_breaks_a_rule(deployed: Server, key: str, value: object) -> None:
    answer = deployed.ask("POST", "/deploy", json=deployed.payload(**{key: value}))  # type: ignore[arg-type]
    assert answer.status_code == here_or_there(400, 500)
    assert answer.json()["error"]


def test_logs(deployed: Server) -> None:
    deployed.call("0.0.1", "/api/v1/perform", json={"numbers": [1]})
    base = f"/job/{deployed.job}/0.0.1"
    logs = deployed.ask("GET", f"{base}/logs?tail=1").json()["logs"]
    assert logs.count("\n") == 1
    assert "perform" in deployed.ask("GET", f"{base}/logs?tail=50").json()["logs"]
    assert "logs" in deployed.ask("GET", f"{base}/build-logs?tail=0").json()


def test_moving(deployed: Server) -> None:
    base = f"/job/{deployed.job}/0.0.1"
    now = deployed.ask("GET", base).json()["infrastructure_target"]
    for target, error in (
        (now, "new infrastructure target has to be different from the current one"),
        ("nowhere", 'Selected infrastructure target "nowhere" is unavailable'),
    ):
        answer = deployed.ask("POST", f"{base}/move", json={"infrastructure_target": target})
        assert answer.status_code == here_or_there(400, 500)
        assert error in answer.json()["error"]
    assert deployed.ask("GET", base).json()["status"] == "running"


def test_a_second_version_and_the_end_of_both(deployed: Server) -> None:
    assert deployed.deploy(version="0.1.0-rc1")["status"] == "done"
    assert deployed.ask("GET", f"/job/{deployed.job}/latest").json()["version"] == "0.0.1"
    assert deployed.ask("DELETE", f"/job/{deployed.job}/latest").json() == UNKNOWN
    gone = deployed.ask("DELETE", f"/job/{deployed.job}/0.1.0-rc1")
    assert (gone.status_code, gone.text) == (200, "null")
    again = deployed.deploy(version="0.1.0-rc1")
    assert again["status"] == "failed"
    assert "has already been deployed and deleted" in again["error"]
