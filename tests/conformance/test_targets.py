"""What can be judged of a folder, a running job, an address and a command; and what is left."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psutil
import pytest
import requests

from tests.command_line import WORKBENCH
from tests.conformance.test_published import BROKEN
from tests.odd_server import answering, whole
from tests.support import ROOT, require, without_namespaces
from workbench import _children, _offline, _ports
from workbench._wait import wait_until
from workbench.conformance.check import check
from workbench.conformance.instance import READY_TIMEOUT
from workbench.conformance.report import Report, load_report
from workbench.conformance.rules import RULES
from workbench.conformance.vocabulary import On, Verdict
from workbench.errors import UsageError, WorkbenchError
from workbench.job import Job
from workbench.run import run_job
from workbench.settings import shipped

SAMPLE = shipped("sample-golang-function")
WRAPPER = ROOT / "tests" / "cases" / "wrappers" / "thirty-lines.py"
GOOD, BAD = {"numbers": [40, 2]}, {"numbers": ["forty"]}


def judged(report: Report, verdict: Verdict) -> list[str]:
    return [one.rule.id for one in report if one.verdict is verdict]


@pytest.fixture(scope="module")
def job() -> Iterator[Job]:
    with run_job(SAMPLE) as running:
        yield running


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    before = {record.pid for record in _children.records()}
    yield
    assert {record.pid for record in _children.records()} <= before


# --- an address, a job ----------------------------------------------------------------------------


def test_of_an_address_only_what_it_shows_is_judged(job: Job) -> None:
    report = check(job.address)
    unknown = judged(report, Verdict.NOT_JUDGED)
    assert judged(report, Verdict.BROKEN) == []
    assert {one.rule.id for one in report if one.rule.on is not On.RUNNING} <= set(unknown)
    assert {"W30", "W31", "W82"} <= set(unknown)
    assert "--input" in report["W30"].what
    assert "--fault-input" in report["W31"].what
    assert "--timestamp" in report["W13"].what
    assert "--start" in report["W60"].what
    assert job.perform(GOOD) == 42


@pytest.mark.parametrize("url", [f"http://127.0.0.1:{_ports.free_port()}", "http://nobody.invalid"])
def test_of_nobody_nothing_is_judged(url: str) -> None:
    with pytest.raises(WorkbenchError, match=f"^Nobody answers at {url}: ") as caught:
        check(url)
    assert "workbench run" in str(caught.value.remedy)


@pytest.mark.parametrize("url", ["http://a..b/", f"http://{'a' * 70}.example/"])
def test_what_cannot_be_an_address_is_a_wrong_call(url: str) -> None:
    with pytest.raises(UsageError, match="is no address"):
        check(url)


def test_what_the_person_tells_is_judged_as_well(job: Job) -> None:
    report = check(
        job.address,
        timestamp=job.deployment_timestamp,
        input=GOOD,
        expect=42,
        fault_input=BAD,
    )
    told = {"W13", "W30", "W31", "W47", "W48", "W81", "W82"}
    assert told <= set(judged(report, Verdict.HELD))
    wrong = check(job.address, timestamp=1, input=GOOD, expect=43, fault_input=GOOD)
    assert judged(wrong, Verdict.BROKEN) == ["W13", "W30", "W31", "W82"]


def test_a_name_that_nobody_tells_is_asked_for(job: Job) -> None:
    report = check(job.address, job_name="another-name")
    assert {"W02", "W03", "W17", "W20"} <= set(judged(report, Verdict.BROKEN))
    with answering(whole(b"{}", b"404 Not Found")) as address:
        silent = check(address)
    assert "--job-name" in silent["W02"].what
    assert silent["W10"].what.startswith("/live answers 404")


def test_an_engine_that_has_nothing_to_build_is_refused_and_not_forgotten(job: Job) -> None:
    for what in ({"target": job.address}, {"target": job}, {"start": "true"}):
        with pytest.raises(UsageError, match="there is none here"):
            check(**what, engine="process")


def test_a_running_job_is_judged_whole_and_survives(job: Job) -> None:
    report = check(job, plugin=shipped("golang-job-type"))
    assert [one.what for one in report if one.verdict is not Verdict.HELD] == []
    assert job.exit_code is None
    assert job.perform(GOOD) == 42
    without = check(job)
    assert "W33" in judged(without, Verdict.NOT_JUDGED)
    assert "W60" in judged(without, Verdict.HELD)


def test_behind_a_gateway_the_root_is_out_of_sight(job: Job) -> None:
    class Gateway(BaseHTTPRequestHandler):
        def _forward(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            path = self.path.replace("/latest/", "/0.0.1/")
            answer = requests.request(
                self.command,
                job.address + path,
                data=body,
                headers={"Content-Type": "application/json"},
                allow_redirects=False,
                timeout=10,
            )
            self.send_response(answer.status_code)
            for name in ("Content-Type", "Allow", "Location"):
                if name in answer.headers:
                    self.send_header(name, answer.headers[name])
            self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        do_GET = do_POST = do_DELETE = do_PUT = _forward  # noqa: N815 - http.server's names

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Gateway) as gateway:
        threading.Thread(target=gateway.serve_forever, daemon=True).start()
        base = f"http://127.0.0.1:{gateway.server_port}/pub/job/golang-function/latest"
        report = check(base, input=GOOD, expect=42)
        gateway.shutdown()
    held = set(judged(report, Verdict.HELD))
    assert {"W02", "W17", "W30", "W40", "W71", "W80"} <= held
    hidden = ("W03", "W04", "W06", "W10", "W16", "W35")
    assert all("give the wrapper's own address" in report[name].what for name in hidden)


# --- commands -------------------------------------------------------------------------------------


def test_a_program_in_any_language_is_started_as_often_as_it_takes() -> None:
    report = check(start=[sys.executable, str(WRAPPER)], input=GOOD, expect=42, fault_input=BAD)
    assert {"W01", "W02", "W13", "W15", "W30"} <= set(judged(report, Verdict.HELD))
    assert {"W04", "W14", "W31", "W40", "W60"} <= set(judged(report, Verdict.BROKEN))
    assert "a container's first process gets no signal" in report["W60"].what


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("raise SystemExit(3)", "it ended with exit code 3 before it listened"),
        (
            "import signal, socket; s = socket.create_server(('127.0.0.1', 8080)); signal.pause()",
            "it listens on 127.0.0.1:8080, and not on 0.0.0.0:7000",
        ),
        (
            "import signal, socket; s = socket.create_server(('127.0.0.1', 7000)); signal.pause()",
            "it listens on 127.0.0.1:7000, and not on 0.0.0.0:7000",
        ),
    ],
)
def test_a_program_that_is_no_wrapper_is_told_so(script: str, told: str) -> None:
    require(_offline.offline().sealed, "this system gives no network namespace")
    report = check(start=[sys.executable, "-c", script], rules=RULES[:1])
    assert report["W01"].what == told


def test_a_command_that_is_not_there_is_a_wrong_call() -> None:
    with pytest.raises(UsageError, match="There is no command 'no-such-command-here'"):
        check(start="no-such-command-here")


def test_of_a_program_that_always_ends_nothing_holds() -> None:
    report = check(start="true")
    assert judged(report, Verdict.HELD) == []
    assert report["W01"].what == "it ended with exit code 0 before it listened"
    assert "ended with exit code 0" in report["W10"].what


def test_an_interrupt_ends_all_that_was_started(tmp_path: Path) -> None:
    home = {"WORKBENCH_HOME": str(tmp_path)}
    child = subprocess.Popen(
        [WORKBENCH, "check", "--start", f"{sys.executable} {WRAPPER}"],
        cwd=ROOT, env={**os.environ, **home}, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    run = tmp_path / "run"
    wait_until(lambda: list(run.glob("*.json")) or None, timeout=30)
    os.killpg(child.pid, signal.SIGINT)
    child.communicate(timeout=60)
    assert child.returncode == 130
    assert not [path for path in run.glob("*.json") if Path("/proc", path.stem).exists()]


def test_an_interrupt_does_not_wait_for_what_never_comes(tmp_path: Path) -> None:
    require(_offline.offline().sealed, "this system gives no network namespace")
    child = subprocess.Popen(
        [WORKBENCH, "check", "--start", "sleep 61.25"],
        cwd=ROOT, env={**os.environ, "WORKBENCH_HOME": str(tmp_path)}, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    asleep = wait_until(lambda: sleeping(child.pid), timeout=30)
    child.send_signal(signal.SIGINT)
    said = child.communicate(timeout=READY_TIMEOUT / 2)[0]
    assert child.returncode == 130, said
    assert "Traceback" not in said
    assert not [one for one in asleep if one.is_running()]


def sleeping(parent: int) -> list[psutil.Process] | None:
    """The programs that are judged, once there are two: W01's, and the one that all rules ask."""
    found = psutil.Process(parent).children(recursive=True)
    asleep = [one for one in found if one.name() == "sleep"]
    return asleep if len(asleep) == 2 else None


