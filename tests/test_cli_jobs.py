"""The verbs that run jobs, each in a real child, as a person at a terminal would meet them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from shutil import which

import pytest
import requests

from tests.command_line import WORKBENCH, go_that_builds_by, running, workbench
from tests.left_behind import left_behind
from tests.support import ROOT, awaited, require
from tests.test_process import gone
from workbench._children import records
from workbench._ports import free_port, port_is_free
from workbench._wait import wait_until

SAMPLE = ROOT / "sample-golang-function"
NUMBERS = '{"numbers": [40, 2]}'


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "stderr.txt"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address that `workbench run` printed for the sample job."""
    log = tmp_path_factory.mktemp("run") / "stderr.txt"
    with running("run", SAMPLE, log=log) as (_, line):
        yield line


def test_the_tutorials_own_lines_print_42(log: Path) -> None:
    curl = which("curl")
    require(curl, "no curl")
    require(port_is_free(7000), "port 7000 is taken")
    with running("run", SAMPLE, "--port", "7000", log=log):
        answer = subprocess.run(
            [
                str(curl), "--silent", "-X", "POST",
                "http://localhost:7000/pub/job/golang-function/latest/api/v1/perform",
                "-H", "Content-Type: application/json",
                "-d", NUMBERS,
            ],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
    assert answer.stdout.strip() == "42"


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_stops_run_and_leaves_nothing(log: Path, number: int, code: int) -> None:
    port = free_port()
    with running("run", SAMPLE, "--port", str(port), log=log) as (child, line):
        assert line == f"http://127.0.0.1:{port}"
        assert requests.get(f"{line}/ready", timeout=5).status_code == 200
        child.send_signal(number)
        assert child.wait(20) == code
    assert port_is_free(port)
    assert not [record for record in records() if record.port == port]
    assert "Traceback" not in log.read_text()


def test_an_interrupt_while_it_builds_leaves_nothing(log: Path, tmp_path: Path) -> None:
    job = tmp_path / "job"
    workbench("call", SAMPLE, '{"numbers": [1]}').check_returncode()  # its jobbuild is there then
    workbench("new", "job", job).check_returncode()
    seen = tmp_path / "seen"
    # It would outlive any test: only the interrupt can end it.
    waits = f"echo $$ > {seen}.new; mv {seen}.new {seen}; exec sleep 600"
    compiler = go_that_builds_by(tmp_path, waits)
    with log.open("w") as stderr:
        child = subprocess.Popen(
            [WORKBENCH, "run", job], stderr=stderr,
            env={**os.environ, "WORKBENCH_GO": str(compiler), "TMPDIR": str(tmp_path)},
        )  # fmt: skip
    with awaited(child):
        pid = int(wait_until(lambda: (seen.exists() and seen.read_text()) or None, timeout=60))
        child.send_signal(signal.SIGINT)
        assert child.wait(20) == 130
    wait_until(lambda: gone(pid) or None, timeout=10)
    assert not list(tmp_path.glob("workbench-go-*"))
    assert "Traceback" not in log.read_text()


def test_an_interrupt_while_it_starts_leaves_nothing(log: Path, tmp_path: Path) -> None:
    slow = tmp_path / "slow"
    workbench("new", "job", slow).check_returncode()
    source = (slow / "perform.go").read_text()
    (slow / "perform.go").write_text(source + "\nfunc Init() error { select {} }\n")
    with log.open("w") as stderr:
        child = subprocess.Popen(
            [Path(sys.executable).with_name("workbench"), "run", slow],
            stdout=subprocess.PIPE, stderr=stderr, text=True,
        )  # fmt: skip
    with awaited(child):
        wait_for(log, "starting: http")
        started = [record for record in records() if record.owner_pid == child.pid]
        child.send_signal(signal.SIGINT)
        assert child.wait(20) == 130
    assert [record.name for record in started] == ["slow 0.0.1"]
    assert not [record for record in records() if record.owner_pid == child.pid]


def test_run_tells_how_to_call_the_job_and_follows_its_log(log: Path) -> None:
    with running("run", SAMPLE, log=log) as (child, address):
        requests.get(f"{address}/live", headers={"X-Request-Tracing-Id": "me"}, timeout=5)
        wait_for(log, "uri=/live")
        child.send_signal(signal.SIGINT)
        child.wait(20)
    text = log.read_text()
    assert f"curl -X POST {address}/pub/job/golang-function/0.0.1/api/v1/perform" in text
    assert "Ctrl-C stops it." in text


def wait_for(log: Path, text: str) -> None:
    wait_until(lambda: True if text in log.read_text() else None, timeout=60)


def test_a_job_that_dies_is_told(log: Path, tmp_path: Path) -> None:
    mortal = tmp_path / "mortal"
    workbench("new", "job", mortal).check_returncode()
    (mortal / "perform.go").write_text(
        'package job\n\nimport "os"\n\n'
        "func Perform(input map[string]interface{}) (interface{}, error) {\n"
        '\tos.Stderr.WriteString("farewell")\n\tos.Exit(3)\n\treturn nil, nil\n}\n'
    )
    (mortal / "perform_test.go").unlink()
    with running("run", mortal, log=log) as (child, address):
        with pytest.raises(requests.ConnectionError):
            requests.post(f"{address}/api/v1/perform", json={}, timeout=10)
        assert child.wait(20) == 1
    text = log.read_text()
    assert "error: mortal 0.0.1 ended with exit code 3." in text
    assert "farewell" in text


def test_a_taken_port_is_named_with_its_owner() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        port = server.getsockname()[1]
        answer = workbench("run", SAMPLE, "--port", str(port))
    assert answer.returncode == 1
    assert f"error: Port {port} is taken by " in answer.stderr
    assert f"(process {os.getpid()})" in answer.stderr
    assert answer.stdout == ""


def test_a_job_that_does_not_compile_is_told_at_its_line(tmp_path: Path) -> None:
    job = tmp_path / "broken"
    workbench("new", "job", job).check_returncode()
    (job / "perform.go").write_text("package job\n\nfunc Perform() {\n")
    answer = workbench("run", job)
    assert answer.returncode == 1
    assert "broken/perform.go:" in answer.stderr
    assert answer.stdout == ""


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/api/v1/perform",
        "/pub/job/golang-function/1.x",
        "/pub/job/golang-function/latest/",
    ],
)
def test_call_takes_the_address_of_a_running_job(address: str, path: str) -> None:
    answer = workbench("call", address + path, NUMBERS)
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "42\n", "")


