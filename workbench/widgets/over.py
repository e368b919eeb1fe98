"""What a view says once its job is over: how it ended, and which cells bring it back."""

from __future__ import annotations

from markupsafe import Markup

from workbench import _html
from workbench._cell import Cell
from workbench.widgets import _parts
from workbench.widgets._jobs import AnyJob, told


def over_note(job: AnyJob, here: Cell | None) -> Markup:
    """How the job ended, and how to go on with it; empty while it runs.

    Whoever reads it has often run all cells, and scrolled up: a cell further down has stopped the
    job since.

    Args:
        job: The job.
        here: The cell that the view is shown in.
    """
    if job.exit_code is None:
        return Markup("")
    stopped = job.status == "stopped"
    how = _html.badge("was stopped", _html.WARN) if stopped else _html.badge(job.status, _html.BAD)
    name = told(job)
    by = f" {stopped_by(job)}" if job.stopped_in else ""
    return _parts.status(Markup("{} {}{}. {}").format(name, how, by, way_back(job, here)))


def stopped_by(job: AnyJob) -> str:
    """By which cell it was stopped, in words; empty where no cell did it."""
    return f"by {job.stopped_in}" if job.stopped_in else ""


def way_back(job: AnyJob, here: Cell | None) -> str:
    """What to run to go on with a job that is over."""
    start, end = job.started_in, job.stopped_in
    if start is None:
        return "Start it again, and then run this cell."
    if here and start.is_again(here):
        return "Run this cell again to start it anew."
    if end and end != start and start.is_again(end):
        return "That one started it anew: run this cell again, too."
    return f"To go on with it, run {start}, which starts it, and then this one."
