from __future__ import annotations

import io
import re
import threading
import time

import pytest

from workbench import events
from workbench._wait import wait_until
from workbench.events import Event, Interrupted, NotebookSink, Phase, PlainSink, silent, step


class Screen:
    """What a notebook would show: the handle that `NotebookSink` updates."""

    def __init__(self) -> None:
        self.pages: list[str] = []
        self.updated = threading.Event()

    def update(self, obj: object) -> None:
        self.pages.append(str(getattr(obj, "data", obj)))
        self.updated.set()


def test_a_step_tells_its_start_its_end_and_how_long_it_took() -> None:
    seen: list[Event] = []
    with step(seen.append, Phase.JOB_IMAGE, "building") as outcome:
        outcome.message = "built"
    assert [(one.state, one.message) for one in seen] == [
        ("started", "building"),
        ("done", "built"),
    ]
    assert seen[0].seconds is None
    assert seen[1].seconds is not None
    assert seen[1].seconds >= 0


@pytest.mark.parametrize(
    "error", [ValueError("no"), KeyboardInterrupt()], ids=["error", "interrupt"]
)
def test_a_step_that_raises_is_told_as_failed_and_raises_on(error: BaseException) -> None:
    seen: list[Event] = []

    def work() -> None:
        with step(seen.append, Phase.STARTING, "job"):
            raise error

    with pytest.raises(type(error)):
        work()
    assert [one.state for one in seen] == ["started", "failed"]


def test_an_interrupt_says_what_it_ended_in_a_line() -> None:
    with (
        pytest.raises(Interrupted) as told,
        step(silent, Phase.DEPLOYING, "all of it"),
        step(silent, Phase.STARTING, "job"),
    ):
        raise KeyboardInterrupt
    (line,) = told.value._render_traceback_()
    assert re.fullmatch(r"Interrupted: starting: job, after 0\.\d s\.", line)


def test_the_plain_sink_prints_ends_and_notes_one_line_each() -> None:
    page = io.StringIO()
    sink = PlainSink(page)
    sink(Event(Phase.STARTING, "job", "started"))
    sink(Event(Phase.STARTING, "a remark"))
    sink(Event(Phase.STARTING, "job", "done", 1.234))
    assert page.getvalue() == "    starting: a remark\nok  starting: job (1.23 s)\n"


def test_the_notebook_sink_escapes_what_it_shows() -> None:
    sink = NotebookSink()
    sink._handle = Screen()
    sink(Event(Phase.STARTING, "<script>", "done", 0.5))
    assert "&lt;script&gt;" in sink.html()
    assert "<script>" not in sink.html()


def test_the_notebook_sink_replaces_a_running_line_by_its_end() -> None:
    sink = NotebookSink()
    sink._handle = Screen()
    sink(Event(Phase.STARTING, "first", "started"))
    sink(Event(Phase.STARTING, "remark"))
    sink(Event(Phase.STARTING, "first", "done", 0.1))
    page = sink.html()
    assert "running" not in page
    assert page.index("remark") < page.index("done")


def test_what_runs_within_a_phase_takes_the_place_of_its_line() -> None:
    sink = NotebookSink()
    sink._handle = Screen()
    sink(Event(Phase.BASE_IMAGE, "the image", "started"))
    sink(Event(Phase.BASE_IMAGE, "line 3: RUN first", "started"))
    sink(Event(Phase.BASE_IMAGE, "line 3: RUN first (built)", seconds=0.1))
    sink(Event(Phase.BASE_IMAGE, "line 4: RUN second", "started"))
    page = sink.html()
    assert page.count("running") == 1
    assert "the image" not in page
    assert page.index("line 3: RUN first (built)") < page.index("line 4: RUN second")
    sink(Event(Phase.BASE_IMAGE, "the image", "done", 0.2))
    assert "running" not in sink.html()


def test_the_seconds_of_what_runs_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "COUNTED_EACH", 0.05)
    screen = Screen()
    sink = NotebookSink(interval=0.01)
    sink._handle = screen
    sink(Event(Phase.BASE_IMAGE, "slow", "started"))
    sink._started_at -= 40
    wait_until(lambda: "so\N{NO-BREAK SPACE}far" in screen.pages[-1] or None, timeout=10)
    assert re.search("4\\d\N{NO-BREAK SPACE}s\N{NO-BREAK SPACE}so", screen.pages[-1])
    sink(Event(Phase.BASE_IMAGE, "slow", "done", 41.0))
    wait_until(lambda: "done" in screen.pages[-1] or None, timeout=10)
    assert sink._timer is None
    assert "so far" not in sink.html().replace("\N{NO-BREAK SPACE}", " ")


def test_the_notebook_sink_shows_a_failure_at_once() -> None:
    screen = Screen()
    sink = NotebookSink(interval=60)
    sink._handle = screen
    sink(Event(Phase.JOB_IMAGE, "first", "started"))
    sink(Event(Phase.JOB_IMAGE, "first", "failed", 0.1))
    assert "failed" in screen.pages[-1]


def test_the_notebook_sink_shows_a_burst_rarely_and_its_last_state_always() -> None:
    screen = Screen()
    sink = NotebookSink(interval=0.2)
    sink._handle = screen
    start = time.monotonic()
    for number in range(500):
        sink(Event(Phase.WAITING, f"line {number}"))
    assert len(screen.pages) <= 2 + (time.monotonic() - start) / sink.interval
    wait_until(lambda: "line 499" in screen.pages[-1] or None, timeout=10)