# --- a system that gives no networks --------------------------------------------------------------


def on_a_poorer_system(tmp_path: Path, *words: str | Path) -> Report:
    require(_offline.offline().sealed, "this system gives no network namespace")
    done = without_namespaces(str(WORKBENCH), "check", *map(str, words), "--json")
    saved = tmp_path / "report.json"
    saved.write_text(done.stdout)
    assert done.returncode in (0, 1), done.stderr
    return load_report(saved)


def test_without_networks_a_wrapper_that_listens_where_told_is_judged_side_by_side(
    tmp_path: Path,
) -> None:
    report = on_a_poorer_system(tmp_path, SAMPLE)
    assert [one.what for one in report if one.verdict is not Verdict.HELD] == []


def test_without_networks_others_take_turns_on_the_port_of_this_machine(tmp_path: Path) -> None:
    report = on_a_poorer_system(
        tmp_path, "--start", f"{sys.executable} {WRAPPER}", "--input", '{"numbers": [40, 2]}'
    )
    assert {"W01", "W02", "W13", "W30"} <= set(judged(report, Verdict.HELD))


def test_without_networks_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 7000)):
        report = on_a_poorer_system(tmp_path, "--start", f"{sys.executable} {WRAPPER}")
    assert "Port 7000 is taken by" in report["W01"].what
    assert judged(report, Verdict.HELD) == []


def test_without_networks_a_wrapper_with_a_port_of_its_own_is_judged_the_same(
    tmp_path: Path,
) -> None:
    published = ROOT / "tests" / "cases" / "published"
    report = on_a_poorer_system(tmp_path, SAMPLE, "--plugin", published)
    assert judged(report, Verdict.NOT_JUDGED) == []
    assert judged(report, Verdict.BROKEN) == list(BROKEN)
