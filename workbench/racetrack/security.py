"""Who may ask, and from where.

A plugin is code that gets run, so a page that somebody else wrote must not be able to install one,
even in the browser of the person who runs this server. Two things keep it out: a request whose
`Host` is not this server's is refused, which ends DNS rebinding; and one that changes something is
refused where the browser says that another site's page made it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from aiohttp import web

from workbench.racetrack.config import Config
from workbench.racetrack.model import NOBODY, Caller
from workbench.racetrack.problems import Forbidden, Unauthorized
from workbench.racetrack.store import Store
from workbench.settings import LOOPBACK_NAMES

AUTH_HEADER = "X-Racetrack-Auth"
"""The header and the cookie with a caller's token."""

TOKEN_NAMES = (AUTH_HEADER, "X-Racetrack-User-Auth", "X-Racetrack-Esc-Auth")
_HARMLESS = ("GET", "HEAD", "OPTIONS")
_REMEMBERED = 30.0

Check = Callable[[web.BaseRequest], None]


def host_of(address: str) -> str:
    """The host of `host:port` or `[host]:port`, in small letters; empty where it is none."""
    try:
        return (urlsplit(f"//{address}").hostname or "").rstrip(".")
    except ValueError:
        return ""


def host_check(config: Config) -> Check:
    """What refuses requests that were meant for another host."""
    if "*" in config.hosts:
        return lambda _: None
    ours = {*LOOPBACK_NAMES, *(host.lower() for host in config.hosts)}
    if config.host not in ("0.0.0.0", "::"):  # noqa: S104 - compared, not listened on
        ours.add(config.host.lower())

    def check(request: web.BaseRequest) -> None:
        host = host_of(request.headers.get("Host", ""))
        if host not in ours and host != _own_address(request):  # no name leads to that by rebinding
            raise Forbidden(
                "This request names a host in its `Host` header that is not this server's.",
                remedy=f"use {config.url}, or start the server with `--host-name NAME`.",
            )

    return check


def _own_address(request: web.BaseRequest) -> str:
    """The address of this machine that a request came to."""
    name = request.transport.get_extra_info("sockname") if request.transport else None
    return str(name[0]) if name else ""


def pub_alone(request: web.BaseRequest, config: Config) -> None:
    """Refuse all but PUB on the address that is there for containers.

    Raises:
        Forbidden: It is for the dashboard or for Lifecycle.
    """
    if not config.pub_for_containers or config.host not in LOOPBACK_NAMES:
        return
    if _own_address(request) not in LOOPBACK_NAMES and not request.path.startswith("/pub/"):
        raise Forbidden("Only PUB is offered to containers.")


def origin_check(request: web.BaseRequest) -> None:
    """Refuse what would change something, or opens a websocket, from a page of another origin.

    Raises:
        Forbidden: A browser says so; other clients send neither header.
    """
    opens = request.headers.get("Upgrade", "").lower() == "websocket"
    if request.method in _HARMLESS and not opens:
        return
    origin = request.headers.get("Origin")
    foreign = origin is not None and urlsplit(origin).netloc.lower() != request.host.lower()
    if foreign or request.headers.get("Sec-Fetch-Site", "") in ("cross-site", "same-site"):
        raise Forbidden("A page of another site asked for this; only this server's own may.")


def token_among(headers: Mapping[str, str], cookies: Mapping[str, str]) -> str | None:
    """A token among headers, else among cookies."""
    for place in (headers, cookies):
        for name in TOKEN_NAMES:
            if token := place.get(name):
                return token
    return None


def token_of(request: web.BaseRequest) -> str | None:
    """The token of a request: from a header, else from a cookie."""
    return token_among(request.headers, request.cookies)


class Door:
    """Tells whose a request is.

    Args:
        config: Whether anybody is asked.
        store: Where tokens are known.
    """

    def __init__(self, config: Config, store: Store) -> None:
        self._config = config
        self._store = store
        self._known: dict[str, tuple[float, int, Caller]] = {}

    async def caller(self, request: web.BaseRequest) -> Caller:
        """Whose request this is; where no token is asked for, everybody is the one user.

        Raises:
            Unauthorized: There is no token, or it is nobody's.
        """
        if not self._config.auth:
            return NOBODY
        token = token_of(request)
        if token is None:
            raise Unauthorized(f"auth token not found in a header {AUTH_HEADER}")
        return await self.of_token(token)

    async def of_token(self, token: str) -> Caller:
        """Whose token this is; asks the store at most every half a minute.

        Raises:
            Unauthorized: It is nobody's.
        """
        changes = self._store.tokens.changes
        known = self._known.get(token)
        if known is not None and known[0] > time.monotonic() and known[1] == changes:
            return known[2]
        caller = await asyncio.to_thread(self._store.tokens.caller, token)
        if len(self._known) > 1000:
            self._known.clear()
        self._known[token] = (time.monotonic() + _REMEMBERED, changes, caller)
        return caller

    async def user(self, request: web.BaseRequest) -> Caller:
        """A user; a job's own token is for calling jobs only.

        Raises:
            Unauthorized: It is no user's request.
        """
        caller = await self.caller(request)
        if caller.kind != "user":
            raise Unauthorized(f"{caller.title} may call jobs, and nothing else")
        return caller

    async def staff(self, request: web.BaseRequest) -> Caller:
        """A user who may install plugins.

        Raises:
            Unauthorized: It is no such user's request.
        """
        caller = await self.user(request)
        if not caller.staff:
            raise Unauthorized(f"User {caller.name} is not a staff member")
        return caller
