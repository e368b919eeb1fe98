"""One SQLite file: its tables, one connection for all threads, and whole transactions."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from workbench.racetrack.problems import NoRoom

SCHEMA = 1
"""Raised with every change of the tables; another number is told, and nothing is touched."""

_TABLES = """
CREATE TABLE plugins (
  name TEXT NOT NULL, version TEXT NOT NULL, data TEXT NOT NULL,
  PRIMARY KEY (name, version)
) STRICT;
CREATE TABLE jobs (
  name TEXT NOT NULL, version TEXT NOT NULL, data TEXT NOT NULL,
  PRIMARY KEY (name, version)
) STRICT;
CREATE TABLE deleted_jobs (
  name TEXT NOT NULL, version TEXT NOT NULL, PRIMARY KEY (name, version)
) STRICT;
CREATE TABLE deployments (
  id TEXT PRIMARY KEY, job_name TEXT NOT NULL, job_version TEXT NOT NULL, status TEXT NOT NULL,
  create_time REAL NOT NULL, data TEXT NOT NULL
) STRICT;
CREATE INDEX deployments_by_job ON deployments (job_name, job_version, create_time);
CREATE INDEX deployments_by_time ON deployments (create_time);
CREATE TABLE build_logs (
  deployment_id TEXT NOT NULL REFERENCES deployments (id) ON DELETE CASCADE,
  number INTEGER NOT NULL, text TEXT NOT NULL, PRIMARY KEY (deployment_id, number)
) STRICT;
CREATE TABLE users (
  name TEXT PRIMARY KEY, staff INTEGER NOT NULL, password TEXT NOT NULL
) STRICT;
CREATE TABLE tokens (
  digest TEXT PRIMARY KEY, kind TEXT NOT NULL, subject TEXT NOT NULL, created REAL NOT NULL
) STRICT;
CREATE TABLE tasks (
  id TEXT PRIMARY KEY, created REAL NOT NULL, data TEXT NOT NULL
) STRICT;
"""

_FULL = ("disk is full", "disk I/O error", "readonly database", "unable to open database")
_BROKEN = ("file is not a database", "malformed")


class Database:
    """The file; safe to use from any thread.

    Args:
        path: The file; it is made with its tables where it is not there.

    Raises:
        NoRoom: It cannot be made or written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.RLock()
        with _told(path):
            # Transactions are begun and ended below, by hand.
            self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
            self._connection.row_factory = sqlite3.Row
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = FULL")  # acknowledged means on the disk
            self._connection.execute("PRAGMA foreign_keys = ON")
            self._connection.execute("PRAGMA busy_timeout = 5000")
            self._make_tables()

    def _make_tables(self) -> None:
        (found,) = self._connection.execute("PRAGMA user_version").fetchone()
        if found == 0:
            script = f"BEGIN; {_TABLES} PRAGMA user_version = {SCHEMA}; COMMIT;"
            self._connection.executescript(script)
        elif found != SCHEMA:
            self._connection.close()
            raise NoRoom(
                f"{self._path} is of another version of the workbench: form {found}, not {SCHEMA}.",
                remedy="name another state folder, or remove this one.",
            )

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All of a block, or nothing; other threads wait.

        Raises:
            NoRoom: The disk is full, or the file cannot be written.
        """
        with self._lock, _told(self._path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):  # SQLite may have rolled back by itself
                    self._connection.execute("ROLLBACK")
                raise

    def rows(self, query: str, values: Sequence[Any] = ()) -> list[sqlite3.Row]:
        """What a SELECT finds."""
        with self._lock, _told(self._path):
            return self._connection.execute(query, values).fetchall()

    def close(self) -> None:
        """Let the file go."""
        with self._lock:
            self._connection.close()


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        if any(sign in str(error) for sign in _FULL):
            raise NoRoom(
                f"The state in {path.parent.name}/ could not be written: {error}.",
                remedy="make room on its disk; what was acknowledged before is kept.",
            ) from None
        if any(sign in str(error) for sign in _BROKEN):
            raise NoRoom(
                f"{path} cannot be read: {error}.",
                remedy="name another state folder, or remove this one.",
            ) from None
        raise
