"""A network of its own: what is in it, who gets in, and what is told where there is none."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.support import require, without_namespaces
from workbench import _children, _namespace, _offline, _process
from workbench._private_network import PrivateNetwork, private_networks
from workbench._wait import wait_until
from workbench.errors import EngineUnavailable

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has network namespaces")

ONLY_WITHOUT = "this system gives no network namespace"

# Listens on every interface, and says on one line at a time what its network looks like.
SERVER = """
import socket
with socket.create_server(("0.0.0.0", 7000)) as server:
    while True:
        made, _ = server.accept()
        with made:
            made.sendall(" ".join(name for _, name in socket.if_nameindex()).encode())
"""


@pytest.fixture
def network() -> Iterator[PrivateNetwork]:
    require(_offline.offline().sealed, ONLY_WITHOUT)
    with PrivateNetwork("test") as made:
        yield made


def start(network: PrivateNetwork, script: str = SERVER) -> _children.Child:
    return network.spawn(
        [sys.executable, "-c", script], kind="job", name="test", cwd=Path("/"), env=os.environ
    )


def ask(network: PrivateNetwork, port: int = 7000) -> str | None:
    try:
        with network.connect(port, timeout=5) as connection:
            return connection.recv(100).decode()
    except ConnectionRefusedError:
        return None


def test_two_children_listen_on_one_port_and_this_machine_reaches_neither(
    network: PrivateNetwork,
) -> None:
    with PrivateNetwork("other") as other:
        children = [start(network), start(other)]
        try:
            for one in (network, other):
                assert wait_until(lambda one=one: ask(one), timeout=20) == "lo"  # type: ignore[misc]
                assert one.listeners() == (("0.0.0.0", 7000),)  # noqa: S104 - what was seen
            with socket.socket() as outside:
                assert outside.connect_ex(("127.0.0.1", 7000)) != 0
        finally:
            assert [child.stop() for child in children] == [-15, -15]


def test_nobody_listening_is_a_refusal_and_a_closed_network_an_error() -> None:
    require(_offline.offline().sealed, ONLY_WITHOUT)
    with PrivateNetwork("test") as network:
        assert ask(network) is None
        assert network.listeners() == ()
    with pytest.raises(OSError, match="Bad file descriptor"):
        network.connect(7000, timeout=1)
    assert not [one for one in _children.records() if one.kind == "network"]


def test_a_door_leads_into_the_network_of_whoever_has_one(network: PrivateNetwork) -> None:
    child = start(network)
    try:
        assert wait_until(lambda: ask(network), timeout=20) == "lo", "it is in its network"
        with PrivateNetwork("door", of=child.pid) as door:
            assert ask(door) == "lo"
            assert door.listeners() == (("0.0.0.0", 7000),)  # noqa: S104 - what was seen
        assert ask(network) == "lo", "the network is not the door's to end"
    finally:
        child.stop()
    with pytest.raises(EngineUnavailable, match="No such file or directory"):
        PrivateNetwork("door", of=child.pid)


def test_a_child_in_it_dies_with_the_process_that_started_it(tmp_path: Path) -> None:
    require(_offline.offline().sealed, ONLY_WITHOUT)
    script = (
        "import os, signal; from pathlib import Path\n"
        "from workbench._private_network import PrivateNetwork\n"
        "network = PrivateNetwork('test')\n"
        "given = {'kind': 'job', 'name': 'x', 'cwd': Path('/'), 'env': os.environ}\n"
        "child = network.spawn(['sleep', '60'], **given)\n"
        "print(child.pid, network._keeper.pid, flush=True); signal.pause()\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "WORKBENCH_HOME": str(tmp_path)},
    )
    assert parent.stdout is not None
    pids = [int(word) for word in parent.stdout.readline().split()]
    commands = [Path("/proc", str(pid), "comm") for pid in pids]
    wait_until(lambda: commands[0].read_text() == "sleep\n" or None, timeout=10)
    parent.kill()
    parent.wait()
    parent.stdout.close()

    def gone() -> bool | None:
        states = [Path("/proc", str(pid), "stat") for pid in pids]
        return all(not one.exists() or ") Z " in one.read_text() for one in states) or None

    wait_until(gone, timeout=10)


def test_what_cannot_be_entered_is_said_in_a_line() -> None:
    require(_offline.offline().sealed, ONLY_WITHOUT)
    done = without_namespaces(sys.executable, "-I", _namespace.__file__, "alone", "true")
    assert done.returncode == _namespace.NO_NAMESPACE
    assert done.stderr == "no network namespace: [Errno 28] No space left on device\n"


def test_where_there_is_none_the_error_says_what_to_do() -> None:
    require(_offline.offline().sealed, ONLY_WITHOUT)
    script = "from workbench._private_network import PrivateNetwork; PrivateNetwork('test')"
    done = without_namespaces(sys.executable, "-c", script)
    assert f"{EngineUnavailable.__name__}: This system gives no network namespace: " in done.stderr
    assert "Remedy: allow them to users" in done.stderr


def test_whether_there_are_any_is_tried_once_in_a_process(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[Sequence[str | Path]] = []
    whole = _process.run

    def run(args: Sequence[str | Path], **given: Any) -> _process.Completed:
        tried.append(args)
        return whole(args, **given)

    monkeypatch.setattr(_process, "run", run)
    monkeypatch.setattr(_children, "spawn", None)  # what a second try would begin with
    _offline.offline.cache_clear()
    sealed = _offline.offline().sealed
    assert (private_networks() is None) is sealed
    assert private_networks() is None or not sealed
    assert len(tried) == 1
    assert not [one for one in _children.records() if one.kind == "network"]


def test_where_there_are_none_the_one_try_tells_why() -> None:
    require(_offline.offline().sealed, ONLY_WITHOUT)
    script = "from workbench._private_network import private_networks; print(private_networks())"
    done = without_namespaces(sys.executable, "-c", script)
    assert "no network namespace: [Errno 28] No space left on device" in done.stdout
    assert "allow them to users" in done.stdout


def test_whose_owner_ended_before_it_began_does_not_begin(network: PrivateNetwork) -> None:
    program = [sys.executable, "-I", "-S", _namespace.__file__]
    keeper, nobody = str(network._keeper.pid), "1"
    done = subprocess.run(
        [*program, "join", nobody, keeper, "true"], capture_output=True, text=True, check=False
    )
    assert done.returncode == _namespace.NO_NAMESPACE
    assert done.stderr == "no network namespace: whoever started this has ended\n"


# Run by somebody who is not root: starts a network, and a server within it, as the package does.
AS_SOMEBODY = """
import os, socket, subprocess, sys, time
ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
program, me = [sys.executable, "-I", "-S", sys.argv[1]], str(os.getpid())
door = theirs.fileno()
keeper = subprocess.Popen([*program, "keep", me, "0", str(door)], pass_fds=[door])
theirs.close()
if not ours.recv(1):
    sys.exit(keeper.wait())
words = ["join", me, str(keeper.pid), sys.executable, "-c", sys.argv[2]]
server = subprocess.Popen([*program, *words])
for _ in range(200):
    ours.send(b"?")
    _, (made,), _, _ = socket.recv_fds(ours, 1, 1)
    with socket.socket(fileno=made) as connection:
        try:
            connection.connect(("127.0.0.1", 7000))
        except ConnectionRefusedError:
            time.sleep(0.05)  # somebody else cannot read this package, nor its loop
            continue
        print(os.getuid(), connection.recv(100).decode())
        break
server.terminate()
ours.close()
keeper.wait()
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_who_is_not_root_gets_one_too_where_users_may_have_them() -> None:
    python = shutil.which("python3", path="/usr/bin:/usr/local/bin")
    require(python, "no python3 that another user may start")
    assert python is not None
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        program = shutil.copy(_namespace.__file__, folder)
        done = subprocess.run(
            [python, "-I", "-c", AS_SOMEBODY, program, SERVER],
            user=65534, group=65534, extra_groups=[], cwd="/",
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    refused = "no network namespace: "
    assert done.stdout == "65534 lo\n" or done.stderr.startswith(refused), done
