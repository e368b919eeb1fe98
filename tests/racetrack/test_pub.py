"""PUB alone, before jobs that behave as few do."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from yarl import URL

from workbench.racetrack.config import Config, Limits
from workbench.racetrack.model import Caller
from workbench.racetrack.problems import NotFound, Unauthorized
from workbench.racetrack.pub import Pub, Target, add_pub
from workbench.racetrack.store import Store

TRACE = "X-Request-Tracing-Id"
Client = TestClient[web.Request, web.Application]


class Book:
    """One job, at the address that it is told; it knows who called."""

    def __init__(self) -> None:
        self.address: str | None = None
        self.called_jobs: list[tuple[str, str]] = []
        self.broken_jobs: list[tuple[str, str]] = []

    async def find(
        self,
        name: str,
        version: str,
        path: str,
        headers: Mapping[str, str],
        cookies: Mapping[str, str],
    ) -> Target:
        del path, cookies
        if name == "secret" and "X-Racetrack-Auth" not in headers:
            raise Unauthorized("auth token not found in a header X-Racetrack-Auth")
        if name not in ("job", "secret"):
            raise NotFound(f"No job named {name}")
        exact = "1.2.3" if version == "latest" else version
        return Target(name, exact, self.address, "running", Caller("ann"))

    def called(self, name: str, version: str) -> None:
        self.called_jobs.append((name, version))

    def broken(self, name: str, version: str) -> None:
        self.broken_jobs.append((name, version))


async def job_answer(request: web.Request) -> web.StreamResponse:
    """A job that does what the end of its path says."""
    match request.path.rpartition("/")[2]:
        case "echo":
            body = await request.read()
            told = {"path": request.raw_path, "method": request.method, "size": len(body)}
            return web.json_response({**told, "headers": dict(request.headers)})
        case "moved":
            raise web.HTTPFound("http://127.0.0.1:7000/pub/job/job/1.2.3/there?a=b")
        case "text":
            return web.Response(status=500, text="'numbers' was not given")
        case "dies":
            assert request.transport is not None
            request.transport.abort()
            raise ConnectionResetError
        case "half" | "half-of-much" as path:
            size = "1000" if path == "half" else "100000"
            response = web.StreamResponse(headers={"Content-Length": size})
            await response.prepare(request)
            await response.write(b"half of it")
            assert request.transport is not None
            request.transport.close()
            return response
        case "slow":
            await asyncio.sleep(30)
        case "events":
            response = web.StreamResponse()
            await response.prepare(request)
            for number in range(3):
                await response.write(f"{number}\n".encode())
                await asyncio.sleep(0.2)
            return response
        case "socket":
            socket = web.WebSocketResponse(protocols=("talk",))
            await socket.prepare(request)
            async for message in socket:
                if message.data == "leave":
                    await socket.close(code=4001)
                elif message.type is aiohttp.WSMsgType.BINARY:
                    await socket.send_bytes(message.data[::-1])
                else:
                    await socket.send_str(f"{socket.ws_protocol}: {message.data}")
            return socket
    return web.Response()


@asynccontextmanager
async def pub_before(tmp_path: Path, limits: Limits) -> AsyncIterator[tuple[Client, Book]]:
    """A PUB, what it asks, and the job behind it."""
    book = Book()
    behind = web.Application(client_max_size=2**26)
    behind.router.add_route("*", "/{path:.*}", job_answer)
    store = Store(tmp_path / "racetrack.sqlite3")
    app = web.Application(client_max_size=2**10)
    add_pub(app, Pub(Config(tmp_path, limits=limits), store, book))
    async with TestServer(behind) as job, TestClient(TestServer(app)) as client:
        book.address = str(job.make_url("")).rstrip("/")
        yield client, book
    store.close()


DEFAULT = Limits()


def run(
    tmp_path: Path, talk: Callable[[Client, Book], Awaitable[None]], limits: Limits = DEFAULT
) -> None:
    async def whole() -> None:
        async with pub_before(tmp_path, limits) as (client, book):
            await talk(client, book)

    asyncio.run(whole())


@pytest.mark.parametrize("base", ["/pub/job", "/pub/fatman", "/job"])
def test_the_job_sees_its_exact_version_and_who_calls(tmp_path: Path, base: str) -> None:
    async def talk(client: Client, book: Book) -> None:
        secret = {"X-Racetrack-Auth": "a.b.c", "Connection": "close, X-Hop", "X-Hop": "1"}
        cookies = {"X-Racetrack-Auth": "d.e.f", "theme": "dark"}
        place = f"{str(client.make_url('')).rstrip('/')}{base}/job/latest//api/v1/echo?q=%2F+x%20y"
        answer = await client.session.request(
            "PATCH",
            URL(place, encoded=True),
            data=io.BytesIO(b"x" * 5_000_000),
            headers={TRACE: "my-trace", **secret},
            cookies=cookies,
        )
        seen = await answer.json()
        assert seen["path"] == "/pub/job/job/1.2.3/api/v1/echo?q=%2F+x%20y"
        assert (seen["method"], seen["size"]) == ("PATCH", 5_000_000)
        headers = seen["headers"]
        assert headers[TRACE] == answer.headers[TRACE] == "my-trace"
        assert headers["X-Caller-Name"] == "User ann"
        assert headers["X-Forwarded-For"] == "127.0.0.1"
        assert headers["X-Forwarded-Host"].startswith("127.0.0.1:")
        assert headers["Cookie"] == "theme=dark"
        assert "a.b.c" not in str(headers)
        assert "X-Hop" not in headers
        assert book.called_jobs == [("job", "1.2.3")]

    run(tmp_path, talk)


def test_the_jobs_own_answers_pass_as_they_are(tmp_path: Path) -> None:
    async def talk(client: Client, book: Book) -> None:
        del book
        answer = await client.post("/pub/job/job/1.2.3/text")
        assert (answer.status, await answer.text()) == (500, "'numbers' was not given")
        assert answer.headers[TRACE]
        moved = await client.post("/pub/job/job/1.2.3/moved", allow_redirects=False)
        assert (moved.status, moved.headers["Location"]) == (302, "/pub/job/job/1.2.3/there?a=b")
        head = await client.head("/pub/job/job/1.2.3/echo")
        assert (head.status, await head.read()) == (200, b"")

    run(tmp_path, talk)


def test_what_pub_itself_says(tmp_path: Path) -> None:
    async def talk(client: Client, book: Book) -> None:
        frame = "Proxy request error: "
        for path, status, error in (
            ("none/latest", 404, "Job was not found: Authorizing Job caller: No job named none"),
            (
                "secret/latest",
                401,
                "Unauthenticated: Authorizing Job caller: "
                "auth token not found in a header X-Racetrack-Auth",
            ),
        ):
            answer = await client.get(f"/pub/job/{path}/live", headers={TRACE: "t"})
            assert answer.status == status
            assert await answer.json() == {"error": frame + error, "requestId": "t"}
        without = await client.get("/pub/job/job")
        assert (without.status, await without.text()) == (404, "404 page not found\n")
        slash = await client.get("/pub/job/job/", allow_redirects=False)
        assert (slash.status, slash.headers["Location"]) == (301, "/pub/job/job")
        assert (await client.post("/pub/job/job/", allow_redirects=False)).status == 404
        book.address = None
        gone = await client.get("/pub/job/job/1.2.3/live", headers={TRACE: "t"})
        assert gone.status == 502
        body = await gone.json()
        assert body.pop("error").startswith("Reverse proxy error: connection refused to a target")
        assert body == {
            "caller": "User ann", "jobName": "job", "jobStatus": "running",
            "jobVersion": "1.2.3", "requestId": "t",
        }  # fmt: skip
        assert await (await client.get("/pub/live")).json() == {"live": True}
        metrics = await (await client.get("/pub/metrics")).text()
        assert 'pub_requests_total{status="404"} 1' in metrics

    run(tmp_path, talk)


def test_a_job_that_dies_under_a_call(tmp_path: Path) -> None:
    async def talk(client: Client, book: Book) -> None:
        answer = await client.post("/pub/job/job/1.2.3/dies")
        assert answer.status == 502
        told = (await answer.json())["error"]
        assert told.startswith("Reverse proxy error: connection broken to a target job")
        half = await client.get("/pub/job/job/1.2.3/half")  # of which nothing was passed on yet
        assert half.status == 502
        assert "connection broken to a target job" in (await half.json())["error"]
        with pytest.raises(aiohttp.ClientError):
            await (await client.get("/pub/job/job/1.2.3/half-of-much")).read()
        assert book.broken_jobs == [("job", "1.2.3")] * 3

    run(tmp_path, talk)


def test_a_job_that_does_not_answer_in_time(tmp_path: Path) -> None:
    async def talk(client: Client, book: Book) -> None:
        del book
        answer = await client.get("/pub/job/job/1.2.3/slow")
        assert answer.status == 502
        assert "did not answer within 0.3 s" in (await answer.json())["error"]

    run(tmp_path, talk, Limits(call=0.3))


def test_an_answer_streams_as_it_comes(tmp_path: Path) -> None:
    async def talk(client: Client, book: Book) -> None:
        del book
        answer = await client.get("/pub/job/job/1.2.3/events")
        loop = asyncio.get_running_loop()
        times = [loop.time() async for _ in answer.content]
        assert len(times) == 3
        assert times[2] - times[0] > 0.2  # they did not come all at once, at the end

    run(tmp_path, talk)


def test_websockets_pass_both_ways(tmp_path: Path) -> None:
    async def talk(client: Client, book: Book) -> None:
        del book
        url = "/pub/job/job/latest/socket"
        async with client.ws_connect(url, protocols=("other", "talk")) as socket:
            await socket.send_str("hello")
            assert await socket.receive_str() == "talk: hello"
            await socket.send_bytes(b"abc")
            assert await socket.receive_bytes() == b"cba"
            await socket.send_str("leave")
            await socket.receive()
            assert socket.close_code == 4001

    run(tmp_path, talk)
