"""Connections that are kept without a lock, which an interrupt could leave taken for ever."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import docker
import pytest

from tests.engines.docker import pretenders
from tests.limits import open_folder
from workbench._sessions import IdleConnections, new_session
from workbench.calls import Caller


class _Counting(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    connections = 0

    def setup(self) -> None:
        super().setup()
        type(self).connections += 1

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is given
        del format, args

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")


@pytest.fixture
def handler() -> type[_Counting]:
    return type("Handler", (_Counting,), {})


@pytest.fixture
def address(handler: type[_Counting]) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def locked(monkeypatch: pytest.MonkeyPatch) -> list[threading.Condition]:
    """What this thread locks by a method written in Python, in which an interrupt can come."""
    taken: list[threading.Condition] = []
    here, enter = threading.get_ident(), threading.Condition.__enter__

    def note(self: threading.Condition) -> bool:
        if threading.get_ident() == here:
            taken.append(self)
        return enter(self)

    monkeypatch.setattr(threading.Condition, "__enter__", note)
    return taken


def test_probes_take_no_lock_and_keep_their_connection(
    address: str, handler: type[_Counting], locked: list[threading.Condition]
) -> None:
    caller = Caller(address)
    for _ in range(5):
        answer = caller.probe("/live")
        assert answer is not None
        assert answer.ok
    caller.close()
    assert locked == []
    assert handler.connections == 1
    queue.LifoQueue[int](1).put(1)
    assert locked, "what urllib3 would take is seen"


def test_calls_to_the_docker_daemon_take_no_lock(locked: list[threading.Condition]) -> None:
    with open_folder() as folder, pretenders.daemon(folder) as host:
        api = docker.DockerClient(base_url=host, version="1.41")
        before = len(locked)
        assert api.version() == pretenders.ABOUT
        api.close()
        assert locked[before:] == []


def test_idle_connections_are_last_in_first_out_within_their_number() -> None:
    idle = IdleConnections(2)
    idle.put("first")
    idle.put("second", block=False)
    with pytest.raises(queue.Full):
        idle.put("third", block=False)
    assert idle.qsize() == 2
    assert [idle.get(), idle.get(block=False, timeout=1.0)] == ["second", "first"]
    with pytest.raises(queue.Empty):
        idle.get(block=False)


def test_through_a_proxy_no_lock_is_taken_either(
    address: str, locked: list[threading.Condition], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", address)
    monkeypatch.setenv("no_proxy", "")
    with new_session() as session:
        assert session.get("http://racetrack.test/lifecycle", timeout=20).json() == {}
    assert locked == []


@pytest.mark.parametrize("proxies", [True, False])
def test_only_where_it_was_asked_for_the_environments_proxies_are_taken(
    address: str, proxies: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", address)
    monkeypatch.setenv("no_proxy", "")
    with new_session(proxies=proxies) as session:
        assert session.merge_environment_settings(address, {}, None, None, None)["proxies"] == (
            {"http": address} if proxies else {}
        )
