"""The head of a chapter: it tells when the playground is moved, whoever moves it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from tests.widgets.conftest import Shelf
from workbench._wait import wait_until
from workbench.tutorial import Playground
from workbench.tutorial.moves import Move, last_move, note_move
from workbench.tutorial.steps import find_step
from workbench.widgets import begun
from workbench.widgets.begun import BEFORE, ChapterHead


class Shell:
    """Stands for a kernel's; its next cell is number 8."""

    execution_count = 8


@pytest.fixture
def ground(tmp_path: Path) -> Playground:
    return Playground(tmp_path / "playground")


@pytest.fixture
def head(
    ground: Playground, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> Iterator[ChapterHead]:
    del shelf
    monkeypatch.setattr(begun, "_before", 0)
    monkeypatch.setattr(begun, "notebook_shell", Shell)
    made = ChapterHead(wb.begin("03", playground=ground))
    yield made
    made.stop()


def bundle(head: ChapterHead) -> dict[str, Any]:
    return head._bundle()


def test_it_is_what_begin_shows_and_nothing_more(head: ChapterHead) -> None:
    head.look()
    assert bundle(head).keys() == {"text/plain", "text/html"}
    assert "moved" not in head.html()
    assert "03-wrapper" in head.html()


def test_it_tells_of_a_move_that_another_process_made(
    head: ChapterHead, ground: Playground, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(begun, "LOOK", 0.01)
    head._ipython_display_()
    assert len(shelf.pages) == 1
    note_move(ground, find_step("06"))
    wait_until(lambda: len(shelf.pages) > 1 or None, timeout=10)
    assert 'the playground was moved to where <a href="06-plugin-py.ipynb">' in shelf.pages[-1]
    assert "go on there, or run" in shelf.pages[-1]
    assert bundle(head)[BEFORE] == {"before": 8}


def test_the_cell_that_moved_it_is_not_from_before(
    head: ChapterHead, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved = Move(at=1.0, to="03-wrapper", process=os.getpid(), cell=7)
    monkeypatch.setattr(begun, "last_move", lambda _: moved)
    monkeypatch.setattr(begun, "when_noted", lambda _: 1)
    head.look()
    assert bundle(head)[BEFORE] == {"before": 7}
    assert "to where this chapter begins" in head.html()
    assert "go on" not in head.html()


def test_a_chapter_that_begins_later_has_nothing_to_tell_but_to_the_extension(
    head: ChapterHead, ground: Playground
) -> None:
    note_move(ground, find_step("06"))
    head.look()
    again = ChapterHead(wb.begin("03", playground=ground))
    again.look()
    assert "moved" not in again.html()
    assert bundle(again)[BEFORE] == {"before": 8}


def test_goto_notes_down_where_it_goes_to(ground: Playground) -> None:
    assert last_move(ground).at == 0
    wb.goto("02", playground=ground)
    assert last_move(ground).to == "02-plugin-manifest"
    assert last_move(ground).process == os.getpid()
    assert last_move(ground).cell is None
