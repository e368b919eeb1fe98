from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from workbench._json_text import json_problem
from workbench.engines import Image
from workbench.job import Job
from workbench.manifest import load_job_manifest
from workbench.settings import shipped
from workbench.widgets import perform_panel
from workbench.widgets.perform import PerformPanel

Reply = tuple[int, str]


@dataclass
class Served:
    """A container whose program is this test: an HTTP server in a thread."""

    reply: Callable[[str], Reply]
    bodies: list[str] = field(default_factory=list)
    exit_code: int | None = None

    def __post_init__(self) -> None:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                outer.bodies.append(f"{self.path} {body}")
                status, text = outer.reply(body)
                with suppress(ConnectionError):  # whoever asked may have given up
                    self.send_response(status)
                    self.send_header("Content-Length", str(len(text.encode())))
                    self.end_headers()
                    self.wfile.write(text.encode())

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def log_file(self) -> None:
        return None

    def log_lines(self, tail: int | None = None) -> list[str]:
        return ["the last line"][:tail]

    def log_since(self, offset: int) -> tuple[list[str], int]:
        return [], offset

    def stop(self, grace: float = 0) -> int:
        del grace
        if self.exit_code is None:
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()
            self.exit_code = 0
        return self.exit_code


Serve = Callable[[Callable[[str], Reply]], tuple[Job, Served]]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Gives a job that answers with what a function returns."""
    started: list[Served] = []

    def start(reply: Callable[[str], Reply]) -> tuple[Job, Served]:
        container = Served(reply)
        started.append(container)
        manifest = load_job_manifest(shipped("sample-golang-function"))
        image = Image("job", "test", "none", manifest, {}, "")
        return Job(manifest, image, container, 0), container

    yield start
    for container in started:
        container.stop()


def click(panel: PerformPanel) -> str:
    """Press the button; the answer that is shown then."""
    panel.send.click()
    assert panel.wait(10)
    return str(panel.answer.value)


def test_the_text_is_sent_as_it_stands_and_the_answer_shown(serve: Serve) -> None:
    job, container = serve(lambda _: (200, '{"sum": 42, "name": "<b>"}'))
    panel = perform_panel(job, numbers=[40, 2])
    assert panel.request.value == '{"numbers": [40, 2]}'
    panel.request.value = '{"numbers":  [ 40,2 ],\n "ä": 1}'
    shown = click(panel)
    path = "/pub/job/golang-function/0.0.1/api/v1/perform"
    assert container.bodies == [f"{path} {panel.request.value}"]
    assert "200 OK" in shown
    assert " ms" in shown
    assert "{\n  &#34;sum&#34;: 42,\n  &#34;name&#34;: &#34;&lt;b&gt;&#34;\n}" in shown
    assert 'role="status"' in shown


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ((500, '{"error": "no numbers"}'), ["500 Internal Server Error", "no numbers"]),
        ((400, "not even <json>"), ["400 Bad Request", "not even &lt;json&gt;"]),
        ((200, '"' + "x" * 30_000 + '"'), ["200 OK", "... and 10002 more characters"]),
    ],
    ids=["error", "text", "long"],
)
def test_whatever_comes_back_is_shown(serve: Serve, reply: Reply, expected: list[str]) -> None:
    job, _ = serve(lambda _: reply)
    shown = click(perform_panel(job))
    assert [text for text in expected if text not in shown] == []
    assert len(shown) < 22_000


def test_a_text_that_is_not_json_cannot_be_sent(serve: Serve) -> None:
    job, container = serve(lambda _: (200, "1"))
    panel = perform_panel(job, {"numbers": []})
    assert not panel.send.disabled
    assert ">valid JSON<" in panel.verdict.value
    panel.request.value = '{"numbers": [40,\n 2,,]}'
    assert panel.send.disabled
    assert "not JSON" in panel.verdict.value
    assert "line 2, column 4: Expecting value" in panel.verdict.value
    assert click(panel) == ""
    assert container.bodies == []
    panel.request.value = "{}"
    assert "200 OK" in click(panel)


def test_one_request_at_a_time(serve: Serve) -> None:
    go_on = threading.Event()
    job, container = serve(lambda _: (200, str(go_on.wait(10)).lower()))
    panel = perform_panel(job)
    panel.send.click()
    assert panel.send.disabled
    assert "waiting for the job" in panel.answer.value
    assert not panel.wait(0)
    panel.send.click()
    panel.request.value = '{"a": 1}'
    assert panel.send.disabled, "editing meanwhile does not free the button"
    go_on.set()
    assert panel.wait(10)
    assert not panel.send.disabled
    assert "true" in panel.answer.value
    assert len(container.bodies) == 1


def test_a_job_that_was_stopped_is_told(serve: Serve) -> None:
    job, _ = serve(lambda _: (200, "1"))
    panel = perform_panel(job)
    job.stop()
    shown = click(panel)
    assert "no answer" in shown
    assert "golang-function was stopped" in shown
    assert not panel.send.disabled


def test_a_job_that_takes_too_long_is_told(serve: Serve) -> None:
    go_on = threading.Event()
    job, _ = serve(lambda _: (200, str(go_on.wait(10)).lower()))
    job.call_timeout = 0.2
    shown = click(perform_panel(job))
    go_on.set()
    assert "no answer within 0.2 s" in shown
    assert "the last line" in shown


def test_what_cannot_be_sent_at_all_is_told(serve: Serve) -> None:
    job, _ = serve(lambda _: (200, "1"))
    panel = perform_panel(job)
    panel.request.value = '"\ud800"'
    shown = click(panel)
    assert "not sent" in shown
    assert "UnicodeEncodeError" in shown


def test_a_reader_without_a_kernel_sees_a_plain_page(serve: Serve) -> None:
    job, _ = serve(lambda _: (200, "42"))
    panel = perform_panel(job, text="<i>")
    bundle: dict[str, Any] = panel._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert bundle["text/plain"] == """<PerformPanel of golang-function: {"text": "<i>"}>"""
    assert "&lt;i&gt;" in bundle["text/html"]
    assert "Run this cell" in bundle["text/html"]
    assert "<style" not in bundle["text/html"]
    click(panel)
    assert ">42</pre>" in panel._repr_mimebundle_()["text/html"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a": [1, 2.5, null, true], "b": "NaN"}', "None"),
        ('"\\"NaN"', "None"),
        ("", "line 1, column 1: Expecting value"),
        ('{"a": 1', "line 1, column 8: Expecting ',' delimiter"),
        ('{"a": 1}\n}', "line 2, column 1: Extra data"),
        ("{'a': 1}", "line 1, column 2: Expecting property name enclosed in double quotes"),
        ('{"a":\n\n  NaN}', "line 3, column 3: JSON has no NaN"),
        ('["NaN", -Infinity]', "line 1, column 9: JSON has no -Infinity"),
        ("[" * 100_000, "line 1, column 1: Nested too deeply"),
    ],
    ids=["fine", "escaped", "empty", "open", "extra", "quotes", "nan", "infinity", "deep"],
)
def test_where_a_text_stops_being_json(text: str, expected: str) -> None:
    assert str(json_problem(text)) == expected
