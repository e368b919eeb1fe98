"""A remark beside what one calls or reads: the files on disk are not those that run."""

from __future__ import annotations

import time

from markupsafe import Markup

from workbench._sources import outdated_note
from workbench.widgets import _parts
from workbench.widgets._jobs import AnyJob

_PAUSE = 2.0
"""Seconds between two looks at the files that a job was built from."""


class OutdatedNote:
    """Follows whether a job is still what its files are.

    Args:
        job: The job.

    Attributes:
        line: Which files changed since it was built, in a line; empty where none did, and once the
            job is over.
    """

    def __init__(self, job: AnyJob) -> None:
        self._job = job
        self._due = 0.0
        self.line = Markup("")

    def look(self, *, now: bool = False) -> bool:
        """Look at the files if it is time to.

        Args:
            now: Whether it is, in any case.

        Returns:
            Whether the line is another one now.
        """
        over = self._job.exit_code is not None
        if not (now or over) and time.monotonic() < self._due:
            return False
        self._due = time.monotonic() + _PAUSE
        before = self.line
        self.line = Markup("") if over else outdated_note(self._job.outdated)
        return self.line != before

    def html(self) -> Markup:
        """The line as one of its own, which a screen reader tells."""
        return _parts.status(self.line) if self.line else self.line