def test_call_shows_the_jobs_own_error(address: str) -> None:
    answer = workbench("call", address, '{"numbers": ["forty"]}')
    assert answer.returncode == 1
    assert answer.stderr.startswith("error: perform answered 500 Internal Server Error: numbers[0]")
    assert answer.stdout == ""


def test_call_says_when_nobody_answers() -> None:
    answer = workbench("call", f"http://127.0.0.1:{free_port()}", NUMBERS)
    assert answer.returncode == 1
    assert "nobody answers there" in answer.stderr
    assert "Remedy: start a job with `workbench run JOB_DIR`" in answer.stderr


def test_call_builds_starts_calls_and_stops_a_folder() -> None:
    before = {record.pid for record in records()}
    answer = workbench("call", SAMPLE, NUMBERS)
    assert (answer.returncode, answer.stdout) == (0, "42\n"), answer.stderr
    assert {record.pid for record in records()} == before


def test_the_curl_line_makes_the_same_call(address: str) -> None:
    require(which("curl"), "no curl")
    printed = workbench("call", address, NUMBERS, "--curl")
    assert (printed.returncode, printed.stderr) == (0, "")
    made = subprocess.run(
        ["sh", "-c", f"{printed.stdout.strip()} --silent"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert made.stdout.strip() == "42"


def test_the_curl_line_of_a_folder_is_the_tutorials() -> None:
    printed = workbench("call", SAMPLE, NUMBERS, "--curl")
    url = "http://localhost:7000/pub/job/golang-function/latest/api/v1/perform"
    assert printed.returncode == 0
    assert printed.stdout == (
        f"curl -X POST {url} -H 'Content-Type: application/json' -d '{NUMBERS}'\n"
    )
    assert "--port 7000` runs" in printed.stderr


def test_clean_stops_what_a_crash_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path))
    with left_behind("job", "left-behind 0.0.1") as orphan:
        answer = workbench("clean")
        code = orphan.poll()
    words = f"job left-behind 0.0.1 on port 41999 (process {orphan.pid})"
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, f"stopped {words}\n", "")
    assert code == -signal.SIGTERM
    again = workbench("clean")
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "nothing was left running\n")


def test_clean_leaves_what_its_owner_still_runs(address: str) -> None:
    answer = workbench("clean")
    assert (answer.returncode, answer.stdout) == (0, "")
    port = address.rpartition(":")[2]
    line = f"left alone, since its owner lives: job golang-function 0.0.1 on port {port}"
    assert line in answer.stderr
    assert requests.get(f"{address}/ready", timeout=5).status_code == 200


def test_lab_prints_its_address_and_ends_on_ctrl_c(log: Path) -> None:
    port = free_port()
    with running("lab", "--no-browser", "--port", str(port), log=log) as (child, address):
        assert address.startswith(f"http://127.0.0.1:{port}/")
        assert requests.get(address, timeout=10).status_code == 200
        child.send_signal(signal.SIGINT)
        assert child.wait(30) == 130
    assert port_is_free(port)
    assert "Traceback" not in log.read_text()
