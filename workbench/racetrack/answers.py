"""How requests are read and answered: JSON with its length, and errors in Racetrack's form."""

from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Awaitable, Callable, Iterable
from http import HTTPStatus
from typing import Any

from aiohttp import web

from workbench.racetrack.problems import Invalid, NoRoom, Problem, TooLarge

log = logging.getLogger(__name__)

AS_TYPED = "path as typed"
"""What a request knows of its path, where its slashes were folded."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

PREFIXES = ("/lifecycle", "")
"""Where Lifecycle is mounted."""


def answer(value: object, status: int = 200) -> web.Response:
    """A JSON answer; `null` where there is nothing to say, since the CLI needs a body."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return web.Response(text=text, status=status, content_type="application/json")


def problem_answer(problem: Problem) -> web.Response:
    """A problem in Racetrack's form."""
    return answer({"error": problem.wire_text, "type": problem.type}, problem.status)


def add(app: web.Application, method: str, paths: str | Iterable[str], handler: Handler) -> None:
    """Serve a route of Lifecycle under both of its prefixes."""
    for path in [paths] if isinstance(paths, str) else paths:
        for prefix in PREFIXES:
            app.router.add_route(method, f"{prefix}{path}", handler)


async def mapping_of(request: web.Request) -> dict[str, Any]:
    """The JSON object in a request's body.

    Raises:
        Invalid: It is none.
        TooLarge: It is longer than the server takes.
    """
    try:
        value = json.loads(await request.read())
    except web.HTTPRequestEntityTooLarge as error:
        raise TooLarge(f"The body is larger than this server takes: {error.text}") from None
    except (ValueError, RecursionError) as error:
        raise Invalid(f"The body is not JSON: {error}.") from None
    if not isinstance(value, dict):
        raise Invalid(f"The body has to be a JSON object, not a {type(value).__name__}.")
    return value


def number_of(request: web.Request, name: str, default: int) -> int:
    """A whole number in the query.

    Raises:
        Invalid: It is none, or below zero.
    """
    text = request.query.get(name, str(default))
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Invalid(f"{name}={text!r} in the query is not a whole number.")
    return int(text)


@web.middleware
async def errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every error as JSON; what nobody expected is logged whole, and told by an id."""
    try:
        return await handler(request)
    except Problem as problem:
        return problem_answer(problem)
    except web.HTTPMethodNotAllowed as error:
        refused = answer({"detail": "Method Not Allowed"}, error.status)
        refused.headers["Allow"] = error.headers["Allow"]
        return refused
    except web.HTTPNotFound:
        return answer({"detail": "Not Found"}, HTTPStatus.NOT_FOUND)
    except web.HTTPException as error:
        if error.status < HTTPStatus.BAD_REQUEST:
            raise
        return answer({"error": error.reason, "type": type(error).__name__}, error.status)
    except (ConnectionError, TimeoutError):
        raise
    except OSError as error:
        log.exception("%s %s", request.method, request.path)
        return problem_answer(NoRoom(f"The state could not be read or written: {error.strerror}."))
    except Exception:
        number = uuid.uuid4().hex[:8]
        log.exception("%s %s: %s", request.method, request.path, number)
        text = f"The server made a mistake; its log tells more, at {number}."
        return answer({"error": text, "type": "ContextError"}, HTTPStatus.INTERNAL_SERVER_ERROR)


@web.middleware
async def fold_slashes(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Serve `//api/v1/job` as `/api/v1/job`: a remote that was typed with a slash at its end."""
    path = request.rel_url.raw_path
    if request.match_info.http_exception is None or "//" not in path:
        return await handler(request)
    folded = path
    while "//" in folded:
        folded = folded.replace("//", "/")
    other = request.clone(rel_url=request.rel_url.with_path(folded, encoded=True, keep_query=True))
    other[AS_TYPED] = path
    found = await request.app.router.resolve(other)
    if found.http_exception is not None:
        raise found.http_exception
    found.add_app(request.app)
    other._match_info = found  # as aiohttp does it where it normalizes paths
    return await found.handler(other)
