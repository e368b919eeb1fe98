"""Logging in."""

from __future__ import annotations

import asyncio

from aiohttp import web

from workbench.racetrack.answers import add, answer, mapping_of
from workbench.racetrack.model import NOBODY, Caller
from workbench.racetrack.problems import Invalid, NotOffered
from workbench.racetrack.security import AUTH_HEADER, token_of
from workbench.racetrack.server_parts import parts_of

_ANY_TOKEN = "e30.e30.local"  # noqa: S105 - it opens nothing
"""What a server gives that asks for no token: of the form of one, and worth nothing."""


def add_routes(app: web.Application) -> None:
    """`/api/v1/users/...`."""
    add(app, "GET", "/api/v1/users/validate_user_auth", validate)
    add(app, "POST", "/api/v1/users/login", login)
    add(app, "POST", "/api/v1/users/logout", logout)
    add(app, "POST", "/api/v1/users/register", register)


async def validate(request: web.Request) -> web.Response:
    """Whose token this is."""
    caller = await parts_of(request).door.user(request)
    return _told(caller, token_of(request) or _ANY_TOKEN)


async def login(request: web.Request) -> web.Response:
    """A token for a name and a password, as an answer and as a cookie."""
    parts = parts_of(request)
    given = await mapping_of(request)
    name, password = given.get("username"), given.get("password")
    if not isinstance(name, str) or not isinstance(password, str):
        raise Invalid("Logging in takes a username and a password, both as text.")
    if not parts.config.auth:
        return _told(NOBODY, _ANY_TOKEN)
    caller, token = await asyncio.to_thread(parts.store.tokens.login, name, password)
    told = _told(caller, token)
    told.set_cookie(
        AUTH_HEADER, token, max_age=31 * 24 * 3600, path="/", httponly=True, samesite="Strict"
    )
    return told


async def logout(_: web.Request) -> web.Response:
    """Take the cookie back."""
    told = answer(None)
    told.del_cookie(AUTH_HEADER, path="/", httponly=True, samesite="Strict")
    return told


async def register(_: web.Request) -> web.Response:
    """Not here: one person works with this server."""
    raise NotOffered("This server is one person's: nobody can register.")


def _told(caller: Caller, token: str) -> web.Response:
    return answer({"username": caller.name, "token": token, "is_staff": caller.staff})
