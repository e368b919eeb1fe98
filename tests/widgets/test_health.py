from __future__ import annotations

import threading

import pytest

from tests.widgets.conftest import Serve, Shelf
from tests.widgets.served import Reply
from workbench import _html, calls
from workbench._cell import Cell
from workbench._wait import wait_until
from workbench.job import Job
from workbench.widgets import _follow, health, health_badge, outdated
from workbench.widgets.health import HealthBadge, read_health

OK = {"/live": (200, '{"status": "live"}'), "/ready": (200, '{"status": "ready"}')}
STARTS = (503, '{"status": "not ready", "error": "the job is starting: wait"}')


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_follow, "LOOK", 0.01)
    monkeypatch.setattr(health, "_PAUSE", 0.0)
    monkeypatch.setattr(health, "_PAUSE_READY", 0.0)


def until(badge: HealthBadge, word: str) -> None:
    wait_until(lambda: badge.health.word == word or None, timeout=10)


@pytest.mark.parametrize(
    ("answers", "word", "detail"),
    [
        ({}, "ready", "/live and /ready answer 200"),
        ({"/ready": STARTS}, "starting", "/ready answered 503: the job is starting: wait"),
        ({"/ready": (503, '{"error": "the job is stopping"}')}, "draining", "the job is stopping"),
        ({"/ready": (503, '{"error": "no <disk>"}')}, "not ready", "answered 503: no <disk>"),
        ({"/live": (500, '{"error": "Init failed"}')}, "not ready", "/live answered 500: Init f"),
        ({"/live": (404, "no such page")}, "not ready", "/live answered 404: no such page"),
        ({"/ready": (503, '["odd"]')}, "not ready", "/ready answered 503: ['odd']"),
        ({"/ready": (503, '{"error": 7}')}, "not ready", "/ready answered 503: {'error': 7}"),
        ({"/ready": (500, "x" * 999)}, "not ready", "x... and 699 more characters"),
        ({"/ready": (200, "")}, "ready", "answer 200"),
    ],
    ids=["ready", "starting", "draining", "error", "failed", "other", "list", "odd", "long", "no"],
)
def test_what_the_probes_say_in_a_word(
    serve: Serve, answers: dict[str, Reply], word: str, detail: str
) -> None:
    running, _ = serve(get=lambda path: {**OK, **answers}[path])
    found = read_health(running, was_ready=False)
    assert found.word == word
    assert detail in found.detail


def test_nothing_listens_is_a_start_before_and_a_fault_later(serve: Serve) -> None:
    running, container = serve()
    container.close()
    assert str(read_health(running, was_ready=False)) == "starting: nothing listens"
    assert str(read_health(running, was_ready=True)) == "not ready: nothing listens"


def test_a_probe_without_an_answer_is_told(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    go_on = threading.Event()
    running, _ = serve(get=lambda _: (200, str(go_on.wait(10)).lower()))
    monkeypatch.setattr(calls, "PROBE_TIMEOUT", 0.1)
    assert "a probe had no answer within" in str(read_health(running, was_ready=True))
    go_on.set()


@pytest.mark.parametrize(("code", "word"), [(3, "exit code 3"), (-9, "signal 9")])
def test_a_job_that_died_is_told_with_its_exit_code(serve: Serve, code: int, word: str) -> None:
    running, container = serve()
    container.exit_code = code
    badge = health_badge(running)
    assert badge.health.word == f"died with {word}"
    assert badge.wait(10)
    running.stop()
    assert read_health(running, was_ready=True).word == f"died with {word}", "it was not us"


def test_it_follows_a_job_from_start_to_end_and_ends_with_it(serve: Serve, shelf: Shelf) -> None:
    answers = {**OK, "/ready": STARTS}
    running, container = serve(get=lambda path: answers[path])
    badge = health_badge(running)
    badge._ipython_display_()
    assert badge.health.word == "starting"
    answers.update(OK)
    until(badge, "ready")
    answers["/ready"] = (503, '{"error": "no disk"}')
    until(badge, "not ready")
    answers.update(OK)
    until(badge, "ready")
    container.may_end.clear()
    stopping = threading.Thread(target=running.stop)
    stopping.start()
    until(badge, "draining")
    container.may_end.set()
    stopping.join()
    assert badge.wait(10)
    words = [page.split("</b>")[0].rsplit(">", 1)[1] for page in shelf.pages]
    assert words == ["starting", "ready", "not ready", "ready", "draining", "stopped"]
    assert repr(badge) == "<HealthBadge of golang-function: stopped>"


def test_only_changes_are_shown(serve: Serve, shelf: Shelf) -> None:
    asked: list[str] = []

    def get(path: str) -> Reply:
        asked.append(path)
        return OK[path]

    running, _ = serve(get=get)
    badge = health_badge(running)
    badge._ipython_display_()
    wait_until(lambda: len(asked) > 100 or None, timeout=20)
    assert len(shelf.pages) == 1
    running.stop()
    assert badge.wait(10)
    assert len(shelf.pages) <= 3, shelf.pages
    assert "stopped" in shelf.pages[-1]
    badge._ipython_display_()
    assert shelf.pages[-1] == shelf.pages[-2]


def test_a_job_that_is_not_what_its_files_are(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outdated, "_PAUSE", 0.0)
    monkeypatch.setattr(health, "_PAUSE_READY", 0.0)
    running, _ = serve(get=OK.__getitem__)
    badge = health_badge(running)
    monkeypatch.setattr(Job, "outdated", ("my-job/perform.go",))
    wait_until(lambda: "built: my-job/perform.go" in badge.html() or None, timeout=10)
    assert badge.health.word == "ready"
    running.stop()
    assert badge.wait(10)
    assert "my-job/perform.go" not in badge.html()


def test_the_word_carries_the_meaning_and_a_screen_reader_tells_it(serve: Serve) -> None:
    running, _ = serve(get=lambda path: {**OK, "/ready": (503, '{"error": "<i>"}')}[path])
    page = health_badge(running).html()
    assert 'role="status"' in page
    assert 'aria-live="polite"' in page
    assert "golang-function 0.0.1: " in page
    assert "&lt;i&gt;" in page
    assert _html.BAD in page
    assert "<style" not in page


def test_the_same_cell_run_again_takes_the_place_of_its_badge(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    running, _ = serve(get=OK.__getitem__)
    first = health_badge(running)
    second = health_badge(running)
    assert first.wait(10)
    assert "no longer followed" in first.html()
    monkeypatch.setattr(_follow, "running_cell", lambda: Cell(2, "another-cell"))
    other = health_badge(running)
    assert not second.wait(0)
    running.stop()
    assert second.wait(10)
    assert other.wait(10)
    assert second.health.word == other.health.word == "stopped"


def test_a_fault_is_shown_and_the_badge_goes_on(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    running, _ = serve(get=OK.__getitem__)

    def broken(*_: object, **__: object) -> None:
        raise ValueError("<odd>")

    with monkeypatch.context() as patch:
        patch.setattr(Job, "quick_probe", broken)
        badge = health_badge(running)
        assert "this view failed" in badge.html()
        assert "ValueError: &lt;odd&gt;" in badge.html()
    until(badge, "ready")
    wait_until(lambda: "this view failed" not in badge.html() or None, timeout=10)
    assert capsys.readouterr() == ("", "")
