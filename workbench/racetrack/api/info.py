"""What a server says of itself."""

from __future__ import annotations

from aiohttp import web

from workbench.racetrack.answers import add, answer
from workbench.racetrack.config import VERSION
from workbench.racetrack.server_parts import parts_of


def add_routes(app: web.Application) -> None:
    """`/api/v1/info`, and the probes."""
    add(app, "GET", "/api/v1/info", info)
    add(app, "GET", "/live", live)
    add(app, "GET", "/ready", ready)
    add(app, "GET", "/health", health)


async def info(request: web.Request) -> web.Response:
    """Where things are, and whether a token is needed; open to all."""
    config = parts_of(request).config
    return answer(
        {
            "service": "lifecycle",
            "git_version": VERSION,
            "docker_tag": VERSION,
            "auth_required": config.auth,
            "external_pub_url": config.pub_url,
            "lifecycle_url": config.lifecycle_url,
            "grafana_url": "",
            "stand_in": "LocalRacetrack of the Racetrack plugin workbench",
        }
    )


async def live(_: web.Request) -> web.Response:
    """Whether it answers."""
    return answer({"service": "lifecycle", "live": True})


async def ready(_: web.Request) -> web.Response:
    """Whether it can work."""
    return answer({"service": "lifecycle", "ready": True})


async def health(request: web.Request) -> web.Response:
    """Both, and which release it follows."""
    return answer(
        {
            "service": "lifecycle",
            "live": True,
            "database_connected": True,
            "git_version": VERSION,
            "docker_tag": VERSION,
            "auth_required": parts_of(request).config.auth,
        }
    )
