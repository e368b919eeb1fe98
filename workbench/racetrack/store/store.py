"""Plugins, jobs, deployments, users and tokens: what is asked of the database."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from workbench.racetrack.model import (
    Deployment,
    DeploymentStatus,
    InstalledPlugin,
    JobRecord,
    JobStatus,
)
from workbench.racetrack.store.database import Database
from workbench.racetrack.store.tokens import Tokens


class Store:
    """What a server knows. Each method is one whole transaction; safe from any thread.

    Args:
        path: The SQLite file.
        deployments: How many deployments are remembered.
        build_log: Bytes of a build log that are kept.

    Attributes:
        tokens: Users and tokens.
        job_changes: How often jobs were changed since the start, to know when what was read is old.
    """

    def __init__(
        self, path: Path, *, deployments: int = 1000, build_log: int = 2 * 1024**2
    ) -> None:
        self._database = Database(path)
        self.job_changes = 0
        self._deployments = deployments
        self._build_log = build_log
        self._unwritten: dict[str, Deployment] = {}
        self.tokens = Tokens(self._database)

    def close(self) -> None:
        """Let the file go."""
        self._database.close()

    # --- plugins ----------------------------------------------------------------------------------

    def save_plugin(
        self, plugin: InstalledPlugin, *, instead_of: Iterable[tuple[str, str]] = ()
    ) -> None:
        """Store what is known of a plugin, in place of what was known of that version.

        Args:
            plugin: The plugin.
            instead_of: Names and versions of others that are forgotten at the same moment.
        """
        with self._database.transaction() as sql:
            gone = "DELETE FROM plugins WHERE name = ? AND version = ?"
            sql.executemany(gone, list(instead_of))
            row = (plugin.name, plugin.version, json.dumps(asdict(plugin)))
            sql.execute("INSERT OR REPLACE INTO plugins VALUES (?, ?, ?)", row)

    def delete_plugin(self, name: str, version: str) -> bool:
        """Forget a plugin; whether there was one."""
        with self._database.transaction() as sql:
            done = sql.execute(
                "DELETE FROM plugins WHERE name = ? AND version = ?", (name, version)
            )
            return done.rowcount > 0

    def plugins(self) -> list[InstalledPlugin]:
        """All plugins, by name and version as text."""
        rows = self._database.rows("SELECT data FROM plugins ORDER BY name, version")
        return [_plugin(row["data"]) for row in rows]

    # --- jobs -------------------------------------------------------------------------------------

    def save_job(self, job: JobRecord) -> None:
        """Store a job, in place of what was known of that version."""
        with self._database.transaction() as sql:
            row = (job.name, job.version, json.dumps(asdict(job)))
            sql.execute("INSERT OR REPLACE INTO jobs VALUES (?, ?, ?)", row)
            sql.execute(
                "DELETE FROM deleted_jobs WHERE name = ? AND version = ?", (job.name, job.version)
            )
        self.job_changes += 1

    def update_job(self, name: str, version: str, **changes: Any) -> JobRecord | None:
        """Change fields of a job; None where there is none any more."""
        with self._database.transaction() as sql:
            row = sql.execute(
                "SELECT data FROM jobs WHERE name = ? AND version = ?", (name, version)
            ).fetchone()
            if row is None:
                return None
            job = replace(_job(row["data"]), **changes)
            sql.execute(
                "UPDATE jobs SET data = ? WHERE name = ? AND version = ?",
                (json.dumps(asdict(job)), name, version),
            )
        self.job_changes += 1
        return job

    def delete_job(self, name: str, version: str, *, remember: bool = True) -> bool:
        """Forget a job; whether there was one.

        Args:
            name: Its name.
            version: Its exact version.
            remember: Whether that version then counts as deployed and deleted.
        """
        with self._database.transaction() as sql:
            key = (name, version)
            done = sql.execute("DELETE FROM jobs WHERE name = ? AND version = ?", key)
            if done.rowcount and remember:
                sql.execute("INSERT OR REPLACE INTO deleted_jobs VALUES (?, ?)", key)
        self.job_changes += 1
        return done.rowcount > 0

    def job(self, name: str, version: str) -> JobRecord | None:
        """The job of exactly this version."""
        rows = self._database.rows(
            "SELECT data FROM jobs WHERE name = ? AND version = ?", (name, version)
        )
        return _job(rows[0]["data"]) if rows else None

    def jobs(self, name: str | None = None) -> list[JobRecord]:
        """All jobs, or those of one name; the one that was deployed last comes first."""
        rows = self._database.rows(
            "SELECT data FROM jobs WHERE ? IS NULL OR name = ?", (name, name)
        )
        found = [_job(row["data"]) for row in rows]
        return sorted(found, key=lambda job: (-job.update_time, job.name, job.version))

    def was_deleted(self, name: str, version: str) -> bool:
        """Whether this version was deployed once, and deleted."""
        return bool(
            self._database.rows(
                "SELECT 1 FROM deleted_jobs WHERE name = ? AND version = ?", (name, version)
            )
        )

    # --- deployments ------------------------------------------------------------------------------

    def add_deployment(self, deployment: Deployment) -> None:
        """Store a new deployment; the oldest ones beyond the limit are forgotten."""
        with self._database.transaction() as sql:
            sql.execute("INSERT INTO deployments VALUES (?, ?, ?, ?, ?, ?)", _row(deployment))
            sql.execute(
                "DELETE FROM deployments WHERE status != ? AND id NOT IN "
                "(SELECT id FROM deployments ORDER BY create_time DESC LIMIT ?)",
                (DeploymentStatus.IN_PROGRESS.value, self._deployments),
            )

    def update_deployment(
        self, deployment_id: str, change: Callable[[Deployment], Deployment]
    ) -> Deployment:
        """Change a deployment.

        Raises:
            KeyError: There is none.
        """
        with self._database.transaction() as sql:
            row = sql.execute(
                "SELECT data FROM deployments WHERE id = ?", (deployment_id,)
            ).fetchone()
            if row is None:
                raise KeyError(deployment_id)
            changed = change(self._unwritten.get(deployment_id) or _deployment(row["data"]))
            sql.execute(
                "UPDATE deployments SET status = ?, data = ? WHERE id = ?",
                (changed.status.value, json.dumps(asdict(changed)), deployment_id),
            )
        self._unwritten.pop(deployment_id, None)
        return changed

    def keep_in_mind(self, deployment: Deployment) -> None:
        """Answer with this one from now on, though a full disk does not take it."""
        self._unwritten[deployment.id] = deployment

    def _as_known(self, rows: Iterable[sqlite3.Row]) -> list[Deployment]:
        read = [_deployment(row["data"]) for row in rows]
        return [self._unwritten.get(one.id, one) for one in read]

    def deployment(self, deployment_id: str) -> Deployment | None:
        """The deployment with this id."""
        rows = self._database.rows("SELECT data FROM deployments WHERE id = ?", (deployment_id,))
        return next(iter(self._as_known(rows)), None)

    def deployments(self, limit: int = 100) -> list[Deployment]:
        """The last deployments, the newest first."""
        rows = self._database.rows(
            "SELECT data FROM deployments ORDER BY create_time DESC LIMIT ?", (limit,)
        )
        return self._as_known(rows)

    def last_deployment(self, job_name: str, job_version: str) -> Deployment | None:
        """The last try to deploy this version: the last that got so far as to build, if any did."""
        rows = self._database.rows(
            "SELECT data FROM deployments WHERE job_name = ? AND job_version = ? "
            "ORDER BY id IN (SELECT deployment_id FROM build_logs) DESC, create_time DESC LIMIT 1",
            (job_name, job_version),
        )
        return next(iter(self._as_known(rows)), None)

    def unfinished_deployments(self) -> list[Deployment]:
        """Those in progress; after a crash, those that nobody works on any more."""
        rows = self._database.rows(
            "SELECT data FROM deployments WHERE status = ?", (DeploymentStatus.IN_PROGRESS.value,)
        )
        return [_deployment(row["data"]) for row in rows]

    # --- build logs -------------------------------------------------------------------------------

    def append_build_log(self, deployment_id: str, text: str) -> None:
        """Add to a deployment's build log; what is too much in its middle is left out, and told."""
        with self._database.transaction() as sql:
            size, number = sql.execute(
                "SELECT COALESCE(SUM(LENGTH(text)), 0), COALESCE(MAX(number), 0) "
                "FROM build_logs WHERE deployment_id = ?",
                (deployment_id,),
            ).fetchone()
            half = self._build_log // 2
            sql.execute(
                "INSERT INTO build_logs VALUES (?, ?, ?)", (deployment_id, number + 1, text[-half:])
            )
            if size + len(text) > self._build_log:
                self._shorten(sql, deployment_id, half)

    def _shorten(self, sql: Any, deployment_id: str, half: int) -> None:
        rows = sql.execute(
            "SELECT text FROM build_logs WHERE deployment_id = ? ORDER BY number", (deployment_id,)
        ).fetchall()
        whole = "".join(row["text"] for row in rows)
        text = (
            f"{whole[:half]}\n... {len(whole) - 2 * half} characters left out ...\n{whole[-half:]}"
        )
        sql.execute("DELETE FROM build_logs WHERE deployment_id = ?", (deployment_id,))
        sql.execute("INSERT INTO build_logs VALUES (?, 1, ?)", (deployment_id, text))

    def build_log(self, deployment_id: str) -> str:
        """A deployment's build log so far."""
        rows = self._database.rows(
            "SELECT text FROM build_logs WHERE deployment_id = ? ORDER BY number", (deployment_id,)
        )
        return "".join(row["text"] for row in rows)

    # --- asynchronous calls -----------------------------------------------------------------------

    def save_task(self, task_id: str, created: float, data: Mapping[str, Any], keep: int) -> None:
        """Store an asynchronous call; the oldest ones beyond `keep` are forgotten."""
        with self._database.transaction() as sql:
            row = (task_id, created, json.dumps(data))
            sql.execute("INSERT OR REPLACE INTO tasks VALUES (?, ?, ?)", row)
            sql.execute(
                "DELETE FROM tasks WHERE id NOT IN "
                "(SELECT id FROM tasks ORDER BY created DESC LIMIT ?)",
                (keep,),
            )

    def task(self, task_id: str) -> dict[str, Any] | None:
        """An asynchronous call."""
        rows = self._database.rows("SELECT data FROM tasks WHERE id = ?", (task_id,))
        found: dict[str, Any] | None = json.loads(rows[0]["data"]) if rows else None
        return found


def _row(deployment: Deployment) -> tuple[Any, ...]:
    return (
        deployment.id,
        deployment.job_name,
        deployment.job_version,
        deployment.status.value,
        deployment.create_time,
        json.dumps(asdict(deployment)),
    )


def _plugin(data: str) -> InstalledPlugin:
    values = json.loads(data)
    for name in ("components", "job_types", "hooks", "warnings"):
        values[name] = tuple(values[name])
    return InstalledPlugin(**values)


def _job(data: str) -> JobRecord:
    values = json.loads(data)
    return JobRecord(**{**values, "status": JobStatus(values["status"])})


def _deployment(data: str) -> Deployment:
    values = json.loads(data)
    phases = tuple((phase, at) for phase, at in values["phases"])
    return Deployment(**{**values, "status": DeploymentStatus(values["status"]), "phases": phases})
