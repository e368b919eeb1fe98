"""The web application: Lifecycle, PUB and the dashboard on one port."""

from __future__ import annotations

from aiohttp import web

from workbench.racetrack import answers
from workbench.racetrack.api import deployments, info, jobs, plugins, users
from workbench.racetrack.dashboard import add_dashboard
from workbench.racetrack.directory import JobDirectory
from workbench.racetrack.live_logs import LiveLogs
from workbench.racetrack.pub import Pub, add_pub
from workbench.racetrack.security import host_check, origin_check, pub_alone
from workbench.racetrack.server_parts import PARTS, Parts


def make_app(parts: Parts) -> web.Application:
    """The application over the parts of a server; whoever runs it closes them."""
    check_host = host_check(parts.config)

    @web.middleware
    async def guard(request: web.Request, handler: answers.Handler) -> web.StreamResponse:
        check_host(request)
        pub_alone(request, parts.config)
        origin_check(request)
        return await handler(request)

    app = web.Application(
        middlewares=[answers.errors, guard, answers.fold_slashes],
        client_max_size=parts.config.limits.payload,
    )
    app[PARTS] = parts
    for room in (info, users, plugins, jobs, deployments):
        room.add_routes(app)
    if not parts.config.auth:
        LiveLogs(app)
    pub = Pub(parts.config, parts.store, JobDirectory(parts))
    add_pub(app, pub)
    add_dashboard(app)
    return app
