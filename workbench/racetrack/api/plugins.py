"""Installing plugins, and what is installed."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from aiohttp import BodyPartReader, StreamReader, web

from workbench.racetrack.answers import add, answer
from workbench.racetrack.model import InstalledPlugin
from workbench.racetrack.problems import Invalid, NotFound, TooLarge
from workbench.racetrack.server_parts import Parts, parts_of

_CHUNK = 64 * 1024


def add_routes(app: web.Application) -> None:
    """`/api/v1/plugin/...`."""
    one = "/api/v1/plugin/{name}/{version}"
    add(app, "GET", "/api/v1/plugin", plugins)
    add(app, "POST", "/api/v1/plugin/upload", upload_form)
    add(app, "POST", "/api/v1/plugin/upload/{filename}", upload)
    add(app, "GET", "/api/v1/plugin/job_type/versions", job_type_versions)
    add(app, "GET", "/api/v1/plugin/infrastructure_targets", infrastructure_targets)
    add(app, "GET", "/api/v1/plugin/{name}/docs", docs)
    add(app, "DELETE", one, uninstall)
    add(app, "GET", f"{one}/download", download)


async def plugins(request: web.Request) -> web.Response:
    """The manifests of the installed plugins; open to all."""
    found = await asyncio.to_thread(parts_of(request).plugins.plugins)
    return answer([plugin.to_wire() for plugin in found])


async def upload(request: web.Request) -> web.Response:
    """Install the ZIP in the body, whatever its content type says: urllib calls it a form."""
    parts = parts_of(request)
    await parts.door.staff(request)
    replace = request.query.get("replace", "0").lower() in ("1", "true")
    name = request.match_info["filename"]
    installed = await _install(parts, request.content, name, replace)
    return answer({**installed.to_wire(), "warnings": list(installed.warnings)})


async def upload_form(request: web.Request) -> web.Response:
    """Install the ZIP in the field `file` of a form."""
    parts = parts_of(request)
    await parts.door.staff(request)
    if not request.content_type.startswith("multipart/"):
        raise Invalid("The ZIP has to come as the field `file` of a multipart form.")
    replace = request.query.get("replace", "0").lower() in ("1", "true")
    try:
        async for field in await request.multipart():
            if isinstance(field, BodyPartReader) and field.name == "file":
                await _install(parts, field, field.filename or "plugin.zip", replace)
                return answer(None)
    except (ValueError, AssertionError) as error:
        raise Invalid(f"The form cannot be read: {error}.") from None
    raise Invalid("The form has no field `file`.")


async def job_type_versions(request: web.Request) -> web.Response:
    """The job types that jobs may ask for; open to all."""
    found = await asyncio.to_thread(parts_of(request).plugins.job_types)
    return answer(sorted(found))


async def infrastructure_targets(request: web.Request) -> web.Response:
    """The one place where jobs run here: the engine."""
    target = parts_of(request).deployer.target
    return answer({target: {"name": target, "version": "0.0.0", "category": "infrastructure"}})


async def docs(request: web.Request) -> web.Response:
    """What a plugin says of itself in Markdown; open to all."""
    name = request.match_info["name"]
    return answer(await asyncio.to_thread(parts_of(request).plugins.docs, name))


async def uninstall(request: web.Request) -> web.Response:
    """Remove a plugin; jobs of its type go on running."""
    parts = parts_of(request)
    await parts.door.staff(request)
    name, version = request.match_info["name"], request.match_info["version"]
    await asyncio.to_thread(parts.plugins.uninstall, name, version)
    return answer(None)


async def download(request: web.Request) -> web.StreamResponse:
    """The very bytes that were uploaded; open to all."""
    name, version = request.match_info["name"], request.match_info["version"]
    try:
        path = await asyncio.to_thread(parts_of(request).plugins.archive, name, version)
    except NotFound:
        return answer({"detail": f"Plugin '{name}' version '{version}' not found"}, 404)
    filename = f"{name}-{version}.zip"
    headers = {
        "Content-Type": "application/zip",
        "Content-Disposition": f'attachment; filename="{filename}"',
    }
    return web.FileResponse(path, headers=headers)


async def _install(
    parts: Parts, source: StreamReader | BodyPartReader, filename: str, replace: bool
) -> InstalledPlugin:
    folder = parts.config.plugins_dir
    most = parts.config.limits.upload
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".upload-", suffix=".zip") as file:
        size = 0
        while chunk := await _next(source):
            size += len(chunk)
            if size > most:
                raise TooLarge(
                    f"{filename} is larger than {most / 1024**2:g} MiB.",
                    remedy="leave out what images do not need, by `.racetrackignore`.",
                )
            await asyncio.to_thread(file.write, chunk)
        file.flush()
        return await asyncio.to_thread(
            parts.plugins.install, Path(file.name), filename, replace=replace
        )


async def _next(source: StreamReader | BodyPartReader) -> bytes:
    if isinstance(source, StreamReader):
        return await source.read(_CHUNK)
    return bytes(await source.read_chunk(_CHUNK))
