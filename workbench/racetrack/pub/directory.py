"""What PUB has to be told: which running job is meant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from aiohttp import web

from workbench.racetrack.model import Caller


@dataclass(frozen=True)
class Target:
    """A job that a call is meant for.

    Attributes:
        name: Its name.
        version: Its exact version.
        address: Where it listens, such as `http://127.0.0.1:41873`; None where it does not run.
        status: How it is, such as `running`.
        caller: Who calls; None where nobody was asked for.
    """

    name: str
    version: str
    address: str | None
    status: str
    caller: Caller | None


class Directory(Protocol):
    """Finds jobs, and is told of calls."""

    async def find(
        self,
        name: str,
        version: str,
        path: str,
        headers: Mapping[str, str],
        cookies: Mapping[str, str],
    ) -> Target:
        """The job that is meant.

        Args:
            name: Its name.
            version: As typed: exact or an alias.
            path: What follows, with a slash before it.
            headers: Those of the request.
            cookies: Those of the request.

        Raises:
            Problem: There is none, or the caller may not call it.
        """

    def called(self, name: str, version: str) -> None:
        """A job was called, and answered."""

    def broken(self, name: str, version: str) -> None:
        """A connection to a job broke."""


async def find_target(directory: Directory, request: web.Request) -> Target:
    """The job that a request to PUB is meant for.

    Raises:
        Problem: There is none, or the caller may not call it.
    """
    words = request.match_info
    path = words.get("path", "")
    return await directory.find(
        words["name"], words["version"], path, request.headers, request.cookies
    )
