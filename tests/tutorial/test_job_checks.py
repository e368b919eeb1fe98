"""The checks of the running job, on a server that can be made to break each rule."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.support import ROOT
from workbench.engines import Image
from workbench.job import Job
from workbench.manifest import load_job_manifest
from workbench.tutorial import STEPS, Checked, job_checks
from workbench.tutorial.runner import check_name, make_check

TIMESTAMP = 1_654_779_364
PREFIX = "/pub/job/golang-function/latest"

Answers = dict[str, tuple[int, Any]]


def good() -> Answers:
    """What a wrapper that follows the rules answers: by path, and to an input that is refused."""
    return {
        "/live": (200, {"status": "live", "deployment_timestamp": TIMESTAMP}),
        "/ready": (200, {"status": "ready"}),
        "/api/v1/perform": (200, 42),
        f"{PREFIX}/api/v1/perform": (200, 42),
        "refused": (500, {"error": "numbers[0] has to be a number, found string: forty"}),
    }


@dataclass
class Server:
    """A wrapper in a thread of this process, seen as a container."""

    server: ThreadingHTTPServer
    code: int | None = None
    lines: list[str] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    @property
    def exit_code(self) -> int | None:
        return self.code

    @property
    def log_file(self) -> None:
        return None

    def log_lines(self, tail: int | None = None) -> list[str]:
        return self.lines[-tail:] if tail else self.lines

    def log_since(self, offset: int) -> tuple[list[str], int]:
        return self.lines[offset:], len(self.lines)

    def signal(self, number: int) -> None:
        del number

    ending = ""

    def handles(self, number: int) -> bool:
        return bool(number)

    def stop(self, grace: float = 0.0) -> int:
        del grace
        self.server.shutdown()
        self.server.server_close()
        self.code = 0
        return self.code


@contextmanager
def job_that(answers: Answers) -> Iterator[Job]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"] or 0))
            refused = b"forty" in body
            status, value = answers["refused" if refused else self.path]
            content = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_GET  # noqa: N815 - the name that http.server looks for

        def log_message(self, *words: object) -> None:
            del words

    manifest = load_job_manifest(ROOT / "sample-golang-function")
    image = Image("job", "test", "none", manifest, {}, "")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        with Job(manifest, image, Server(server), TIMESTAMP) as job:
            yield job
    finally:
        thread.join()


def made(answers: Answers) -> dict[str, Checked]:
    with job_that(answers) as job:
        checked = [make_check(check, job) for check in STEPS[-1].job_checks]
    return {check.name: check for check in checked}


def test_all_hold_for_a_wrapper_that_follows_the_rules() -> None:
    checked = made(good())
    assert all(check.ok for check in checked.values()), checked
    assert checked["perform answers at the root address"].seen == "42"
    assert checked["live carries the deployment timestamp"].seen == str(TIMESTAMP)


LIVE = "live carries the deployment timestamp"
READY = "ready answers 200"
ROOT_CALL = "perform answers at the root address"
PUB_CALL = "perform answers where pub calls it"
REFUSAL = "a failing call shows its reason"

FAULTS: list[tuple[str, str, tuple[int, Any], str]] = [
    (LIVE, "/live", (200, {"status": "live"}), f"not 200 and the number {TIMESTAMP}"),
    (LIVE, "/live", (200, {"deployment_timestamp": str(TIMESTAMP)}), f'"{TIMESTAMP}"'),
    (LIVE, "/live", (200, {"deployment_timestamp": TIMESTAMP + 1}), str(TIMESTAMP + 1)),
    (LIVE, "/live", (503, {"deployment_timestamp": TIMESTAMP}), "/live answers 503"),
    (LIVE, "/live", (200, "live"), '/live answers 200 "live"'),
    (READY, "/ready", (503, {"status": "starting"}), "/ready answers 503"),
    (ROOT_CALL, "/api/v1/perform", (200, 41), "perform answered 41"),
    (ROOT_CALL, "/api/v1/perform", (404, {"error": "nothing here"}), "404 Not Found: nothing here"),
    (PUB_CALL, f"{PREFIX}/api/v1/perform", (404, {"error": "nothing"}), "404 Not Found: nothing"),
    (REFUSAL, "refused", (500, {"error": "internal"}), "does not tell the reason"),
    (REFUSAL, "refused", (200, 2), "a text among the numbers was answered with 2."),
]


def test_every_check_of_the_job_has_a_case_in_which_it_fails() -> None:
    names = [check_name(check) for check in STEPS[-1].job_checks]
    assert list(dict.fromkeys(name for name, *_ in FAULTS)) == names


@pytest.mark.parametrize(("name", "path", "answer", "reason"), FAULTS)
def test_a_fault_is_told_by_its_check_alone(
    name: str, path: str, answer: tuple[int, Any], reason: str
) -> None:
    checked = made(good() | {path: answer})
    assert [check.name for check in checked.values() if not check.ok] == [name]
    assert reason in checked[name].seen


def test_a_job_that_does_not_end_well_is_told() -> None:
    with job_that(good()) as job:
        still = make_check(job_checks.nothing_is_left_running, job)
        job.stop()
        ended = make_check(job_checks.nothing_is_left_running, job)
    assert not still.ok
    assert "still running: " in still.seen
    assert ended.ok
    with job_that(good()) as job:
        job.stop()
        job._stopped = -9
        killed = make_check(job_checks.nothing_is_left_running, job)
    assert not killed.ok
    assert "ended with -9" in killed.seen
