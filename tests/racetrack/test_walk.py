"""The last two chapters of the tutorial, by the unmodified command, on a server of one's own."""

from __future__ import annotations

import json
import re
from pathlib import Path

import psutil
import pytest
import requests

from workbench.errors import DeployError, PerformError, WorkbenchError
from workbench.events import Event
from workbench.racetrack.local import LocalRacetrack


def renamed(job_dir: Path, name: str, **changes: str) -> Path:
    """Give a job another name, and other lines in its manifest."""
    path = job_dir / "job.yaml"
    text = path.read_text().replace("name: golang-function", f"name: {name}")
    for key, value in changes.items():
        text = re.sub(rf"^{key}:.*$", f"{key}: {value}", text, flags=re.MULTILINE)
    path.write_text(text)
    return job_dir


def post(url: str, **numbers: object) -> requests.Response:
    return requests.post(f"{url}/api/v1/perform", json=numbers, timeout=20)


def test_install_deploy_call_delete(racetrack: LocalRacetrack, adder: Path) -> None:
    job_dir = renamed(adder, "walk")
    assert "golang-job-type==0.0.0" in racetrack.cli("plugin", "list").output
    assert "golang:0.0.0" in racetrack.cli("plugin", "list", "--job-types").output
    run = racetrack.cli("deploy", cwd=job_dir, terminal=True)
    assert run.ok, run.output
    at = f"{racetrack.pub_url}/job/walk/0.0.1"
    assert f'Job "walk" has been deployed. Check out {at} to access your Job' in run.output
    assert "job deployment requested: " in run.output
    for version in ("0.0.1", "latest", "0.x"):
        answer = post(f"{racetrack.pub_url}/job/walk/{version}", numbers=[40, 2])
        assert (answer.status_code, answer.json()) == (200, 42)
    call = racetrack.cli("call", "walk", "/api/v1/perform", '{"numbers": [40, 2]}')
    assert call.output == "42"
    logs = racetrack.cli("logs", "walk", "--tail", "1000")  # its probes soon fill the usual 20
    assert "POST" in logs.output
    assert racetrack.cli("build-logs", "walk").ok
    listed = racetrack.cli("list", "-c", "all").output
    row = next(line for line in listed.splitlines() if line.startswith("walk "))
    assert row.split("   ")[0].strip() == "walk"
    assert "RUNNING" in row
    assert "golang:0.0.0" in row
    assert at in row
    again = racetrack.cli("deploy", cwd=job_dir)
    assert again.exit_code == 70
    assert "already deployed. Try deploying next version or use --force flag" in again.output
    tried = requests.get(racetrack.dashboard_url("deployments"), timeout=20)
    assert tried.status_code == 200
    assert "job walk v0.0.1 is already deployed" in tried.text
    assert racetrack.cli("deploy", "--force", cwd=job_dir).ok
    assert racetrack.cli("delete", "walk", "--version", "0.0.1").ok
    gone = post(at, numbers=[1])
    assert gone.status_code == 404
    assert gone.json()["error"].startswith("Proxy request error: Job was not found")


def test_the_same_from_a_notebook(racetrack: LocalRacetrack, adder: Path) -> None:
    events: list[Event] = []
    job = racetrack.deploy(renamed(adder, "by-python"), on_event=events.append)
    assert job.perform(numbers=[40, 2]) == 42
    assert job.status == "running"
    assert job.job_type == "golang:0.0.0"
    assert job.live().body["deployment_timestamp"] > 0
    assert job.ready().ok
    assert job.metrics()["requests_started_total"] == 1
    assert "perform" in job.logs()
    assert events[-1].message == job.pub_url
    with pytest.raises(PerformError, match="'numbers' has to be a list"):
        job.perform(numbers="many")
    job.delete()
    with pytest.raises(WorkbenchError, match="404"):
        racetrack.job("by-python")


def test_a_job_that_does_not_compile_is_told_at_the_users_line(
    racetrack: LocalRacetrack, adder: Path
) -> None:
    job_dir = renamed(adder, "broken")
    source = job_dir / "perform.go"
    source.write_text(source.read_text().replace("return sum, nil", "return sums, nil"))
    line = source.read_text()[: source.read_text().index("return sums")].count("\n") + 1
    with pytest.raises(DeployError) as refused:
        racetrack.deploy(job_dir)
    assert f"perform.go:{line}" in str(refused.value)
    assert "undefined: sums" in str(refused.value)
    assert [job.name for job in racetrack.jobs() if job.name == "broken"] == []


def test_a_new_version_and_latest(racetrack: LocalRacetrack, adder: Path) -> None:
    job_dir = renamed(adder, "two-versions")
    racetrack.deploy(job_dir)
    source = job_dir / "perform.go"
    source.write_text(source.read_text().replace("return sum, nil", "return -sum, nil"))
    renamed(job_dir, "two-versions", version="0.1.0")
    racetrack.deploy(job_dir)
    for version, answer in (("0.0.1", 3), ("latest", -3), ("0.1.x", -3), ("0.1.0", -3)):
        url = f"{racetrack.pub_url}/job/two-versions/{version}"
        assert post(url, numbers=[1, 2]).json() == answer
    for job in racetrack.jobs():
        if job.name == "two-versions":
            job.delete()


def test_a_failed_redeployment_leaves_the_running_job(
    racetrack: LocalRacetrack, adder: Path
) -> None:
    job_dir = renamed(adder, "steady")
    job = racetrack.deploy(job_dir)
    (job_dir / "init.go").write_text(
        'package dummyserver\n\nimport "errors"\n\n'
        'func Init() error { return errors.New("the model is broken") }\n'
    )
    with pytest.raises(DeployError, match="the model is broken"):
        racetrack.deploy(job_dir, force=True)
    assert job.perform(numbers=[1]) == 1
    assert job.status == "running"
    job.delete()


def test_nothing_listens_beyond_loopback_and_nothing_is_left(
    racetrack: LocalRacetrack, adder: Path
) -> None:
    job = racetrack.deploy(renamed(adder, "loopback"))
    server = psutil.Process(racetrack.pid)
    family = [server, *server.children(recursive=True)]
    places = {
        place.laddr.ip
        for process in family
        for place in process.net_connections()
        if place.status == psutil.CONN_LISTEN
    }
    assert places == {"127.0.0.1"}
    job.delete()


def test_info_and_unknown_routes(racetrack: LocalRacetrack) -> None:
    for base in (racetrack.config.url, racetrack.url, f"{racetrack.config.url}//lifecycle/"):
        info = requests.get(f"{base}/api/v1/info", timeout=5)
        assert info.json()["external_pub_url"] == racetrack.pub_url
        assert info.headers["Content-Length"]
    missing = requests.get(f"{racetrack.url}/api/v1/nothing", timeout=5)
    assert (missing.status_code, missing.json()) == (404, {"detail": "Not Found"})
    wrong = requests.put(f"{racetrack.url}/api/v1/job", timeout=5)
    assert (wrong.status_code, wrong.json()) == (405, {"detail": "Method Not Allowed"})
    assert "GET" in wrong.headers["Allow"]
    empty = requests.post(f"{racetrack.url}/api/v1/deploy", json={}, timeout=5)
    assert empty.status_code == 422
    assert json.loads(empty.text)["detail"][0]["loc"] == ["body", "manifest"]
