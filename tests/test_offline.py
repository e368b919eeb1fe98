"""Running something without a network, and the proof that the tutorial needs none."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

from tests.command_line import workbench
from tests.support import require
from workbench._go import find_go
from workbench._offline import Offline, offline
from workbench.doctor import Check, doctor
from workbench.notebooks.form import METADATA
from workbench.prefetch import missing_modules, prefetch

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has network namespaces")

# What a child sees: whether a program that heeds no setting gets out, and a server on loopback.
LOOK = """
import json, os, socket
def connects(address):
    try:
        socket.create_connection(address, timeout=5).close()
    except OSError as error:
        return type(error).__name__, error.errno
    return "yes", None
server = socket.create_server(("127.0.0.1", 0))
print(json.dumps({
    "loopback": connects(server.getsockname())[0],
    "parent": connects(("127.0.0.1", int(os.environ["PARENT"])))[0],
    "interfaces": [name for _, name in socket.if_nameindex()],
    "user": os.geteuid(),
    "goproxy": os.environ.get("GOPROXY"),
}))
"""

RESTARTS = """
import os, sys
from workbench import _offline
before = os.environ.get("SEEN")
os.environ["SEEN"] = str(os.getpid())
_offline.restart_offline()
print(before == str(os.getpid()), _offline.is_offline(), sys.argv[1:])
"""


@pytest.fixture
def listener() -> Iterator[int]:
    """A port of this machine's own network that somebody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def no_namespace(monkeypatch: pytest.MonkeyPatch) -> None:
    """A system that gives no network namespace."""
    monkeypatch.setattr("workbench.doctor.unplugged.offline", lambda: Offline((), sealed=False))


def look(way: Offline, listener: int) -> dict[str, object]:
    words = [*way.before, sys.executable, "-c", LOOK]
    env = {**way.environment(), "PARENT": str(listener)}
    done = subprocess.run(words, env=env, capture_output=True, text=True, check=True)
    seen: dict[str, object] = json.loads(done.stdout)
    return seen


@LINUX
def test_a_child_has_loopback_of_its_own_and_nothing_else(listener: int) -> None:
    way = offline()
    require(way.sealed, "this system gives no network namespace")
    seen = look(way, listener)
    assert seen == {
        "loopback": "yes",
        "parent": "ConnectionRefusedError",
        "interfaces": ["lo"],
        "user": os.geteuid(),
        "goproxy": "off",
    }


def test_elsewhere_settings_keep_go_and_proxies_from_asking(listener: int) -> None:
    way = Offline((), sealed=False)
    seen = look(way, listener)
    assert (seen["goproxy"], seen["parent"]) == ("off", "yes")
    assert way.environment({"GOPROXY": "direct", "HOME": "/"})["GOPROXY"] == "off"
    assert way.environment({"HOME": "/"})["HOME"] == "/"
    assert "by settings alone" in way.how


def test_a_command_begins_anew_once_with_its_words_and_its_number() -> None:
    done = subprocess.run(
        [sys.executable, "-c", RESTARTS, "one", "two words"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout == "True True ['one', 'two words']\n"


def test_notebooks_run_offline(tmp_path: Path) -> None:
    path = tmp_path / "tries.ipynb"
    tries = "import socket\nprint([name for _, name in socket.if_nameindex()])\n%env GOPROXY"
    notebook = nbformat.v4.new_notebook(metadata=METADATA)  # type: ignore[no-untyped-call]
    cell = nbformat.v4.new_code_cell(tries, id="tries")  # type: ignore[no-untyped-call]
    expected = "assert socket.if_nameindex() == [(1, 'lo')], socket.if_nameindex()"
    proof = nbformat.v4.new_code_cell(expected, id="proof")  # type: ignore[no-untyped-call]
    notebook.cells = [cell, proof] if offline().sealed else [cell]
    nbformat.write(notebook, path)  # type: ignore[no-untyped-call]
    answer = workbench("notebooks", "--run", "--offline", path)
    assert answer.returncode == 0, answer.stderr
    assert answer.stderr.splitlines()[0] == f"offline: {offline().how}"
    assert "tries.ipynb: " in answer.stderr


def test_only_running_can_be_offline() -> None:
    answer = workbench("notebooks", "--check", "--offline")
    assert answer.returncode == 2
    assert "Remedy: --run --offline." in answer.stderr


def unplugged(name: str) -> Check:
    (check,) = [check for check in doctor(offline=True).checks if check.name == f"offline: {name}"]
    return check


def test_the_doctor_goes_through_the_tutorial_with_the_network_off() -> None:
    prefetch()
    answer = workbench("doctor", "--offline", "--json")
    assert answer.returncode == 0, answer.stdout
    checks = {check["name"]: check for check in json.loads(answer.stdout)["checks"]}
    assert checks["offline: modules"]["found"] == "all in the module cache"
    found = checks["offline: tutorial"]["found"]
    assert found.startswith("10 steps held in ")
    assert found.endswith("the answer was 42")
    assert checks["offline: how"]["found"] == offline().how


def test_without_being_asked_it_does_not() -> None:
    assert not [check for check in doctor().checks if check.name.startswith("offline")]


def test_a_module_that_is_missing_is_named_with_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOMODCACHE", str(tmp_path))
    assert missing_modules(find_go()) == ["github.com/pkg/errors@v0.9.1"]
    answer = workbench("doctor", "--offline")
    assert answer.returncode == 1
    assert "missing  offline: modules   missing: github.com/pkg/errors@v0.9.1" in answer.stdout
    told = " ".join(answer.stdout.split())
    assert "cannot fetch github.com/pkg/errors@v0.9.1: module lookup disabled" in told
    assert "remedy: `workbench prefetch`, once, with a network" in told
    assert answer.stderr == "the tutorial lacks: offline: modules, offline: tutorial\n"


@pytest.mark.usefixtures("no_namespace")
def test_a_proof_by_settings_alone_is_told_as_one() -> None:
    how = unplugged("how")
    assert not how.ok
    assert "by settings alone" in how.found
    assert how.remedy is not None
    assert how.needed_for != "the tutorial"
