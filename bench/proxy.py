"""The least that forwards a call: aiohttp as server and as client. PUB is held to it.

python -m bench.proxy TARGET PORT
"""

from __future__ import annotations

import sys

import aiohttp
from aiohttp import web


def main(target: str, port: int) -> None:
    """Forward every request to `target`, on a port of the loopback interface."""
    session: aiohttp.ClientSession | None = None

    async def forward(request: web.Request) -> web.StreamResponse:
        assert session is not None  # noqa: S101 - the application started it
        async with session.request(
            request.method,
            f"{target}{request.path_qs}",
            headers={"Content-Type": request.content_type},
            data=await request.read(),
        ) as upstream:
            return web.Response(
                status=upstream.status,
                body=await upstream.read(),
                content_type=upstream.content_type,
            )

    async def opened(_: web.Application) -> None:
        nonlocal session
        session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))

    app = web.Application()
    app.on_startup.append(opened)
    app.router.add_route("*", "/{path:.*}", forward)
    web.run_app(app, host="127.0.0.1", port=port, print=None, access_log=None)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
