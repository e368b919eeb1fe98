"""Deploying: asking for it, and how it goes."""

from __future__ import annotations

import asyncio

from aiohttp import web

from workbench.racetrack.answers import add, answer, mapping_of, number_of
from workbench.racetrack.server_parts import parts_of


def add_routes(app: web.Application) -> None:
    """`/api/v1/deploy`, and `/api/v1/build`, which `racetrack run-local` asks for."""
    add(app, "POST", "/api/v1/deploy", deploy)
    add(app, "GET", "/api/v1/deploy", deployments)
    add(app, "GET", "/api/v1/deploy/{id}", deployment)
    add(app, "POST", "/api/v1/build", build)


async def deploy(request: web.Request) -> web.Response:
    """Begin a deployment; it goes on after the answer."""
    parts = parts_of(request)
    caller = await parts.door.user(request)
    payload = await mapping_of(request)
    if "manifest" not in payload:
        return _missing("manifest", payload)
    begun = await asyncio.to_thread(parts.deployer.submit, payload, caller)
    return answer({"id": begun.id})


async def build(request: web.Request) -> web.Response:
    """Begin a build that deploys nothing."""
    parts = parts_of(request)
    caller = await parts.door.user(request)
    payload = await mapping_of(request)
    if "manifest" not in payload:
        return _missing("manifest", payload)
    begun = await asyncio.to_thread(parts.deployer.build, payload, caller)
    return answer({"id": begun.id})


async def deployment(request: web.Request) -> web.Response:
    """How a deployment goes."""
    parts = parts_of(request)
    await parts.door.user(request)
    found, job = await asyncio.to_thread(parts.deployer.deployment, request.match_info["id"])
    return answer(found.to_wire(job))


async def deployments(request: web.Request) -> web.Response:
    """The last deployments, without the jobs that came of them."""
    parts = parts_of(request)
    await parts.door.user(request)
    limit = number_of(request, "limit", 100)
    found = await asyncio.to_thread(parts.store.deployments, limit)
    return answer([one.to_wire(None) for one in found])


def _missing(name: str, payload: dict[str, object]) -> web.Response:
    detail = {
        "type": "missing",
        "loc": ["body", name],
        "msg": "Field required",
        "input": sorted(payload),
    }
    text = f"The body has no {name}."
    return answer({"error": text, "type": "ValidationError", "detail": [detail]}, 422)
