from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest
import requests

from workbench import _children, _ports
from workbench._wait import wait_until
from workbench.errors import PortTaken, WorkbenchError
from workbench.events import Event
from workbench.jupyter import LAB_CONFIG, LAB_PORT, Lab, start_lab
from workbench.settings import shipped

START_AND_TELL = """
import json, sys, psutil
from workbench.jupyter import start_lab
lab = start_lab(root=sys.argv[1])
print(json.dumps({"port": lab.port, "token": lab.token}), flush=True)
lab.wait()
"""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clone")
    (folder / "notebooks").mkdir()
    return folder


@pytest.fixture(scope="module")
def lab(root: Path) -> Iterator[Lab]:
    with start_lab(root=root) as running:
        yield running


def ask(port: int, token: str, path: str, method: str = "GET", **body: str) -> Any:
    answer = requests.request(
        method,
        f"http://127.0.0.1:{port}{path}",
        json=body or None,
        headers={"Authorization": f"token {token}"},
        timeout=30,
    )
    answer.raise_for_status()
    return answer.json()


def start_kernel(port: int, token: str) -> psutil.Process:
    """A kernel of the JupyterLab on `port`, found by its connection file."""
    kernel = ask(port, token, "/api/kernels", "POST", name="python3")["id"]
    for process in psutil.process_iter():
        try:
            if any(kernel in word for word in process.cmdline()):
                return process
        except psutil.Error:
            continue
    raise AssertionError("the kernel has no process")


def ended(process: psutil.Process) -> bool | None:
    running = process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return None if running else True


def test_the_address_leads_to_the_start_page(lab: Lab) -> None:
    answer = requests.get(lab.address, timeout=30)
    assert answer.ok
    assert "/tree/notebooks/00-start-here.ipynb?" in answer.url
    assert (shipped("notebooks") / "00-start-here.ipynb").is_file()


def test_only_this_machine_and_only_with_the_token(lab: Lab) -> None:
    connections = psutil.Process(lab._child.pid).net_connections(kind="tcp")
    places = {link.laddr.ip for link in connections if link.status == psutil.CONN_LISTEN}
    assert places == {"127.0.0.1"}
    url = f"http://127.0.0.1:{lab.port}/api/contents"
    assert requests.get(url, timeout=30).status_code == 403
    command = psutil.Process(lab._child.pid).cmdline()
    assert lab.token not in " ".join(command), "every user of a machine sees command lines"
    assert lab.token not in repr(lab)


def test_the_file_browser_shows_the_clone(lab: Lab) -> None:
    names = [entry["name"] for entry in ask(lab.port, lab.token, "/api/contents")["content"]]
    assert names == ["notebooks"]


def test_settings_come_from_the_package(lab: Lab) -> None:
    path = LAB_CONFIG / "labconfig" / "default_setting_overrides.json"
    for plugin, values in json.loads(path.read_text()).items():
        found = ask(lab.port, lab.token, f"/lab/api/settings/{plugin}")
        defaults = found["schema"]["properties"]
        assert {name: defaults[name]["default"] for name in values} == values


def test_the_kernel_is_this_python_and_leaves_no_spec_at_home(lab: Lab) -> None:
    specs = ask(lab.port, lab.token, "/api/kernelspecs")
    assert specs["default"] == "python3"
    assert specs["kernelspecs"]["python3"]["spec"]["argv"][0] == "python"
    kernel = start_kernel(lab.port, lab.token)
    assert kernel.cmdline()[0] == sys.executable
    first_on_path = kernel.environ()["PATH"].split(os.pathsep)[0]
    assert first_on_path == str(Path(sys.executable).parent)
    assert list(Path.home().rglob("kernel.json")) == []


def test_saving_our_notebooks_does_not_change_their_metadata(lab: Lab, root: Path) -> None:
    source = shipped("notebooks") / "00-start-here.ipynb"
    path = root / "notebooks" / source.name
    path.write_bytes(source.read_bytes())
    address = f"/api/contents/notebooks/{source.name}"
    model = ask(lab.port, lab.token, address)
    model["content"]["metadata"]["language_info"]["version"] = "3.99.0"
    ask(lab.port, lab.token, address, "PUT", type="notebook", content=model["content"])
    assert path.read_bytes() == source.read_bytes()


