"""What the fault lab does not do: harm others, take all memory or time, leave something behind."""

from __future__ import annotations

import http.server
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import psutil
import pytest

from tests.command_line import WORKBENCH, workbench
from tests.support import ROOT, awaited, require
from workbench import _children
from workbench._private_network import private_networks
from workbench._wait import wait_until
from workbench.conformance.check import make_target
from workbench.conformance.faults import FAULTS, runner
from workbench.conformance.faults.clients import GUESTS
from workbench.conformance.faults.lab import faults
from workbench.conformance.faults.trial import Trial
from workbench.conformance.faults.vocabulary import Fault, Outcome
from workbench.conformance.target import Given, Target
from workbench.conformance.targets import PROBE_JOB
from workbench.engines import ProcessEngine
from workbench.events import silent
from workbench.manifest import load_job_manifest
from workbench.plugin import load_plugin
from workbench.run import run_job
from workbench.settings import shipped

SAMPLE = ROOT / "sample-golang-function"
PUBLISHED = ROOT / "tests" / "cases" / "published"  # takes all of a large request


@pytest.fixture(autouse=True)
def _networks() -> None:
    require(private_networks() is None, "this system gives no network namespace")


class Stranger(http.server.BaseHTTPRequestHandler):
    """Somebody else's wrapper: it counts what it is asked, and what is open at once."""

    asked: ClassVar[Counter[str]] = Counter()
    most_open = 0
    bytes_read = 0
    _open = 0
    _lock = threading.Lock()

    def setup(self) -> None:
        super().setup()
        with self._lock:
            Stranger._open += 1
            Stranger.most_open = max(Stranger.most_open, Stranger._open)

    def finish(self) -> None:
        super().finish()
        with self._lock:
            Stranger._open -= 1

    def do_GET(self) -> None:
        self._answer(200 if self.path != "/openapi.json" else 404, b'{"status": "live"}')

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with self._lock:
            Stranger.bytes_read += len(body)
        self._answer(200, b"42")

    def _answer(self, status: int, body: bytes) -> None:
        with self._lock:
            self.asked[f"{self.command} {self.path}"] += 1
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        del format, args


class Busy(http.server.ThreadingHTTPServer):
    request_queue_size = 128

    def handle_error(self, request: object, client_address: object) -> None:
        del request, client_address  # a client that left


@pytest.fixture
def address() -> Iterator[str]:
    with Busy(("127.0.0.1", 0), Stranger) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def test_an_address_gets_only_what_harms_nobody(address: str) -> None:
    report = faults(address, input={"numbers": [40, 2]}, expect=42)
    shown = [row.fault.id for row in report if row.shown]
    assert shown == ["F07", "F09", "F11"] == [fault.id for fault in FAULTS if fault.harmless]
    assert report.ok, str(report)
    assert report["F11"].caller == f"{GUESTS} of {GUESTS} answered 200"
    assert all("--start" in row.why for row in report if not row.shown)

    sent = json.dumps({"numbers": [40, 2]})
    assert Stranger.most_open <= GUESTS + 5
    assert Stranger.bytes_read <= 40 * len(sent)
    assert {what.split()[1] for what in Stranger.asked} <= {
        "/health", "/live", "/ready", "/api/v1/perform",
    }  # fmt: skip


def test_a_running_job_is_not_touched() -> None:
    with run_job(SAMPLE) as job:
        before = psutil.Process(job.container.child.pid)  # type: ignore[attr-defined]
        logged = len(job.logs().splitlines())
        report = faults(job, only=["F06", "F13", "F14", "F01"])
        assert [row.fault.id for row in report if row.shown] == ["F06", "F13", "F14"]
        assert report["F01"].why.startswith("it takes a function that does what it is told")
        assert before.is_running()
        # It is asked which call succeeds, and nothing else.
        more = job.logs().splitlines()[logged:]
        assert [re.findall(r"method=\S+ uri=\S+", line) for line in more] == [
            ["method=GET uri=/openapi.json"]
        ]


