"""Forwarding a call to a job, streaming both ways."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Any

import aiohttp
from aiohttp import web
from multidict import CIMultiDict
from yarl import URL

from workbench.racetrack.answers import answer
from workbench.racetrack.problems import Problem
from workbench.racetrack.pub.directory import Directory, Target, find_target
from workbench.racetrack.pub.headers import to_caller, to_job, tracing_id

log = logging.getLogger(__name__)

_CHUNK = 64 * 1024
_DEAD = "Reverse proxy error: connection refused to a target job (job may be dead)"
_BROKEN = "Reverse proxy error: connection broken to a target job (job may have died)"
_WEBSOCKET = {"sec-websocket-key", "sec-websocket-version", "sec-websocket-extensions",
              "sec-websocket-protocol"}  # fmt: skip


class Proxy:
    """Forwards calls. One client for all jobs; connections to them are kept.

    Args:
        directory: Finds jobs.
        timeout: Seconds until a job's answer has to begin.
    """

    def __init__(self, directory: Directory, timeout: float) -> None:
        self._directory = directory
        self._timeout = aiohttp.ClientTimeout(total=None, sock_connect=5.0, sock_read=timeout)
        self._session: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        """Open the client."""
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, limit_per_host=0, use_dns_cache=False),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            timeout=self._timeout,
            skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
        )

    async def close(self) -> None:
        """Let go of all connections."""
        if self._session is not None:
            await self._session.close()

    def request(
        self,
        method: str,
        target: Target,
        url: str,
        headers: CIMultiDict[str],
        body: bytes,
    ) -> contextlib.AbstractAsyncContextManager[aiohttp.ClientResponse]:
        """A call whose body and answer are had whole.

        Raises:
            OSError: The job does not run.
        """
        assert self._session is not None  # noqa: S101 - the application started it
        if target.address is None:
            raise ConnectionRefusedError(_DEAD)
        return self._session.request(
            method, URL(url, encoded=True), headers=headers, data=body, allow_redirects=False
        )

    async def forward(self, request: web.Request) -> web.StreamResponse:
        """Answer a call with what the job answers, or with an error of PUB's own."""
        trace = tracing_id(request)
        try:
            target = await find_target(self._directory, request)
        except Problem as problem:
            return _refused(problem, trace)
        if target.address is None:
            self._directory.broken(target.name, target.version)
            return _gateway_error(target, trace, f"{_DEAD}: it does not run")
        url = URL(job_url(request.rel_url.raw_path, request, target), encoded=True)
        if request.headers.get("Upgrade", "").lower() == "websocket":
            return await self._websocket(request, target, url, trace)
        return await self._call(request, target, url, trace)

    async def _call(
        self, request: web.Request, target: Target, url: URL, trace: str
    ) -> web.StreamResponse:
        assert self._session is not None  # noqa: S101 - the application started it
        body: bytes | AsyncIterator[bytes] | None = None
        if request.body_exists:
            short = _is_short(request.content_length)
            body = await request.read() if short else _body(request)
        try:
            upstream = await self._session.request(
                request.method,
                url,
                headers=to_job(request, trace, target.caller),
                data=body,
                allow_redirects=False,
            )
        except aiohttp.ClientConnectorError as error:
            self._directory.broken(target.name, target.version)
            return _gateway_error(target, trace, f"{_DEAD}: {error.strerror or error.os_error}")
        except TimeoutError:
            seconds = self._timeout.sock_read
            told = f"Reverse proxy error: the job did not answer within {seconds:g} s"
            return _gateway_error(target, trace, told)
        except (aiohttp.ClientError, OSError) as error:
            if request.transport is None or request.transport.is_closing():
                raise ConnectionResetError from error  # it is the caller who left
            self._directory.broken(target.name, target.version)
            return _gateway_error(target, trace, f"{_BROKEN}: {_why(error)}")
        async with upstream:
            self._directory.called(target.name, target.version)
            return await self._pass_on(request, target, upstream, trace)

    async def _pass_on(
        self,
        request: web.Request,
        target: Target,
        upstream: aiohttp.ClientResponse,
        trace: str,
    ) -> web.StreamResponse:
        headers = to_caller(upstream.headers, trace)
        if _is_short(upstream.content_length) and request.method != "HEAD":
            try:  # most answers are short: one piece is sent in half the time of a stream
                whole = await upstream.read()
            except (aiohttp.ClientError, TimeoutError) as error:
                self._directory.broken(target.name, target.version)
                return _gateway_error(target, trace, f"{_BROKEN}: {_why(error)}")
            return web.Response(
                status=upstream.status, reason=upstream.reason, headers=headers, body=whole
            )
        response = web.StreamResponse(status=upstream.status, reason=upstream.reason)
        response.headers.extend(headers)
        if "Content-Length" not in response.headers and request.version >= (1, 1):
            bodiless = request.method == "HEAD" or upstream.status in (204, 304)
            if not bodiless:
                response.enable_chunked_encoding()
        await response.prepare(request)
        try:
            async for chunk in upstream.content.iter_chunked(_CHUNK):
                await response.write(chunk)
        except (aiohttp.ClientError, TimeoutError) as error:
            # The answer has begun: that it is not whole can only be told by breaking off.
            log.info("%s %s broke off: %s", target.name, target.version, _why(error))
            self._directory.broken(target.name, target.version)
            if request.transport is not None:
                request.transport.abort()
            raise ConnectionResetError from error
        await response.write_eof()
        return response

    async def _websocket(
        self, request: web.Request, target: Target, url: URL, trace: str
    ) -> web.StreamResponse:
        assert self._session is not None  # noqa: S101 - the application started it
        offered = request.headers.get("Sec-WebSocket-Protocol", "")
        protocols = [word.strip() for word in offered.split(",") if word.strip()]
        headers = to_job(request, trace, target.caller)
        for one in _WEBSOCKET:
            headers.popall(one, None)
        try:
            job = await self._session.ws_connect(url, protocols=protocols, headers=headers)
        except aiohttp.WSServerHandshakeError as error:
            told = f"Reverse proxy error: the job refused a websocket with {error.status}"
            return _gateway_error(target, trace, told)
        except (aiohttp.ClientError, OSError) as error:
            self._directory.broken(target.name, target.version)
            return _gateway_error(target, trace, f"{_DEAD}: {_why(error)}")
        chosen = (job.protocol,) if job.protocol else ()
        caller = web.WebSocketResponse(protocols=chosen)
        async with job:
            await caller.prepare(request)
            self._directory.called(target.name, target.version)
            both = [
                asyncio.ensure_future(_pump(job, caller)),
                asyncio.ensure_future(_pump(caller, job)),
            ]
            try:
                await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in both:
                    task.cancel()
            code = job.close_code or caller.close_code or aiohttp.WSCloseCode.GOING_AWAY
            if code in (1005, 1006, 1015):  # what must not be sent
                code = aiohttp.WSCloseCode.GOING_AWAY
            await caller.close(code=code)
            await job.close(code=code)
        return caller


