from __future__ import annotations

import json
import subprocess
import threading
from typing import Any

import pytest

from tests.widgets.conftest import Serve, Shelf
from tests.widgets.served import BASE, Reply
from workbench._wait import wait_until
from workbench.job import Job
from workbench.widgets import outdated, perform, perform_panel
from workbench.widgets.perform import PerformPanel


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
    assert container.bodies == [f"{BASE}/api/v1/perform {panel.request.value}"]
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
    assert not panel.send.disabled, "or it would lose the keyboard"
    assert "waiting for the job" in panel.answer.value
    assert not panel.wait(0)
    panel.send.click()
    panel.request.value = '{"a": 1}'
    panel.send.click()
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


def test_the_curl_line_makes_the_same_call(serve: Serve) -> None:
    job, container = serve(lambda _: (200, "42"))
    panel = perform_panel(job, numbers=[40, 2])
    panel.request.value = '{"a":\r\n  "it\'s $HOME `x` \\\\ \u2028 | ",\n\n"big": 1e999}'
    assert "\n" not in panel.curl.value
    done = subprocess.run(
        ["bash", "-c", f"{panel.curl.value} --silent --noproxy '*'"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout == "42"
    path, body = container.bodies[0].split(" ", 1)
    assert path == f"{BASE}/api/v1/perform"
    assert json.loads(body) == json.loads(panel.request.value)
    panel.request.value = "{"
    assert panel.curl.value == ""


def test_the_last_ten_calls_can_be_brought_back(serve: Serve) -> None:
    job, _ = serve(lambda body: (500, "{}") if "[3]" in body else (200, "1"))
    panel = perform_panel(job)
    assert panel.history.box.layout.display == "none"
    for number in range(1, 13):
        panel.request.value = f'{{"n":  [{number}]}}'
        click(panel)
    buttons = panel.history.buttons()
    assert [button.description for button in buttons] == [
        f"Request {number}" for number in range(12, 2, -1)
    ]
    assert panel.history.box.layout.display is None
    page = panel.history.html()
    assert "500 Internal Server Error" in page
    panel.request.value = "not json"
    buttons[-1].click()
    assert panel.request.value == '{"n":  [3]}', "as it was typed"
    assert not panel.send.disabled
    buttons[0].click()
    assert panel.request.value == '{"n":  [12]}'


def test_files_that_changed_since_the_build_are_named(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    job, _ = serve()
    panel = perform_panel(job, {})
    assert panel.note.value == ""
    monkeypatch.setattr(Job, "outdated", ("my-job/perform.go", "go_wrapper/server.go"))
    click(panel)
    assert "my-job/perform.go, go_wrapper/server.go" in panel.note.value
    assert ">outdated<" in panel.note.value
    assert "perform.go" in panel._repr_mimebundle_()["text/html"]
    monkeypatch.setattr(Job, "outdated", ())
    click(panel)
    assert panel.note.value == ""


def test_a_change_of_files_is_seen_without_a_call(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outdated, "_PAUSE", 0.0)
    job, _ = serve()
    panel = perform_panel(job, {})
    monkeypatch.setattr(Job, "outdated", ("perform.go",))
    wait_until(lambda: "perform.go" in panel.note.value or None, timeout=10)


def test_a_fault_of_the_panel_itself_is_shown_in_it(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    job, _ = serve()
    panel = perform_panel(job, {})

    def broken(_: object) -> None:
        raise OSError("the disk is gone")

    with monkeypatch.context() as patch:
        patch.setattr(Job, "outdated", property(broken))
        assert "200 OK" in click(panel), "the call is made all the same"
        assert "this view failed" in panel.verdict.value
        assert "OSError: the disk is gone" in panel.verdict.value
    with monkeypatch.context() as patch:
        patch.setattr(perform, "json_problem", broken)
        panel.request.value = "[]"
        assert "OSError: the disk is gone" in panel.verdict.value
    panel.request.value = "[ ]"
    assert "valid JSON" in panel.verdict.value
    assert capsys.readouterr() == ("", "")


def test_at_the_job_s_end_plain_html_takes_the_place_of_the_widgets(
    serve: Serve, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()
    job, container = serve(lambda _: (200, str(go_on.wait(10)).lower()))
    panel = perform_panel(job, {})
    panel._ipython_display_()
    assert "Run this cell to edit" in shelf.pages[0]
    panel.send.click()
    plain_wait = panel.wait

    def wait(timeout: float | None = None) -> bool:
        go_on.set()  # the answer comes only once it is waited for
        return plain_wait(timeout)

    monkeypatch.setattr(panel, "wait", wait)
    container.exit_code = 0
    wait_until(lambda: len(shelf.pages) == 2 or None, timeout=10)
    assert shelf.widgets == [True, False]
    assert ">true</pre>" in shelf.pages[1], "the last answer was waited for"
    assert "Start it again, and then run this cell." in shelf.pages[1]


def test_a_call_costs_a_dozen_updates_at_most(serve: Serve, sent: list[dict[str, Any]]) -> None:
    job, _ = serve()
    panel = perform_panel(job, {})
    for _ in range(12):
        sent.clear()
        click(panel)
        assert 3 <= len(sent) <= 12
    sent.clear()
    panel.request.value = "[ ]"
    assert len(sent) == 3, "the text, the curl line, the old answer; the verdict is the same"


def test_an_answer_is_grey_while_the_request_is_another_one(serve: Serve) -> None:
    job, _ = serve(lambda _: (200, "43"))
    panel = perform_panel(job, {})
    assert "43" in click(panel)
    assert "wb-former" not in panel.answer.value
    panel.request.value = "{,"
    assert "The request was edited since" in panel.answer.value
    assert "wb-former" in panel.answer.value
    assert ">43</pre>" in panel.answer.value
    assert "The request was edited since" in panel.html()
    panel.request.value = "{}"
    assert "wb-former" not in panel.answer.value
    panel.request.value = "[]"
    assert "wb-former" not in click(panel)


def test_a_panel_that_nobody_used_says_nothing_of_an_answer(serve: Serve) -> None:
    job, _ = serve(lambda _: (200, "43"))
    panel = perform_panel(job, {"numbers": [1]})
    assert "not sent yet" in panel.html()
    assert "was edited since" not in panel.html()


def test_of_a_job_that_is_over_nothing_is_outdated(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Job, "outdated", ("perform.go",))
    job, container = serve()
    panel = perform_panel(job, {})
    click(panel)
    assert "outdated" in panel.note.value
    container.exit_code = 0
    wait_until(lambda: panel.note.value == "" or None, timeout=10)
    wait_until(lambda: "Start it again" in panel.html() or None, timeout=10)
    assert "outdated" not in panel.html()