def test_a_command_is_harmed_where_its_function_does_what_it_is_told() -> None:
    plugin = load_plugin(shipped("golang-job-type"))
    manifest = load_job_manifest(PROBE_JOB)
    binary = ProcessEngine().build(plugin.job_type("golang:latest"), manifest).reference
    assert faults(start=[binary], only=["F03"], probe=[binary])["F03"].exit_code == 7
    unknown = faults(start=[binary], only=["F03"])["F03"]
    assert (unknown.outcome, unknown.well) == (Outcome.NOT_SHOWN, None)
    assert "--probe" in unknown.why
    # A shell that forgets how its child ended.
    forgets = ["sh", "-c", '"$0"; exit 0', binary]
    row = faults(start=forgets, only=["F03"], probe=forgets)["F03"]
    assert (row.word, row.well) == ("ended, exit code 0", False)
    command = shlex.quote(binary)
    answer = workbench("faults", "--start", command, "--probe", command, "--only", "F01", "--json")
    assert answer.returncode == 0


UNTAUGHT = """
import http.server, json
class Wrapper(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.answer("ready")
    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.answer(asked["value"] if asked["do"] == "echo" else None)
    def answer(self, value):
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
http.server.ThreadingHTTPServer(("0.0.0.0", 7000), Wrapper).serve_forever()
"""


def test_a_word_that_a_probe_was_not_taught_shows_nothing() -> None:
    command = [sys.executable, "-c", UNTAUGHT]
    words = {"F02": "panic elsewhere", "F03": "exit", "F04": "loop", "F08": "text", "F10": "text"}
    report = faults(start=command, probe=command, only=[*words, "F14"])
    for fault_id, word in words.items():
        assert report[fault_id].why.startswith(
            f"the probe's function does not know how to do {word!r}"
        )
    # Its log goes to stderr, line by line: a full disk breaks each call.
    assert (report["F14"].shown, report["F14"].well) == (True, False)


def test_a_fault_that_does_not_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "LEASH", 1.5)

    def endless(trial: Trial) -> bool:
        with trial.started() as it:
            it.perform({"do": "sleep", "value": 60}, timeout=60)
        return True

    fault = Fault("F98", "it never ends", "ends", endless)
    start = time.monotonic()
    (row,) = runner.run_faults(_target(), [fault])
    assert time.monotonic() - start < 15
    assert (row.well, row.why) == (False, "it did not end within 1.5 s")
    assert not list(_children.records())


def test_a_fault_that_fails_itself_says_nothing_of_the_wrapper() -> None:
    def wrong(trial: Trial) -> bool:
        raise LookupError(trial.target.label)

    (row,) = runner.run_faults(_target(), [replace(FAULTS[0], act=wrong)])
    assert (row.outcome, row.well) == (Outcome.NOT_SHOWN, None)
    assert "one of the workbench: LookupError" in row.why
    assert "Traceback" in row.evidence[-1].text


def test_an_interrupt_ends_all_that_was_started(tmp_path: Path) -> None:
    home = tmp_path / "home"
    env = {**os.environ, "WORKBENCH_HOME": str(home)}
    child = subprocess.Popen(
        [WORKBENCH, "faults", SAMPLE],
        env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    with awaited(child) as lab:
        process = psutil.Process(lab.pid)
        wait_until(lambda: len(_jobs(home)) >= 4 or None, timeout=60)
        started = process.children(recursive=True)
        assert len(started) >= 4
        lab.send_signal(signal.SIGINT)
        out, err = lab.communicate(timeout=20)
    assert lab.returncode == 130
    assert b"Traceback" not in err
    assert out == b""
    assert [one for one in started if one.is_running()] == []
    assert list((home / "run").glob("*.json")) == []


def _jobs(home: Path) -> list[Path]:
    return [path for path in (home / "run").glob("*.json") if '"job"' in path.read_text()]


MEASURED = """
import resource, sys
import workbench as wb
from workbench.conformance.faults import FAULTS
kind = resource.RUSAGE_SELF
def peak():
    return resource.getrusage(kind).ru_maxrss // 1024
wb.faults(sys.argv[1], plugin=sys.argv[2], only=["F01"])
before = peak()
report = wb.faults(sys.argv[1], plugin=sys.argv[2], only=["F05", "F06", "F10"])
assert report["F06"].caller == "200 104857600"
print(peak() - before, len(str(report.as_dict())))
"""


def test_what_is_large_is_not_kept() -> None:
    """The lab's own memory: 20 MiB are read at once, 100 MiB go out in pieces."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, SAMPLE, PUBLISHED],
        capture_output=True,
        text=True,
        check=True,
    )
    megabytes, characters = map(int, done.stdout.split())
    assert megabytes < 150
    assert characters < 100_000


def _target() -> Target:
    return make_target(PROBE_JOB, Given(), on_event=silent)
