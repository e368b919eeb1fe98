"""Server-rendered pages in the real dashboard's places; a small script of ours keeps them fresh.

Nothing is loaded from elsewhere. What changes something goes to Lifecycle's own routes, which know
who may.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from aiohttp import web

from workbench.racetrack.answers import AS_TYPED, Handler
from workbench.racetrack.config import VERSION
from workbench.racetrack.dashboard.views import (
    deployment_row,
    environment,
    from_markdown,
    job_row,
    kept_apart,
    plugin_row,
)
from workbench.racetrack.problems import NotFound, Problem, Unauthorized
from workbench.racetrack.server_parts import parts_of

_STATIC = Path(__file__).with_name("static")
_KINDS = {"style.css": "text/css", "dashboard.js": "text/javascript", "icon.svg": "image/svg+xml"}

# A notebook may show the pages in a frame: it is served from another port of this machine.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'self' http://127.0.0.1:* http://localhost:*"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}
MAX_LOG = 200_000
"""Characters of a log that a page shows: its end."""

Page = Callable[[web.Request], Awaitable[dict[str, Any]]]


def add_dashboard(app: web.Application) -> None:
    """Serve the pages below `/dashboard`, and lead `/` there."""
    for path in ("/", "/dashboard", "/dashboard/"):
        app.router.add_get(path, _to_jobs)
    app.router.add_get("/dashboard/static/{name}", _static)
    # To add a page: a function below, a template of its name, and a line here.
    for path, template, page in (
        ("/jobs", "jobs.html", _jobs),
        ("/jobs/{name}/{version}", "job.html", _job),
        ("/deployments", "deployments.html", _deployments),
        ("/deployments/{id}", "deployment.html", _deployment),
        ("/portfolio", "portfolio.html", _jobs),
        ("/administration", "administration.html", _administration),
        ("/plugins/{name}", "plugin.html", _plugin),
        ("/about", "about.html", _about),
    ):
        app.router.add_get(f"/dashboard{path}", _shown(template, page))


async def _to_jobs(request: web.Request) -> web.StreamResponse:
    raise web.HTTPFound(f"{_root(request)}dashboard/jobs")


def _root(request: web.Request) -> str:
    """The way from a page to `/`: links are relative, so that a proxy may put a prefix before."""
    path = request.get(AS_TYPED, request.rel_url.raw_path)
    return "../" * (path.count("/") - 1) or "./"


async def _static(request: web.Request) -> web.StreamResponse:
    name = request.match_info["name"]
    if name not in _KINDS:
        raise web.HTTPNotFound
    headers = {**_HEADERS, "Content-Type": _KINDS[name]}
    return web.FileResponse(_STATIC / name, headers=headers)


def _shown(template: str, page: Page) -> Handler:
    async def handler(request: web.Request) -> web.StreamResponse:
        parts = parts_of(request)
        status = 200
        try:
            caller = await parts.door.user(request)
            values: dict[str, Any] = {"user": caller.name, **await page(request)}
            name = template
        except Unauthorized:
            status, name, values = 401, "login.html", {}
        except Problem as problem:
            status, name, values = problem.status, "problem.html", {"problem": problem}
        text = (
            environment()
            .get_template(name)
            .render(
                **values,
                path=request.path,
                root=_root(request),
                auth=parts.config.auth,
                engine=parts.deployer.target,
                remote=parts.config.url,
            )
        )
        return web.Response(text=text, status=status, content_type="text/html", headers=_HEADERS)

    return handler


async def _jobs(request: web.Request) -> dict[str, Any]:
    found = await asyncio.to_thread(parts_of(request).store.jobs)
    return {"jobs": [job_row(job) for job in found]}


async def _job(request: web.Request) -> dict[str, Any]:
    parts = parts_of(request)
    name, wanted = request.match_info["name"], request.match_info["version"]
    job = await asyncio.to_thread(parts.deployer.find, name, wanted)
    log = await asyncio.to_thread(parts.deployer.logs, job.name, job.version, 500)
    last = await asyncio.to_thread(parts.store.last_deployment, job.name, job.version)
    shown = job_row(job)
    return {
        "job": shown,
        "manifest": job.manifest_yaml,
        "log": log[-MAX_LOG:],
        "deployment": deployment_row(last) if last is not None else None,
    }


async def _deployments(request: web.Request) -> dict[str, Any]:
    found = await asyncio.to_thread(parts_of(request).store.deployments, 100)
    return {"deployments": [deployment_row(one) for one in found]}


async def _deployment(request: web.Request) -> dict[str, Any]:
    parts = parts_of(request)
    found = await asyncio.to_thread(parts.store.deployment, request.match_info["id"])
    if found is None:
        raise NotFound("There is no such deployment, or it is forgotten by now.")
    log = await asyncio.to_thread(parts.store.build_log, found.id)
    return {"deployment": deployment_row(found), "log": log[-MAX_LOG:]}


async def _administration(request: web.Request) -> dict[str, Any]:
    parts = parts_of(request)
    caller = await parts.door.user(request)
    plugins = await asyncio.to_thread(parts.plugins.plugins)
    types = await asyncio.to_thread(parts.plugins.job_types)
    return {
        "staff": caller.staff,
        "plugins": [plugin_row(plugin) for plugin in plugins],
        "job_types": kept_apart(types, plugins),
        "most": parts.config.limits.upload // 1024**2,
    }


async def _plugin(request: web.Request) -> dict[str, Any]:
    name = request.match_info["name"]
    docs = await asyncio.to_thread(parts_of(request).plugins.docs, name)
    return {"name": name, "docs": from_markdown(docs) if docs else None}


async def _about(request: web.Request) -> dict[str, Any]:
    config = parts_of(request).config
    return {
        "config": config,
        "release": VERSION,
        "own_version": version("racetrack-plugin-workbench"),
    }
