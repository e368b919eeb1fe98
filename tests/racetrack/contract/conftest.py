"""A server to hold the wire contract against: a LocalRacetrack, or the one that variables name.

    WORKBENCH_CONTRACT_URL=https://racetrack.example.com/lifecycle \
    WORKBENCH_CONTRACT_TOKEN=... pytest tests/racetrack/contract

There the plugin is installed under a version of its own, a job is deployed under a name of its own,
and both are removed in the end. The token has to be an administrator's.
"""

from __future__ import annotations

import base64
import io
import os
import secrets
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from tests.racetrack.conftest import QUICK
from workbench import bundle_plugin, shipped
from workbench._wait import wait_until
from workbench.racetrack.local import LocalRacetrack

URL = os.environ.get("WORKBENCH_CONTRACT_URL", "")
TOKEN = os.environ.get("WORKBENCH_CONTRACT_TOKEN", "")

LONGEST = 900.0
"""Seconds that a deployment may take; a real server may have to build a base image first."""


def here_or_there(here: Any, there: Any) -> Any:
    """What LocalRacetrack answers on purpose, and what a real server of 2.36 did."""
    return there if URL else here


@dataclass
class Server:
    """A server, and what this run put there.

    Attributes:
        lifecycle: Its address, with the path of Lifecycle.
        headers: What tells who asks.
        bundle: The plugin's ZIP.
        version: The plugin's version.
        job: The job's name.
    """

    lifecycle: str
    headers: Mapping[str, str]
    bundle: Path
    version: str
    job: str = field(default_factory=lambda: f"contract-{secrets.token_hex(4)}")

    def ask(self, method: str, path: str, **more: Any) -> requests.Response:
        """A request to Lifecycle; `path` begins behind `/api/v1`."""
        url = f"{self.lifecycle}/api/v1{path}"
        return requests.request(method, url, headers=self.headers, timeout=60, **more)

    @property
    def pub(self) -> str:
        """Where PUB is."""
        return str(self.ask("GET", "/info").json()["external_pub_url"])

    def call(self, version: str, path: str, method: str = "POST", **more: Any) -> requests.Response:
        """A request to the job through PUB."""
        url = f"{self.pub}/job/{self.job}/{version}{path}"
        headers = {**self.headers, **more.pop("headers", {})}
        return requests.request(method, url, headers=headers, timeout=60, **more)

    def payload(self, *, code: str = "", force: bool = False, **manifest: Any) -> dict[str, Any]:
        """What `racetrack deploy` would send for the sample job."""
        folder = shipped("sample-golang-function")
        whole = yaml.safe_load((folder / "job.yaml").read_text())
        whole |= {"name": self.job, "jobtype": f"golang:{self.version}", **manifest}
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w:gz") as archive:
            for path in sorted(folder.iterdir()):
                archive.add(path, path.name)
            if code:
                data = code.encode()
                info = tarfile.TarInfo("more.go")
                info.size = len(data)
                archive.addfile(info, io.BytesIO(data))
        return {
            "manifest": {key: value for key, value in whole.items() if value is not None},
            "git_credentials": None,
            "secret_vars": {"build_env": {}, "runtime_env": {}},
            "build_context": base64.b64encode(packed.getvalue()).decode(),
            "force": force,
            "build_flags": [],
        }

    def deploy(self, **more: Any) -> dict[str, Any]:
        """Deploy, and wait: the deployment as it was in the end."""
        begun = self.ask("POST", "/deploy", json=self.payload(**more))
        assert begun.status_code == 200, begun.text

        def ended() -> dict[str, Any] | None:
            told: dict[str, Any] = self.ask("GET", f"/deploy/{begun.json()['id']}").json()
            assert told["status"] in ("in_progress", "done", "failed")
            return told if told["status"] != "in_progress" else None

        return wait_until(ended, timeout=LONGEST)


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    version = f"0.0.0-contract{secrets.token_hex(3)}"
    folder = tmp_path_factory.mktemp("contract")
    bundle = bundle_plugin(shipped("golang-job-type"), folder, plugin_version=version).path
    if not URL:
        with LocalRacetrack(engine="process", state=folder / "state", limits=QUICK) as racetrack:
            yield Server(racetrack.config.lifecycle_url, {}, bundle, version)
        return
    there = Server(URL.rstrip("/"), {"X-Racetrack-Auth": TOKEN}, bundle, version)
    try:
        yield there
    finally:
        for job in there.ask("GET", "/job").json():
            if job["name"].startswith(there.job):
                there.ask("DELETE", f"/job/{job['name']}/{job['version']}")
        there.ask("DELETE", f"/plugin/golang-job-type/{version}")


@pytest.fixture(scope="package")
def installed(server: Server) -> Server:
    """The server, with the plugin."""
    upload = f"/plugin/upload/{server.bundle.name}?replace=0"
    answer = server.ask("POST", upload, data=server.bundle.read_bytes())
    assert answer.status_code == 200, answer.text
    assert answer.json()["name"] == "golang-job-type"
    assert answer.json()["version"] == server.version
    return server


@pytest.fixture(scope="package")
def deployed(installed: Server) -> Server:
    """The server, with version 0.0.1 of the job."""
    told = installed.deploy()
    assert told["status"] == "done", told
    return installed