def test_a_port_that_another_takes_at_the_same_moment(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    events: list[Event] = []
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        choices = iter([taken, _ports.free_port()])
        monkeypatch.setattr("workbench.jupyter._choose_port", lambda *_: next(choices))
        with start_lab(root=root, on_event=events.append) as lab:
            assert ask(lab.port, lab.token, "/api/status")["kernels"] == 0
    assert lab.port != taken
    assert events[-1].message == f"JupyterLab on port {lab.port}"


def test_the_usual_port_is_taken_and_stopping_ends_it_with_its_kernels(root: Path) -> None:
    events: list[Event] = []
    with socket.socket() as holder:
        if _ports.port_is_free(LAB_PORT):
            holder.bind(("127.0.0.1", LAB_PORT))
            holder.listen()
        lab = start_lab(root=root, on_event=events.append)
    assert lab.port != LAB_PORT
    assert f"port {LAB_PORT} is taken by" in events[0].message
    assert events[-1].message == f"JupyterLab on port {lab.port}"
    kernel = start_kernel(lab.port, lab.token)
    server = psutil.Process(lab._child.pid)
    assert [str(record) for record in _children.records()].count(
        f"lab JupyterLab on port {lab.port} (process {server.pid})"
    ) == 1
    lab.stop()
    assert ended(server)
    assert ended(kernel)
    assert lab.wait() == 0
    assert server.pid not in [record.pid for record in _children.records()]


# Elsewhere it stays until the next start or `clean` finds it: tests/test_process.py.
@pytest.mark.skipif(sys.platform != "linux", reason="needs the parent-death signal")
def test_it_does_not_outlive_whoever_started_it(root: Path) -> None:
    starter = subprocess.Popen(
        [sys.executable, "-c", START_AND_TELL, root], stdout=subprocess.PIPE, text=True
    )
    assert starter.stdout is not None
    told = json.loads(starter.stdout.readline())
    server = psutil.Process(starter.pid).children()[0]
    kernel = start_kernel(told["port"], told["token"])
    starter.kill()
    starter.communicate()
    wait_until(lambda: ended(server), timeout=10)
    wait_until(lambda: ended(kernel), timeout=10)


def test_ctrl_c_ends_the_command_with_its_kernels() -> None:
    workbench = Path(sys.executable).with_name("workbench")
    command = subprocess.Popen(
        [workbench, "lab", "--no-browser"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert command.stdout is not None
    address = urlsplit(command.stdout.readline().strip())
    server = psutil.Process(command.pid).children()[0]
    assert address.port is not None
    kernel = start_kernel(address.port, address.query.removeprefix("token="))
    command.send_signal(signal.SIGINT)
    _, told = command.communicate(timeout=30)
    assert command.returncode == 130
    assert "Traceback" not in told
    assert ended(server)
    assert ended(kernel)


def test_a_port_that_was_asked_for_and_is_taken_is_named_with_its_owner(lab: Lab) -> None:
    with pytest.raises(PortTaken, match=f"{lab.port} is taken by lab JupyterLab") as caught:
        start_lab(port=lab.port)
    assert caught.value.port == lab.port


def test_a_start_that_fails_tells_the_last_lines(root: Path) -> None:
    with pytest.raises(WorkbenchError, match="ended with exit code 1 while starting") as caught:
        start_lab(root=root, arguments=["--ServerApp.root_dir=/no/such/folder"])
    assert "/no/such/folder" in "\n".join(caught.value.log)


def test_a_start_that_takes_too_long_is_given_up(root: Path) -> None:
    with pytest.raises(WorkbenchError, match="did not answer within 0 s"):
        start_lab(root=root, timeout=0.05)
    assert [record.kind for record in _children.records() if record.owner_pid == os.getpid()] in (
        [],
        ["lab"],  # the one of the whole module
    )
