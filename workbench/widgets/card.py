"""What a job shows of itself: a card that follows it in a notebook, and its static twin."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from workbench import _html
from workbench._sources import outdated_words
from workbench.job import Job
from workbench.widgets import _parts
from workbench.widgets._follow import Follower, Following, Shown
from workbench.widgets._jobs import told
from workbench.widgets.outdated import OutdatedNote
from workbench.widgets.over import stopped_by, way_back


def job_card(job: Job, *, followed: bool = False) -> Markup:
    """The job in a few rows.

    Args:
        job: The job.
        followed: Whether the card changes when the job does. One that does not tells only how
            things were, and has no link: before long nothing would be at its end.
    """
    alive = job.exit_code is None
    stopped = job.status == "stopped"
    status = _html.badge(job.status, _html.GOOD if alive else _html.MUTED if stopped else _html.BAD)
    if alive and not followed:
        status = Markup("{} {}").format(status, _html.muted("when this was shown"))
    elif stopped:
        status = Markup("{} {}").format(status, stopped_by(job))
    rows = [
        ("status", status),
        ("page", _html.link(job.page) if alive and followed else job.url),
        ("engine", f"{job.engine}, built in {job.image.seconds:.2f} s"),
    ]
    if alive and (words := outdated_words(job.outdated)):
        rows.append((_html.badge("outdated", _html.WARN), words))
    return _html.table(("Job", told(job)), rows)


class JobCard(Following):
    """A job's card in a notebook. It changes when the job does, and ends with it.

    Attributes:
        job: The job that is followed.
    """

    def __init__(self, job: Job) -> None:
        self.job = job
        self._state: tuple[str, Markup] = ("", Markup(""))
        self._note = Markup("")
        self._outdated = OutdatedNote(job)
        self._shown = Shown(self._bundle)
        self._follower = Follower("job card", job, self, told(job))
        self._follower.start()

    def html(self) -> Markup:
        """The card as it is shown, now."""
        end = _parts.status(self._note) if self._note else self._note
        return job_card(self.job, followed=True) + end

    def look(self, ended: bool) -> None:
        """See whether the job is over, or its files are others, and show it."""
        self._outdated.look()
        note = Markup("{}").format(way_back(self.job, self._follower.cell)) if ended else Markup("")
        self._see((self.job.status, self._outdated.line), note)

    def fail(self, error: Exception) -> None:
        """Show that looking went wrong."""
        self._see(self._state, _parts.failure(error))

    def leave(self) -> None:
        """Nothing: where its cell is run again the card is gone."""

    def settle(self) -> None:
        """Nothing is left to do: it shows the last state."""

    def _ipython_display_(self) -> None:
        self._shown.show()

    def _bundle(self) -> dict[str, Any]:
        return {"text/plain": repr(self.job), "text/html": str(self.html())}

    def _see(self, state: tuple[str, Markup], note: Markup) -> None:
        if (state, note) != (self._state, self._note):
            self._state, self._note = state, note
            self._shown.update()