def _is_short(length: int | None) -> bool:
    return length is not None and length <= _CHUNK


async def _pump(source: Any, sink: Any) -> None:
    async for message in source:
        if message.type is aiohttp.WSMsgType.TEXT:
            await sink.send_str(message.data)
        elif message.type is aiohttp.WSMsgType.BINARY:
            await sink.send_bytes(message.data)


async def _body(request: web.Request) -> AsyncIterator[bytes]:
    async for chunk in request.content.iter_chunked(_CHUNK):
        yield chunk


def job_url(whole: str, request: web.Request, target: Target) -> str:
    """The job's address of a call.

    Args:
        whole: The path of the call, as it was typed: `/pub/job/NAME/VERSION/...`.
        request: The call, for what follows the path.
        target: The job, with its exact version.
    """
    while "//" in whole:
        whole = whole.replace("//", "/")
    words = whole.removeprefix("/pub").split("/", 4)  # "", job, name, version, rest
    rest = f"/{words[4]}" if len(words) > 4 else ""
    query = f"?{request.rel_url.raw_query_string}" if request.rel_url.raw_query_string else ""
    path = f"/pub/job/{target.name}/{target.version}{rest}{query}"
    return f"{target.address}{path}"


def _refused(problem: Problem, trace: str) -> web.Response:
    """What PUB itself says no to."""
    frame = {
        HTTPStatus.UNAUTHORIZED: "Proxy request error: Unauthenticated: Authorizing Job caller: ",
        HTTPStatus.NOT_FOUND: "Proxy request error: Job was not found: Authorizing Job caller: ",
    }.get(problem.status, "Proxy request error: Getting job details: ")
    return answer({"error": f"{frame}{problem.message}", "requestId": trace}, problem.status)


def _gateway_error(target: Target, trace: str, told: str) -> web.Response:
    return answer(
        {
            "caller": target.caller.title if target.caller is not None else "",
            "error": told,
            "jobName": target.name,
            "jobStatus": target.status,
            "jobVersion": target.version,
            "requestId": trace,
        },
        HTTPStatus.BAD_GATEWAY,
    )


def broken(error: BaseException) -> str:
    """What became of a call that had no answer, in a real PUB's words."""
    dead = isinstance(error, aiohttp.ClientConnectorError | ConnectionRefusedError)
    told = (_DEAD if dead else _BROKEN).removeprefix("Reverse proxy error: ")
    return f"{told}: {_why(error)}" if not isinstance(error, ConnectionRefusedError) else told


def _why(error: BaseException) -> str:
    return "EOF" if isinstance(error, aiohttp.ServerDisconnectedError) else str(error) or "EOF"
