"""What a page of somebody else's, or a stranger on the network, could try."""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from tests.command_line import workbench
from workbench import _ports
from workbench._wait import wait_until
from workbench.errors import PortTaken, WorkbenchError
from workbench.events import Sink
from workbench.racetrack.local import LocalRacetrack
from workbench.racetrack.places import choose_port


def ask(
    racetrack: LocalRacetrack, method: str, path: str, body: bytes = b"", **headers: str
) -> tuple[int, str]:
    """A request whose headers are exactly these; underscores stand for dashes."""
    place = urlsplit(racetrack.config.url)
    connection = http.client.HTTPConnection(str(place.hostname), place.port, timeout=10)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, body=body, headers=named)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text


@pytest.mark.parametrize("path", ["/lifecycle/api/v1/info", "/pub/health", "/api/v1/job"])
def test_a_name_that_was_rebound_to_this_machine_is_refused(
    racetrack: LocalRacetrack, path: str
) -> None:
    port = racetrack.config.port
    for host in ("evil.example", f"evil.example:{port}", f"127.0.0.1.evil.example:{port}", ""):
        status, text = ask(racetrack, "GET", path, Host=host)
        assert status == 403, host
        assert "`Host` header" in json.loads(text)["error"]
    for host in (f"localhost:{port}", f"127.0.0.1:{port}", f"[::1]:{port}"):
        assert ask(racetrack, "GET", path, Host=host)[0] == 200, host


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/lifecycle/api/v1/plugin/upload/evil.zip"),
        ("POST", "/lifecycle/api/v1/deploy"),
        ("DELETE", "/api/v1/plugin/golang-job-type/0.0.0"),
        ("POST", "/pub/job/any/latest/api/v1/perform"),
    ],
)
def test_a_page_of_another_site_changes_nothing(
    racetrack: LocalRacetrack, method: str, path: str
) -> None:
    before = racetrack.plugins()
    for headers in (
        {"Origin": "https://evil.example"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "null"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
    ):
        status, text = ask(racetrack, method, path, b"{}", **headers)
        assert status == 403, headers
        assert "another site" in json.loads(text)["error"]
    assert racetrack.plugins() == before
    own = {"Origin": racetrack.config.url, "Sec_Fetch_Site": "same-origin"}
    assert ask(racetrack, "POST", "/api/v1/deploy", b"[]", **own)[0] == 400


def test_a_body_without_end_is_refused(racetrack: LocalRacetrack) -> None:
    place = urlsplit(racetrack.config.url)
    with socket.create_connection((str(place.hostname), place.port or 0), timeout=10) as line:
        size = racetrack.config.limits.payload + 1
        head = f"POST /api/v1/deploy HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {size}\r\n\r\n"
        line.sendall(head.encode())
        piece = b"x" * 2**20
        try:
            for _ in range(size // len(piece) + 1):
                line.sendall(piece)
        except (ConnectionError, TimeoutError):
            pass  # it was told to stop before all was sent
        assert b" 413 " in line.recv(4096)


def test_bodies_that_are_no_json_object(racetrack: LocalRacetrack) -> None:
    for body in (b"", b"{", b"[]", b"\xff", b"[" * 100_000):
        status, text = ask(racetrack, "POST", "/api/v1/deploy", body)
        assert status == 400, body[:9]
        assert json.loads(text)["type"] == "ValidationError"


def test_a_second_server_on_the_same_state_or_port_is_refused(racetrack: LocalRacetrack) -> None:
    with pytest.raises(WorkbenchError, match="Another server uses") as refused:
        LocalRacetrack(engine="process", state=racetrack.config.state)
    assert racetrack.config.url in str(refused.value)
    with pytest.raises(PortTaken):
        LocalRacetrack(engine="process", port=racetrack.config.port)
    assert racetrack.exit_code is None


def test_one_that_loses_its_port_while_it_starts_takes_another_and_is_itself(
    racetrack: LocalRacetrack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another one that answers at that port is not taken for it."""
    looks = iter([racetrack.config.port])

    def choose(port: int | None, sink: Sink) -> int:
        return next(looks, None) or choose_port(port, sink)

    monkeypatch.setattr("workbench.racetrack.local.choose_port", choose)
    with LocalRacetrack(engine="process", state=tmp_path) as other:
        assert other.config.port != racetrack.config.port
        assert other.plugins() == []
        assert racetrack.plugins() != []
    looks = iter([racetrack.config.port])
    with pytest.raises(PortTaken, match=r"did not start: Port .* is taken by") as refused:
        LocalRacetrack(engine="process", state=tmp_path, port=racetrack.config.port)
    assert "stop that" in str(refused.value)


def test_other_interfaces_only_with_a_login(tmp_path: Path) -> None:
    run = workbench("racetrack", "--host", "0.0.0.0", "--state", tmp_path)  # noqa: S104
    assert run.returncode == 2
    assert "add --auth" in run.stderr


def test_with_a_login(tmp_path: Path, bundle: Path) -> None:
    with LocalRacetrack(engine="process", state=tmp_path, auth=True) as racetrack:
        assert racetrack.install(bundle)["name"] == "golang-job-type"
        api = f"{racetrack.url}/api/v1"
        for path in ("/job", "/deploy", "/job/any/latest", "/users/validate_user_auth"):
            answer = requests.get(f"{api}{path}", timeout=5)
            assert answer.status_code == 401, path
            assert answer.json()["type"] == "UnauthorizedError"
        with bundle.open("rb") as file:
            upload = requests.post(f"{api}/plugin/upload/x.zip", data=file, timeout=5)
        assert upload.status_code == 401
        assert requests.get(f"{api}/plugin", timeout=5).status_code == 200  # open, as a real one's
        forged = {"X-Racetrack-Auth": "e30.e30.local"}
        refused = requests.get(f"{api}/job", headers=forged, timeout=5)
        assert refused.status_code == 401
        assert "e30.e30.local" not in refused.text
        wrong = {"username": "admin", "password": "guess"}
        assert requests.post(f"{api}/users/login", json=wrong, timeout=5).status_code == 401
        right = {"username": "admin", "password": racetrack.password}
        login = requests.post(f"{api}/users/login", json=right, timeout=5)
        cookie = login.headers["Set-Cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Strict" in cookie
        cookies = {"X-Racetrack-Auth": login.json()["token"]}
        assert requests.get(f"{api}/job", cookies=cookies, timeout=5).json() == []
        assert racetrack.password not in racetrack.log(None)
        state = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
        assert racetrack.password.encode() not in state
        assert login.json()["token"].encode() not in state


def test_the_server_ends_with_whoever_started_it(tmp_path: Path) -> None:
    program = f"""
from workbench.racetrack.local import LocalRacetrack
from workbench.racetrack.places import choose_port
server = LocalRacetrack(engine="process", state={str(tmp_path)!r})
print(server.config.url, flush=True)
input()
"""
    child = subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    assert child.stdin is not None
    url = child.stdout.readline().strip()
    assert requests.get(f"{url}/live", timeout=5).json()["live"]
    child.kill()
    child.wait()
    child.stdin.close()
    child.stdout.close()
    port = urlsplit(url).port or 0
    assert wait_until(lambda: _ports.port_is_free(port) or None, timeout=10)
