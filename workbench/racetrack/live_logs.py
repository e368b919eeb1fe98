"""Live logs by Socket.IO, for `racetrack logs -f`: each line as it is written."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import socketio  # type: ignore[import-untyped]
from aiohttp import web

from workbench.racetrack.problems import Problem
from workbench.racetrack.server_parts import PARTS

MAX_WAITING = 10_000
"""Lines that may wait for a client that does not read; what comes then is left out, and told."""

BATCH = 10
"""Lines that are sent at a time: the command's client takes 16 packets in one answer at most."""


class LiveLogs:
    """Who follows which job's log.

    The real server never upgrades to a websocket, so neither does this one. No token is asked for,
    since the `racetrack` command sends none here; where one is needed, `auth` ends this route.
    """

    def __init__(self, app: web.Application) -> None:
        self._app = app
        self._ends: dict[str, list[Callable[[], None]]] = {}
        self._server: Any = socketio.AsyncServer(
            async_mode="aiohttp", transports=["polling"], allow_upgrades=False
        )
        self._server.on("subscribe_for_logs", self._subscribe)
        self._server.on("disconnect", self._leave)
        self._server.attach(app, socketio_path="lifecycle/socket.io")
        app.on_shutdown.append(self._close)

    async def _subscribe(self, sid: str, data: object) -> str:
        wanted = data.get("resource_properties") if isinstance(data, dict) else None
        wanted = wanted if isinstance(wanted, dict) else {}
        name, version = str(wanted.get("job_name", "")), str(wanted.get("job_version", ""))
        tail = str(wanted.get("tail", "20"))
        parts = self._app[PARTS]
        lines: asyncio.Queue[str] = asyncio.Queue()
        loop = asyncio.get_running_loop()

        def put(line: str) -> None:
            if lines.qsize() < MAX_WAITING:
                lines.put_nowait(line)
            elif lines.qsize() == MAX_WAITING:
                lines.put_nowait("... lines are left out here: more came than were read ...")

        def give(line: str) -> None:
            loop.call_soon_threadsafe(put, line)

        try:
            job = await asyncio.to_thread(parts.deployer.find, name, version)
            end = await asyncio.to_thread(
                parts.supervisor.follow,
                job.name,
                job.version,
                int(tail) if tail.isdigit() else 20,
                give,
            )
        except Problem as problem:
            put(f"Error: {problem.wire_text}")
            end = _nothing
        task = loop.create_task(self._send(sid, lines))

        def cancel() -> None:
            loop.call_soon_threadsafe(task.cancel)

        self._ends.setdefault(sid, []).extend([end, cancel])
        return f"{sid}_{name}_{version}"

    async def _send(self, sid: str, lines: asyncio.Queue[str]) -> None:
        while True:
            batch = [await lines.get()]
            while len(batch) < BATCH and not lines.empty():
                batch.append(lines.get_nowait())
            for line in batch[:-1]:
                await self._server.emit("logs_nextline", {"line": f"{line}\n"}, to=sid)
            # The last one is acknowledged, so that no answer to a poll holds more than a batch.
            last = {"line": f"{batch[-1]}\n"}
            with suppress(socketio.exceptions.TimeoutError):
                await self._server.call("logs_nextline", last, to=sid, timeout=60)

    async def _leave(self, sid: str, *_: object) -> None:
        for end in self._ends.pop(sid, []):
            await asyncio.to_thread(end)

    async def _close(self, _: web.Application) -> None:
        for sid in list(self._ends):
            await self._leave(sid)
        await self._server.shutdown()


def _nothing() -> None:
    pass
