"""What a job shows of itself: alive, over, and where nobody follows it."""

from __future__ import annotations

import pytest

from tests.widgets.conftest import Serve, Shelf
from workbench._cell import Cell
from workbench._wait import wait_until
from workbench.job import Job
from workbench.widgets import outdated
from workbench.widgets.card import JobCard, job_card


def test_it_is_running_with_a_link_and_then_stopped_without_one(serve: Serve, shelf: Shelf) -> None:
    job, _ = serve()
    card = JobCard(job)
    card._ipython_display_()
    assert ">running</b>" in shelf.pages[-1]
    assert f'href="{job.page}"' in shelf.pages[-1]
    job.stop()
    assert card.wait(10)
    assert ">stopped</b>" in shelf.pages[-1]
    assert "href" not in shelf.pages[-1]
    assert "running" not in shelf.pages[-1]
    assert "Start it again, and then run this cell." in shelf.pages[-1]
    assert shelf.widgets == [False] * len(shelf.pages), "plain HTML survives a restart"


def test_it_says_how_the_job_died(serve: Serve, shelf: Shelf) -> None:
    job, container = serve()
    card = JobCard(job)
    card._ipython_display_()
    container.exit_code = 3
    assert card.wait(10)
    assert ">died with exit code 3</b>" in shelf.pages[-1]
    assert "href" not in shelf.pages[-1]


def test_it_says_by_which_cell_the_job_was_stopped(serve: Serve) -> None:
    job, _ = serve()
    job.stop()
    job.stopped_in = Cell(9, "stop")
    assert ">stopped</b> by cell [9]" in job_card(job)


def test_it_follows_the_files(serve: Serve, shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outdated, "_PAUSE", 0.0)
    job, _ = serve()
    JobCard(job)._ipython_display_()
    assert "perform.go" not in shelf.pages[-1]
    monkeypatch.setattr(Job, "outdated", ("perform.go",))
    wait_until(lambda: "perform.go" in shelf.pages[-1] or None, timeout=10)


def test_a_card_that_nobody_follows_tells_how_things_were(serve: Serve) -> None:
    job, _ = serve()
    page = job._repr_html_()
    assert ">running</b> <span" in page
    assert "when this was shown" in page
    assert job.url in page
    assert "href" not in page


def test_where_there_is_no_notebook_it_shows_nothing_by_itself(serve: Serve) -> None:
    job, _ = serve()
    with pytest.raises(NotImplementedError):  # by which IPython takes the plain forms instead
        job._ipython_display_()
