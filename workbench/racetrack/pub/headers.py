"""Which headers pass PUB, and which it adds."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from urllib.parse import urlsplit

from aiohttp import web
from multidict import CIMultiDict, CIMultiDictProxy

from workbench.racetrack.model import Caller
from workbench.racetrack.security import TOKEN_NAMES
from workbench.settings import TRACING_HEADER

# What is between two neighbours only, by RFC 9110, section 7.6.1.
_BETWEEN_NEIGHBOURS = (
    "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection",
    "te", "trailer", "transfer-encoding", "upgrade",
)  # fmt: skip
_TOKENS = tuple(name.lower() for name in TOKEN_NAMES)


def tracing_id(request: web.BaseRequest) -> str:
    """The caller's own id of this call, else a new one."""
    return request.headers.get(TRACING_HEADER) or str(uuid.uuid4())


def to_job(request: web.BaseRequest, trace: str, caller: Caller | None) -> CIMultiDict[str]:
    """What a job gets: the caller's headers, and who and where the caller is.

    A real PUB hands on the caller's token, too; here it goes no further, as header or cookie, since
    a job could use it in the caller's name.
    """
    headers = _passed(request.headers, ("host", "cookie", "content-length", *_TOKENS))
    cookies = [
        f"{name}={value}" for name, value in request.cookies.items() if name.lower() not in _TOKENS
    ]
    if cookies:
        headers["Cookie"] = "; ".join(cookies)
    if "Content-Length" in request.headers:
        headers["Content-Length"] = request.headers["Content-Length"]
    before = request.headers.get("X-Forwarded-For")
    headers["X-Forwarded-For"] = ", ".join(filter(None, (before, request.remote)))
    headers["X-Forwarded-Host"] = request.host
    headers[TRACING_HEADER] = trace
    if caller is not None:
        headers["X-Caller-Name"] = caller.title
    return headers


def to_caller(headers: CIMultiDictProxy[str], trace: str) -> CIMultiDict[str]:
    """What the caller gets: the job's headers, and the id of the call."""
    passed = _passed(headers, ())
    passed[TRACING_HEADER] = trace
    if "Location" in passed:
        place = urlsplit(passed["Location"])
        passed["Location"] = place._replace(scheme="", netloc="").geturl() or "/"
    return passed


def _passed(headers: CIMultiDictProxy[str], without: Iterable[str]) -> CIMultiDict[str]:
    passed = headers.copy()
    for named in headers.getall("Connection", ()):
        for name in named.split(","):
            passed.popall(name.strip(), None)
    for name in (*_BETWEEN_NEIGHBOURS, *without):
        passed.popall(name, None)
    return passed
