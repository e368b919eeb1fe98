"""What PUB asks: which running job is meant, and may this caller call it."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Mapping

from workbench.racetrack.model import NOBODY, Caller, JobRecord
from workbench.racetrack.problems import NotFound, Unauthorized
from workbench.racetrack.pub import Target
from workbench.racetrack.security import AUTH_HEADER, token_among
from workbench.racetrack.server_parts import Parts

FRESH, STALE = 60.0, 600.0
"""Seconds for which a real PUB keeps a job, and for which it does if Lifecycle has an error."""

OPEN_TO_ALL = ("/live", "/ready", "/health")
"""What of a job may be asked without a token."""


class JobDirectory:
    """Finds jobs by name and version or alias; what was found holds until a job changes."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._found: dict[tuple[str, str], JobRecord] = {}
        self._of = -1
        self._kept: dict[tuple[str, str], tuple[float, JobRecord]] = {}

    async def find(
        self,
        name: str,
        version: str,
        path: str,
        headers: Mapping[str, str],
        cookies: Mapping[str, str],
    ) -> Target:
        """The job that a call is meant for.

        Raises:
            Unauthorized: A token is asked for, and there is none, or nobody's.
            NotFound: There is no such job.
        """
        caller = await self._caller(path, headers, cookies)
        job = await (
            self._as_a_real_one(name, version)
            if self._parts.config.faithful
            else self._job(name, version)
        )
        address = self._parts.supervisor.address(job.name, job.version)
        return Target(job.name, job.version, address, job.status.value, caller)

    async def _job(self, name: str, version: str) -> JobRecord:
        changes = self._parts.store.job_changes
        if changes != self._of:
            self._found.clear()
            self._of = changes
        job = self._found.get((name, version))
        if job is None:
            job = await asyncio.to_thread(self._parts.deployer.find, name, version)
            if changes == self._parts.store.job_changes and len(self._found) < 1000:
                self._found[name, version] = job
        return job

    async def _as_a_real_one(self, name: str, version: str) -> JobRecord:
        """What was found holds for a minute; and longer, where it cannot be found any more."""
        now = time.monotonic()
        at, job = self._kept.get((name, version), (-math.inf, None))
        if job is not None and now - at < FRESH:
            return job
        try:
            found = await self._job(name, version)
        except NotFound:
            if job is None or now - at >= STALE:
                raise
            return job
        if len(self._kept) < 1000:
            self._kept[name, version] = (now, found)
        return found

    def called(self, name: str, version: str) -> None:
        """Note that a job was called."""
        self._parts.supervisor.called(name, version)

    def broken(self, name: str, version: str) -> None:
        """Have a look at a job whose connection broke."""
        self._parts.supervisor.broken(name, version)

    async def _caller(
        self, path: str, headers: Mapping[str, str], cookies: Mapping[str, str]
    ) -> Caller | None:
        if not self._parts.config.auth:
            return NOBODY
        token = token_among(headers, cookies)
        if token is not None:
            return await self._parts.door.of_token(token)
        if path in OPEN_TO_ALL:
            return None
        raise Unauthorized(f"auth token not found in a header {AUTH_HEADER}")
