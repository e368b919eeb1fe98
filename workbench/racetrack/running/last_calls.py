"""When each job was called last: noted at once, written down now and then."""

from __future__ import annotations

import logging
import sqlite3
import time

from workbench.errors import WorkbenchError
from workbench.racetrack.store import Store

Key = tuple[str, str]

UNWRITTEN = (WorkbenchError, sqlite3.Error)
"""What a store raises that cannot be written, as on a full disk."""

_log = logging.getLogger(__name__)


class LastCalls:
    """The last calls that this server passed on.

    Args:
        store: Where they are written down.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._at: dict[Key, int] = {}

    def note(self, key: Key) -> None:
        """A job is called now."""
        self._at[key] = int(time.time())

    def forget(self, key: Key) -> None:
        """A job is gone."""
        self._at.pop(key, None)

    def write(self) -> None:
        """Write down what is newer than what is written; what cannot be is, the next time."""
        try:
            for key, at in list(self._at.items()):
                job = self._store.job(*key)
                if job is not None and (job.last_call_time or 0) < at:
                    self._store.update_job(*key, last_call_time=at)
        except UNWRITTEN as error:
            _log.warning("the times of last calls: %s", error)
