"""Asynchronous calls: PUB makes them, keeps what the job answered, and gives it to who asks."""

from __future__ import annotations

import asyncio
import base64
import time
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import aiohttp
from aiohttp import web
from multidict import CIMultiDict

from workbench.racetrack.answers import answer
from workbench.racetrack.problems import Problem
from workbench.racetrack.pub.directory import Directory, Target, find_target
from workbench.racetrack.pub.headers import to_caller, to_job, tracing_id
from workbench.racetrack.pub.proxy import Proxy, broken, job_url
from workbench.racetrack.store import Store

KEPT = 1000
"""Calls that are remembered; the oldest ones are forgotten."""

MAX_ANSWER = 16 * 1024**2
"""Bytes of a job's answer that are kept."""

AT_ONCE = 256
"""Calls that may be under way."""

_ATTEMPTS = 2


class Tasks:
    """The asynchronous calls of one server.

    Args:
        store: Where they are written down; those under way when a server ended have failed.
        directory: Finds jobs.
        proxy: Whose connections are used.
        poll: Seconds that `poll` waits for an answer.
        pause: Seconds between two attempts.
    """

    def __init__(
        self,
        store: Store,
        directory: Directory,
        proxy: Proxy,
        *,
        poll: float = 30.0,
        pause: float = 10.0,
    ) -> None:
        self._store = store
        self._directory = directory
        self._proxy = proxy
        self._poll = poll
        self._pause = pause
        self._going_on: dict[str, asyncio.Task[None]] = {}

    async def new(self, request: web.Request) -> web.Response:
        """Begin a call: 201 with its id."""
        trace = tracing_id(request)
        path = request.match_info.get("path", "")
        try:
            target = await find_target(self._directory, request)
            if len(self._going_on) >= AT_ONCE:
                raise TooMany(f"{AT_ONCE} asynchronous calls are under way.")
        except Problem as problem:
            return _refused(problem, path, trace)
        body = await request.read()
        headers = to_job(request, trace, target.caller)
        headers.popall("Content-Length", None)
        task_id = str(uuid.uuid4())
        wire = {
            "task_id": task_id,
            "status": "ongoing",
            "started_at": _now(),
            "ended_at": None,
            "duration": None,
            "error": None,
            "attempts": 0,
            "http_method": request.method,
            "job_name": target.name,
            "job_version": target.version,
            "job_path": path,
        }
        await self._save(wire)
        url = job_url(request.rel_url.raw_path.replace("/async/new", "", 1), request, target)
        work = self._make(wire, target, url, headers, body, trace)
        running = asyncio.create_task(work)
        self._going_on[task_id] = running
        running.add_done_callback(lambda _: self._going_on.pop(task_id, None))
        return answer({"status": "ongoing", "task_id": task_id}, HTTPStatus.CREATED)

    async def status(self, request: web.Request) -> web.Response:
        """How a call is: `ongoing`, `completed` or `failed`."""
        task = await self._find(request.match_info["id"])
        if task is None:
            return _unknown()
        return answer({"status": task["status"], "task_id": task["task_id"]})

    async def poll(self, request: web.Request) -> web.Response:
        """What the job answered, again and again; 408 if it still works on it."""
        task_id = request.match_info["id"]
        running = self._going_on.get(task_id)
        if running is not None:
            await asyncio.wait([running], timeout=self._poll)
        task = await self._find(task_id)
        if task is None:
            return _unknown()
        match task["status"]:
            case "ongoing":
                return web.Response(text="Time-out", status=HTTPStatus.REQUEST_TIMEOUT)
            case "completed":
                headers = CIMultiDict(task["headers"])
                body = base64.b64decode(task["body"])
                return web.Response(body=body, status=task["code"], headers=headers)
            case _:
                return answer(task, HTTPStatus.INTERNAL_SERVER_ERROR)

    async def close(self) -> None:
        """Break off what is under way; it has failed."""
        tasks = list(self._going_on.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _find(self, task_id: str) -> dict[str, Any] | None:
        task = await asyncio.to_thread(self._store.task, task_id)
        if task is not None and task["status"] == "ongoing" and task_id not in self._going_on:
            again = await asyncio.to_thread(self._store.task, task_id)  # it may just have ended
            if again is not None and again["status"] == "ongoing":
                again |= {"status": "failed", "error": "the server was stopped in the meantime"}
            return again
        return task

    async def _save(self, wire: Mapping[str, Any]) -> None:
        await asyncio.to_thread(self._store.save_task, wire["task_id"], time.time(), wire, KEPT)

    async def _make(
        self,
        wire: dict[str, Any],
        target: Target,
        url: str,
        headers: CIMultiDict[str],
        body: bytes,
        trace: str,
    ) -> None:
        start = time.monotonic()
        result: dict[str, Any] = {"status": "failed"}
        try:
            for attempt in range(1, _ATTEMPTS + 1):
                wire["attempts"] = attempt
                if attempt > 1:
                    await asyncio.sleep(self._pause)
                try:
                    result = await self._attempt(wire["http_method"], target, url, headers, body)
                    result["headers"] = list(to_caller(result["headers"], trace).items())
                    break
                except (aiohttp.ClientError, OSError, TimeoutError) as error:
                    self._directory.broken(target.name, target.version)
                    result = {"status": "failed", "error": broken(error)}
        except asyncio.CancelledError:
            result = {"status": "failed", "error": "the server was stopped in the meantime"}
        took = f"{time.monotonic() - start:.2f}s"
        await self._save({**wire, **result, "ended_at": _now(), "duration": took})

    async def _attempt(
        self, method: str, target: Target, url: str, headers: CIMultiDict[str], body: bytes
    ) -> dict[str, Any]:
        async with self._proxy.request(method, target, url, headers, body) as upstream:
            whole = await upstream.content.read(MAX_ANSWER + 1)
            while len(whole) <= MAX_ANSWER and (more := await upstream.content.readany()):
                whole += more
            self._directory.called(target.name, target.version)
            if len(whole) > MAX_ANSWER:
                told = f"the job's answer has more than {MAX_ANSWER:,} bytes"
                return {"status": "failed", "headers": upstream.headers, "error": told}
            return {
                "status": "completed",
                "code": upstream.status,
                "headers": upstream.headers,
                "body": base64.b64encode(whole).decode(),
            }


class TooMany(Problem):
    """More than is taken at once."""

    status = HTTPStatus.SERVICE_UNAVAILABLE


def _refused(problem: Problem, path: str, trace: str) -> web.Response:
    reason = {
        HTTPStatus.UNAUTHORIZED: "Unauthenticated: Authorizing Job caller: ",
        HTTPStatus.NOT_FOUND: "Job was not found: Authorizing Job caller: ",
    }.get(problem.status, "")
    told = f"Async Job Call request error: {reason}{problem.message}"
    return answer({"error": told, "path": path, "requestId": trace}, problem.status)


def _unknown() -> web.Response:
    told = "Task not found in Lifecycle: Async task not found"
    return answer({"error": told}, HTTPStatus.NOT_FOUND)


def _now() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")
