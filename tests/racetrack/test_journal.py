"""Every command of the unmodified `racetrack` against a server that asks for a token.

What is expected are texts that a server of release 2.36 led the command to print. What
test_walk.py runs on its way (install, deploy, --force) is not run again.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.racetrack.conftest import QUICK
from tests.racetrack.test_walk import renamed
from workbench.bundle import RacetrackRun
from workbench.racetrack.local import LocalRacetrack

NAME = "journal"
DENIED = 70
USAGE = 2
UNKNOWN = "Job record not found for given name, version"


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory, bundle: Path) -> Iterator[LocalRacetrack]:
    state = tmp_path_factory.mktemp("guarded")
    with LocalRacetrack(engine="process", state=state, limits=QUICK, auth=True) as server:
        server.install(bundle)
        yield server


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the command is run."""
    return tmp_path_factory.mktemp("place")


def run(server: LocalRacetrack, place: Path, line: str, *, terminal: bool = True) -> RacetrackRun:
    return server.cli(*line.split(), cwd=place, terminal=terminal)


def test_remotes_aliases_and_who_one_is(guarded: LocalRacetrack, place: Path) -> None:
    lifecycle, url = guarded.config.lifecycle_url, guarded.config.url
    token = run(guarded, place, "get auth-token", terminal=False).output
    # A slash at the end is another remote to the command, so that one logs in there as well.
    assert run(guarded, place, f"set remote {lifecycle}//").ok
    assert run(guarded, place, f"login {token}").ok
    assert run(guarded, place, "plugin list", terminal=False).output == "golang-job-type==0.0.0"
    assert run(guarded, place, f"set alias mine {url}").ok
    assert run(guarded, place, "set remote mine").ok
    assert run(guarded, place, "get remote", terminal=False).output == lifecycle
    assert run(guarded, place, "get pub", terminal=False).output == f"{url}/pub"

    assert run(guarded, place, "logout").ok
    out = run(guarded, place, "list")
    assert (out.exit_code, "missing auth token for" in out.output) == (DENIED, True)
    wrong = run(guarded, place, "login not.a.token")
    assert (wrong.exit_code, "Invalid Auth Token" in wrong.output) == (DENIED, True)
    (place / "password").write_text("wrong\n")
    login = ("login", "--username", "admin")
    refused = guarded._session.run(*login, cwd=place, stdin=place / "password", timeout=30)
    assert refused.exit_code == DENIED
    assert "Incorrect username or password" in refused.output
    (place / "password").write_text(f"{guarded.password}\n")
    assert guarded._session.run(*login, cwd=place, stdin=place / "password", timeout=30).ok
    assert run(guarded, place, "get auth-token", terminal=False).output.count(".") == 2


def test_a_jobs_life(guarded: LocalRacetrack, place: Path, adder: Path) -> None:
    job_dir = renamed(adder, NAME)
    empty = run(guarded, place, "list")
    assert f"No jobs deployed at {guarded.config.lifecycle_url}." in empty.output
    assert f"name: {NAME}" in run(guarded, place, f"validate {job_dir}", terminal=False).output
    assert run(guarded, place, f"deploy {job_dir}").ok
    at = f"{guarded.pub_url}/job/{NAME}/0.0.1"

    table = run(guarded, place, "list -c all").output
    assert f"List of all jobs (1) deployed at {guarded.config.lifecycle_url}:" in table
    row = next(line for line in table.splitlines() if line.startswith(f"{NAME} "))
    assert re.split(r" {3,}", row.strip()) == [
        NAME, "0.0.1", "RUNNING", "golang:0.0.0", "process", "admin", "just now", "never", at,
    ]  # fmt: skip
    one = run(guarded, place, "list -c pub_url", terminal=False).output
    assert re.split(r" {3,}", one.splitlines()[0].strip()) == [
        "NAME", "VERSION", "STATUS", "PUB URL",
    ]  # fmt: skip
    assert run(guarded, place, "list -c nothing").exit_code == USAGE

    for endpoint, payload, told in (
        ("/api/v1/perform", '{"numbers":["a"]}', "Internal Server Error: numbers[0] has to be"),
        ("/nowhere", "{}", "Not Found: there is nothing at "),
        ("/api/v1/perform", "{bad", "parsing payload: "),
    ):
        answer = run(guarded, place, f"call {NAME} {endpoint} {payload}")
        assert (answer.exit_code, told in answer.output) == (DENIED, True), answer
    curl = run(guarded, place, f"call {NAME} /api/v1/perform {{}} --curl", terminal=False)
    assert f"{at}/api/v1/perform" in curl.output
    nobody = run(guarded, place, "call nobody /api/v1/perform {}")
    assert (nobody.exit_code, "No job named nobody" in nobody.output) == (DENIED, True)

    logs = run(guarded, place, f"logs {NAME} --tail 300").output
    assert f'Viewing the latest logs from job "{NAME}" 0.0.1 below (' in logs
    assert "uri=/pub/job/journal/0.0.1/nowhere" in logs
    built = run(guarded, place, f"build-logs {NAME}").output
    assert f'Recent build logs of "{NAME}" job (' in built
    for line, code, told in (
        ("logs nobody", DENIED, "No job named nobody"),
        ("build-logs nobody --version 1.0.0", DENIED, UNKNOWN),
        (f"move {NAME} --version 0.0.1 --infrastructure k8s", DENIED,
         'Selected infrastructure target "k8s" is unavailable'),
        (f"move {NAME} --version 0.0.1 --infrastructure process", DENIED,
         "new infrastructure target has to be different from the current one"),
        (f"run-local {job_dir}", DENIED, "`workbench run JOB_DIR` builds and runs a job here"),
        (f"delete {NAME}", USAGE, "--version"),
        (f"delete {NAME} --version latest", DENIED, UNKNOWN),
        (f"delete {NAME} --version 0.0.1", 0, f'Job "{NAME}" v0.0.1 has been deleted from '),
    ):  # fmt: skip
        answer = run(guarded, place, line)
        assert (answer.exit_code, told in answer.output) == (code, True), answer


def test_plugins(guarded: LocalRacetrack, place: Path, bundle: Path) -> None:
    assert run(guarded, place, "plugin download golang-job-type 0.0.0").ok
    downloaded = place / "golang-job-type-0.0.0.zip"
    assert downloaded.read_bytes() == bundle.read_bytes()
    # The command prints an error here, and is content nevertheless.
    missing = run(guarded, place, "plugin download golang-job-type 9.9.9")
    assert (missing.exit_code, "ERROR" in missing.output) == (0, True)
    unknown = run(guarded, place, "plugin uninstall golang-job-type --version 9.9.9")
    assert unknown.exit_code == DENIED
    assert run(guarded, place, "plugin uninstall golang-job-type --version 0.0.0").ok
    assert run(guarded, place, "plugin list --job-types", terminal=False).output == ""
    assert run(guarded, place, f"plugin install {downloaded.name} --replace").ok
    assert guarded.job_types() == ["golang:0.0.0"]


def test_nobodys_own_settings_were_touched(guarded: LocalRacetrack) -> None:
    settings = guarded._session.home / ".racetrack" / "config.yaml"
    assert settings.stat().st_mode & 0o777 == 0o600
    assert guarded._session.home != Path(os.path.expanduser("~"))  # noqa: PTH111 - what the command takes
