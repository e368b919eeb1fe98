"""It is by Tornado: one thread that serves, and others for calls.

Breaks: nothing
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import threading
from typing import Any
from urllib.parse import quote

import tornado.web
from tornado.httpserver import HTTPServer
from whole import NAME, PERFORM, STATE, initialise, no_number, perform

PREFIX = f"(?:/pub/job/{re.escape(quote(NAME, safe=''))}/[^/]+)?"


class Handler(tornado.web.RequestHandler):
    """Answers JSON, also where it refuses."""

    def answer(self, value: Any, status: int = 200) -> None:
        """Send a value."""
        self.set_status(status)
        self.set_header("Content-Type", "application/json")
        self.finish(json.dumps(value, allow_nan=False))

    def write_error(self, status_code: int, **given: Any) -> None:
        """As JSON."""
        if status_code == 405:
            self.set_header("Allow", self.allowed)
        self.answer({"error": str(given["exc_info"][1])}, status_code)

    allowed = "GET"


class Live(Handler):
    """Whether it is alive."""

    def get(self) -> None:
        """Answer."""
        if STATE["error"]:
            self.answer({"error": STATE["error"]}, 500)
            return
        self.answer({"deployment_timestamp": int(os.environ["JOB_DEPLOYMENT_TIMESTAMP"])})


class Ready(Handler):
    """Whether calls are taken."""

    def get(self) -> None:
        """Answer."""
        self.answer({"ready": STATE["ready"]}, 200 if STATE["ready"] else 503)


class Perform(Handler):
    """The function."""

    allowed = "POST"

    async def post(self) -> None:
        """Call it, on a thread."""
        if not STATE["ready"]:
            self.answer({"error": "not ready"}, 503)
            return
        try:
            fields = json.loads(self.request.body.decode(), parse_constant=no_number)
            if not isinstance(fields, dict):
                raise ValueError("the body is no object")
        except (ValueError, RecursionError) as error:
            self.answer({"error": f"bad input: {error}"}, 400)
            return
        try:
            self.answer(await asyncio.to_thread(perform, **fields))
        except Exception as error:
            self.answer({"error": repr(error)}, 500)


class Nothing(Handler):
    """What is not there."""

    def prepare(self) -> None:
        """Refuse."""
        self.answer({"error": "there is nothing here"}, 404)


async def main() -> None:
    """Serve until SIGTERM."""
    served = [(PREFIX + "/live", Live), (PREFIX + "/ready", Ready), (PREFIX + PERFORM, Perform)]
    server = HTTPServer(
        tornado.web.Application(served, default_handler_class=Nothing), max_body_size=1 << 26
    )
    server.listen(7000)
    told = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told.set)
    threading.Thread(target=initialise, daemon=True).start()
    await told.wait()
    STATE["ready"] = False
    server.stop()
    await asyncio.sleep(4)
    os._exit(0)


if not NAME:
    raise SystemExit("JOB_NAME is missing")
int(os.environ["JOB_DEPLOYMENT_TIMESTAMP"])
asyncio.run(main())
