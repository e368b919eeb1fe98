from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from tests.widgets.conftest import Serve, Shelf
from tests.widgets.served import Served
from workbench._wait import wait_until
from workbench.job import Job
from workbench.widgets import log_view, outdated
from workbench.widgets.log import LogView


def until(view: LogView, text: str) -> None:
    wait_until(lambda: text in view.lines.value + view.head.value or None, timeout=10)


def test_lines_come_as_they_are_written_and_the_last_ones_too(serve: Serve) -> None:
    job, container = serve()
    container.lines[:] = ["first <b>line</b>"]
    view = log_view(job)
    assert "first &lt;b&gt;line&lt;/b&gt;" in view.lines.value
    assert "1 line." in view.head.value
    container.lines.append("second")
    until(view, "second")
    container.lines.append("written while it stopped")
    job.stop()
    assert view.wait(10)
    assert "written while it stopped" in view.lines.value
    assert "The job is over." in view.head.value
    assert repr(view) == "<LogView of golang-function: 3 lines>"


def test_whose_lines_these_are_is_told_where_files_changed(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outdated, "_PAUSE", 0.0)
    job, container = serve()
    view = log_view(job)
    view.follow.value = False
    monkeypatch.setattr(Job, "outdated", ("my-job/perform.go",))
    container.lines.append("not to be seen yet")
    until(view, "changed since this job was built: my-job/perform.go")
    assert "not to be seen yet" not in view.lines.value
    assert "my-job/perform.go" in view.html()


def test_thousands_of_lines_cost_few_updates(serve: Serve, sent: list[dict[str, Any]]) -> None:
    job, container = serve()
    container.lines[:] = []
    view = log_view(job)
    assert "(nothing yet)" in view.lines.value
    sent.clear()
    start = time.monotonic()

    def write() -> float | None:
        first = len(container.lines)
        container.lines.extend([f"line {number}." for number in range(first, first + 50)])
        return time.monotonic() - start if len(container.lines) >= 5000 else None

    took = wait_until(write, timeout=30, longest_pause=0.01)
    until(view, "line 4999.")
    values = [state for state in sent if "value" in state]
    assert took > 0.5
    assert 2 <= len(values) <= 10 * (took + 0.3), "ten a second"
    assert max(len(state["value"]) for state in values) < 4_000, "the tail alone travels"
    assert "line 4800." in view.lines.value
    assert "line 4799." not in view.lines.value
    assert "the last 200 of 5,000 lines" in view.head.value
    job.stop()
    assert view.wait(10), "else it takes its leave within the next test"


def test_an_idle_job_costs_none(serve: Serve, sent: list[dict[str, Any]]) -> None:
    looks = []

    class Watched(Served):
        def log_since(self, offset: int) -> tuple[list[str], int]:
            looks.append(offset)
            return super().log_since(offset)

    job, container = serve()
    container.__class__ = Watched
    view = log_view(job)
    sent.clear()
    wait_until(lambda: len(looks) > 4 or None, timeout=10)
    assert sent == []
    assert not view.wait(0)


def test_the_lines_of_probes_are_left_out_until_asked_for(serve: Serve) -> None:
    job, container = serve()
    container.lines[:] = [
        "msg=Request uri=/live status=200",
        "msg=Request uri=/pub/job/a/1/ready status=503",
        "msg=Request uri=/health?from=there status=200",
        "msg=Request uri=/livestock status=404",
        "a job's own word on /ready",
    ]
    view = log_view(job)
    assert "2 lines." in view.head.value
    assert "/livestock" in view.lines.value
    assert "own word on /ready" in view.lines.value
    assert "uri=/live status" not in view.lines.value
    view.probes.value = True
    assert "5 lines." in view.head.value
    assert "uri=/live status" in view.lines.value


def test_it_can_be_read_in_peace(serve: Serve) -> None:
    job, container = serve()
    view = log_view(job)
    view.follow.value = False
    container.lines.append("meanwhile")
    wait_until(lambda: view.offset == 2 or None, timeout=10)
    assert "meanwhile" not in view.lines.value
    view.follow.value = True
    assert "meanwhile" in view.lines.value


def test_what_a_terminal_would_colour_and_endless_lines_are_cut(serve: Serve) -> None:
    job, container = serve()
    container.lines[:] = ["\x1b[1;31mred\x1b[0m \x1b]0;title\x07end", "x" * 1_000_000]
    view = log_view(job)
    assert ">red end\n" in view.lines.value
    assert "x... and 998000 more characters" in view.lines.value
    assert len(view.lines.value) < 3_000


@pytest.mark.parametrize(
    ("where", "told"),
    [
        ("home/logs/job.log", "<code>~/logs/job.log</code>"),
        ("workbench/logs/job.log", "<code>$WORKBENCH_HOME/logs/job.log</code>"),
        ("else/job.log", "else/job.log</code>"),
        (None, "1 line.</div>"),
    ],
)
def test_the_file_with_all_of_it_is_named_as_a_shell_takes_it(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str | None, told: str
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "workbench"))
    job, container = serve()
    container.log_file = tmp_path / where if where else None
    view = log_view(job)
    assert told in view.head.value
    assert (str(tmp_path) in view.head.value) == (where == "else/job.log")


def test_a_log_that_cannot_be_read_is_told_in_the_view(
    serve: Serve, capsys: pytest.CaptureFixture[str]
) -> None:
    class Gone(Served):
        def log_since(self, offset: int) -> tuple[list[str], int]:
            raise FileNotFoundError(f"no log at {offset}")

    job, container = serve()
    container.__class__ = Gone
    view = log_view(job)
    assert "this view failed" in view.head.value
    assert "FileNotFoundError: no log at 0" in view.head.value
    container.__class__ = Served
    until(view, "the last line")
    assert "this view failed" not in view.head.value
    job.stop()
    assert view.wait(10)
    assert capsys.readouterr() == ("", "")


def test_a_reader_without_a_kernel_sees_the_last_lines(serve: Serve) -> None:
    job, container = serve()
    container.lines[:] = ["<i>"]
    view = log_view(job)
    bundle = view._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert "&lt;i&gt;" in bundle["text/html"]
    assert "column-reverse" in bundle["text/html"], "stuck to the newest line"
    assert "<style" not in bundle["text/html"]
    assert 'role="log"' in view.lines.value


def test_the_same_cell_run_again_takes_its_place(serve: Serve) -> None:
    job, container = serve()
    first = log_view(job)
    second = log_view(job)
    assert first.wait(10)
    assert "No longer followed" in first.head.value
    container.lines.append("later")
    until(second, "later")
    assert "later" not in first.lines.value


def test_at_its_end_plain_html_takes_the_place_of_the_widgets(serve: Serve, shelf: Shelf) -> None:
    """A notebook that is opened later has no kernel, and would show errors instead of widgets."""
    job, container = serve()
    view = log_view(job)
    view._ipython_display_()
    container.lines.append("later")
    until(view, "later")
    assert shelf.widgets == [True], "what the page has is changed, and not built anew"
    job.stop()
    assert view.wait(10)
    assert shelf.widgets == [True, False]
    assert "later" in shelf.pages[-1]
    assert "The job is over." in shelf.pages[-1]
