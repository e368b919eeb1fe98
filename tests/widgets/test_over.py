"""What is said of a job that is over, by the cells that started and stopped it."""

from __future__ import annotations

import pytest

from tests.widgets.conftest import Serve
from workbench._cell import Cell
from workbench.widgets.over import over_note, way_back

START, PANEL, STOP = Cell(1, "run"), Cell(2, "panel"), Cell(9, "stop")

# Which cell started it, which one stopped it, in which one this is read; what to do.
CELLS = [
    (START, STOP, PANEL, "To go on with it, run cell [1], which starts it, and then this one."),
    (START, None, PANEL, "To go on with it, run cell [1], which starts it, and then this one."),
    (START, Cell(8, "run"), PANEL, "That one started it anew: run this cell again, too."),
    (START, START, PANEL, "To go on with it, run cell [1], which starts it, and then this one."),
    (START, STOP, START, "Run this cell again to start it anew."),
    (START, STOP, Cell(5, "run"), "Run this cell again to start it anew."),
    (Cell(1, ""), Cell(9, ""), Cell(2, ""), "To go on with it, run cell [1], which"),
    (None, None, None, "Start it again, and then run this cell."),
]


@pytest.mark.parametrize(("start", "stop", "here", "words"), CELLS)
def test_what_brings_it_back(
    serve: Serve, start: Cell | None, stop: Cell | None, here: Cell | None, words: str
) -> None:
    job, _ = serve()
    assert over_note(job, here) == ""
    job.stop()
    job.started_in, job.stopped_in = start, stop
    assert way_back(job, here).startswith(words)
    assert way_back(job, here) in over_note(job, here)
    assert (f"was stopped</b> by {stop}. " in over_note(job, here)) is (stop is not None)


def test_a_job_that_died_says_so(serve: Serve) -> None:
    job, container = serve()
    container.exit_code = 3
    assert "golang-function 0.0.1 <b" in over_note(job, None)
    assert ">died with exit code 3</b>. Start it again" in over_note(job, None)
