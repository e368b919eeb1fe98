"""Jobs: what there is, their logs, and the end of one."""

from __future__ import annotations

import asyncio

from aiohttp import web

from workbench.racetrack.answers import add, answer, mapping_of, number_of
from workbench.racetrack.problems import Invalid
from workbench.racetrack.server_parts import parts_of


def add_routes(app: web.Application) -> None:
    """`/api/v1/job/...`."""
    one = "/api/v1/job/{name}/{version}"
    add(app, "GET", "/api/v1/job", jobs)
    add(app, "GET", one, job)
    add(app, "DELETE", one, delete)
    add(app, "GET", f"{one}/logs", logs)
    add(app, "GET", f"{one}/logs/plain", plain_logs)
    add(app, "GET", f"{one}/build-logs", build_logs)
    add(app, "GET", f"{one}/public-endpoints", public_endpoints)
    add(app, "POST", f"{one}/move", move)
    add(app, "POST", f"{one}/redeploy", redeploy)
    add(app, "POST", f"{one}/reprovision", reprovision)
    add(app, "GET", "/api/v1/auth/can-call-job/{name}/{version}/{endpoint:.*}", can_call)


def _key(request: web.Request) -> tuple[str, str]:
    return request.match_info["name"], request.match_info["version"]


async def jobs(request: web.Request) -> web.Response:
    """All jobs, the one that was deployed last first."""
    parts = parts_of(request)
    await parts.door.user(request)
    found = await asyncio.to_thread(parts.store.jobs)
    return answer([job.to_wire() for job in found])


async def job(request: web.Request) -> web.Response:
    """One job, by its version or an alias such as `latest`."""
    parts = parts_of(request)
    await parts.door.user(request)
    found = await asyncio.to_thread(parts.deployer.find, *_key(request))
    return answer(found.to_wire())


async def delete(request: web.Request) -> web.Response:
    """End a job, by its exact version."""
    parts = parts_of(request)
    caller = await parts.door.user(request)
    await asyncio.to_thread(parts.deployer.delete, *_key(request), caller)
    return answer(None)


async def logs(request: web.Request) -> web.Response:
    """The last lines that a job wrote; all of them for 0."""
    parts = parts_of(request)
    await parts.door.user(request)
    tail = number_of(request, "tail", 20)
    return answer({"logs": await asyncio.to_thread(parts.deployer.logs, *_key(request), tail)})


async def plain_logs(request: web.Request) -> web.Response:
    """The same as text."""
    parts = parts_of(request)
    await parts.door.user(request)
    tail = number_of(request, "tail", 0)
    return web.Response(text=await asyncio.to_thread(parts.deployer.logs, *_key(request), tail))


async def build_logs(request: web.Request) -> web.Response:
    """The build log of the last try to deploy this version."""
    parts = parts_of(request)
    await parts.door.user(request)
    tail = number_of(request, "tail", 0)
    text = await asyncio.to_thread(parts.deployer.build_logs, *_key(request), tail)
    return answer({"logs": text})


async def public_endpoints(request: web.Request) -> web.Response:
    """None: making endpoints public is an administrator's work, and there is none."""
    parts = parts_of(request)
    await parts.door.user(request)
    await asyncio.to_thread(parts.deployer.find, *_key(request))
    return answer([])


async def move(request: web.Request) -> web.Response:
    """Say that there is no other infrastructure."""
    parts = parts_of(request)
    caller = await parts.door.user(request)
    target = (await mapping_of(request)).get("infrastructure_target")
    if not isinstance(target, str):
        raise Invalid("Moving a job takes an infrastructure_target.")
    await asyncio.to_thread(parts.deployer.move, *_key(request), target, caller)
    return answer(None)


async def redeploy(request: web.Request) -> web.Response:
    """Build and start a job again."""
    parts = parts_of(request)
    caller = await parts.door.user(request)
    await asyncio.to_thread(parts.deployer.redeploy, *_key(request), caller)
    return answer(None)


async def reprovision(request: web.Request) -> web.Response:
    """Start a job again from its image."""
    parts = parts_of(request)
    caller = await parts.door.user(request)
    await asyncio.to_thread(parts.deployer.reprovision, *_key(request), caller)
    return answer(None)


async def can_call(request: web.Request) -> web.Response:
    """What a real PUB asks before it forwards a call."""
    parts = parts_of(request)
    caller = await parts.door.caller(request)
    found = await asyncio.to_thread(parts.deployer.find, *_key(request))
    return answer({"job": found.to_wire(), "caller": caller.title})
