"""PUB's addresses."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import AsyncIterator

from aiohttp import web

from workbench.racetrack.answers import answer
from workbench.racetrack.config import VERSION, Config
from workbench.racetrack.pub.directory import Directory
from workbench.racetrack.pub.proxy import Proxy
from workbench.racetrack.pub.tasks import Tasks
from workbench.racetrack.store import Store

_SPELLINGS = ("/pub/job", "/pub/fatman", "/job", "/fatman")


class Pub:
    """The gateway to jobs.

    Args:
        config: Its limits, and whether a token is asked for.
        store: What it keeps.
        directory: Finds jobs.
    """

    def __init__(self, config: Config, store: Store, directory: Directory) -> None:
        self._config = config
        self._proxy = Proxy(directory, config.limits.call)
        self.tasks = Tasks(store, directory, self._proxy)
        self._answers: Counter[int] = Counter()
        self._in_flight = 0
        self._seconds = 0.0

    async def run(self, _: web.Application) -> AsyncIterator[None]:
        """Open and close with the application."""
        await self._proxy.start()
        yield
        await self.tasks.close()
        await self._proxy.close()

    async def call(self, request: web.Request) -> web.StreamResponse:
        """A call of a job."""
        start = time.monotonic()
        self._in_flight += 1
        try:
            response = await self._proxy.forward(request)
            self._answers[response.status] += 1
            return response
        finally:
            self._in_flight -= 1
            self._seconds += time.monotonic() - start

    async def without_version(self, request: web.Request) -> web.StreamResponse:
        """An address that names no version: as a real PUB answers."""
        if request.path.endswith("/") and request.method in ("GET", "HEAD"):
            raise web.HTTPMovedPermanently(request.path.rstrip("/"))
        return web.Response(text="404 page not found\n", status=404)

    async def live(self, _: web.Request) -> web.Response:
        """Whether it answers."""
        return answer({"live": True})

    async def ready(self, _: web.Request) -> web.Response:
        """Whether it can work."""
        return answer({"ready": True})

    async def health(self, _: web.Request) -> web.Response:
        """How it is."""
        auth = self._config.auth
        wire = {"service": "pub", "version": VERSION, "status": "pass", "auth_required": auth}
        return answer(wire)

    async def metrics(self, _: web.Request) -> web.Response:
        """What it did, in Prometheus' text format."""
        lines = ["# TYPE pub_requests_total counter"]
        lines += [
            f'pub_requests_total{{status="{status}"}} {count}'
            for status, count in sorted(self._answers.items())
        ]
        lines += [
            "# TYPE pub_requests_in_flight gauge",
            f"pub_requests_in_flight {self._in_flight}",
        ]
        lines += ["# TYPE pub_request_duration_seconds summary"]
        lines += [f"pub_request_duration_seconds_sum {self._seconds:.6f}"]
        lines += [f"pub_request_duration_seconds_count {self._answers.total()}"]
        text = "\n".join(lines) + "\n"
        kind = {"Content-Type": "text/plain; version=0.0.4; charset=utf-8"}
        return web.Response(body=text.encode(), headers=kind)


def add_pub(app: web.Application, pub: Pub) -> None:
    """Serve PUB's addresses, in all of their spellings."""
    app.cleanup_ctx.append(pub.run)
    for name, handler in (
        ("live", pub.live),
        ("ready", pub.ready),
        ("health", pub.health),
        ("metrics", pub.metrics),
    ):
        app.router.add_get(f"/pub/{name}", handler)
    new = "/pub/async/new/{kind:job|fatman}/{name}/{version}"
    for method in ("GET", "POST"):
        app.router.add_route(method, new, pub.tasks.new)
        app.router.add_route(method, new + "{path:/.*}", pub.tasks.new)
    app.router.add_get("/pub/async/task/{id}/status", pub.tasks.status)
    app.router.add_get("/pub/async/task/{id}/poll", pub.tasks.poll)
    for spelling in _SPELLINGS:
        app.router.add_route("*", f"{spelling}/{{name}}/{{version}}", pub.call)
        app.router.add_route("*", f"{spelling}/{{name}}/{{version}}{{path:/.*}}", pub.call)
        app.router.add_route("*", f"{spelling}/{{name}}", pub.without_version)
        app.router.add_route("*", f"{spelling}/{{name}}/", pub.without_version)
