"""A remark beside what one calls: the files on disk are not those that run."""

from __future__ import annotations

from markupsafe import Markup

from workbench import _html
from workbench._sources import outdated_words
from workbench.job import Job
from workbench.widgets import _parts


def outdated_note(job: Job) -> Markup:
    """What changed since the job was built; empty where nothing did, or where it has ended."""
    words = outdated_words(job.outdated) if job.exit_code is None else ""
    if not words:
        return Markup("")
    note = Markup("{}, {}; run it again to call the new version.")
    return _parts.status(note.format(_html.badge("outdated", _html.WARN), words))
