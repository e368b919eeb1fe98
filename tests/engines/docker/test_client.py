"""What is missing is said exactly: of the command, of the way to the daemon, and of the daemon."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import docker
import pytest

from tests.engines.docker import pretenders
from tests.limits import open_folder, unprivileged
from tests.support import require
from workbench.engines.docker import DockerEngine, cleaning, client, endpoint
from workbench.engines.docker.client import Client, Command, find_command
from workbench.errors import EngineUnavailable


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder with a short name, which everybody may enter."""
    with open_folder() as folder:
        yield folder


@pytest.fixture(autouse=True)
def _alone(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the person's own Docker is met: on PATH stands a command that pretends."""
    for name in list(os.environ):
        if name.startswith(("DOCKER_", "WORKBENCH_DOCKER")):
            monkeypatch.delenv(name)
    pretenders.write_command(place / "bin")
    monkeypatch.setenv("PATH", str(place / "bin"))
    monkeypatch.setenv("DOCKER_HOST", f"unix://{place}/daemon")


def problem() -> EngineUnavailable:
    found = DockerEngine().available()
    assert found is not None
    return found


def test_with_a_command_and_a_daemon_nothing_is_missing(place: Path) -> None:
    with pretenders.daemon(place, root=place):
        assert DockerEngine().available() is None


def test_there_is_no_command(place: Path) -> None:
    (place / "bin" / "docker").unlink()
    assert problem().message == "There is no docker command: PATH has none."
    assert "--engine process" in str(problem().remedy)


def test_the_setting_names_no_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_DOCKER", "/nowhere/docker")
    found = problem()
    assert found.message == "There is no docker command: WORKBENCH_DOCKER=/nowhere/docker is none."
    assert found.remedy == "set WORKBENCH_DOCKER to a docker command, or unset it."


def test_a_program_that_is_no_docker(place: Path) -> None:
    program = pretenders.write_command(place / "bin", None)
    assert problem().message == f"{program} does not tell its version."


def test_a_command_that_cannot_build_with_buildkit(place: Path) -> None:
    program = pretenders.write_command(place / "bin", "28.2.2")
    told = f"{program} 28.2.2 cannot build with BuildKit: its buildx plugin is missing."
    assert problem().message == told
    assert "docker-buildx" in str(problem().remedy)


def test_the_first_command_on_the_path_that_can_build_is_taken(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretenders.write_command(place / "bin", "28.2.2")
    other = pretenders.write_command(place / "other", "28.2.2", buildx=True)
    monkeypatch.setenv("PATH", f"{place}/bin{os.pathsep}{place}/other")
    assert find_command() == Command(other, "28.2.2", buildx=True)
    monkeypatch.setenv("WORKBENCH_DOCKER", str(place / "bin" / "docker"))
    with pytest.raises(EngineUnavailable, match="buildx plugin is missing"):
        find_command()


def test_no_daemon_has_ever_run(place: Path) -> None:
    assert problem().message == f"No Docker daemon runs: there is no {place}/daemon."
    assert str(problem().remedy).startswith("start Docker")


def test_a_daemon_has_ended(place: Path) -> None:
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(f"{place}/daemon")
    assert problem().message == f"No Docker daemon runs: nobody listens on {place}/daemon."


def test_a_daemon_that_this_user_may_not_use(place: Path) -> None:
    with pretenders.daemon(place, root=place):
        (place / "daemon").chmod(0o000)
        with unprivileged():
            found = problem()
    told = f"This user may not talk to the Docker daemon: no permission on {place}/daemon."
    assert found.message == told
    assert "usermod -aG docker" in str(found.remedy)


@pytest.mark.parametrize(
    "host", ["tcp://192.0.2.1:2375", "ssh://somebody@192.0.2.1", "tcp://build.example.com:2376"]
)
def test_a_daemon_elsewhere_is_not_even_asked(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", host)
    monkeypatch.setattr(docker, "DockerClient", lambda **_: pytest.fail("it was asked"))
    monkeypatch.setattr(socket, "create_connection", lambda *_, **__: pytest.fail("it was asked"))
    found = problem()
    told = f"Docker's context default points elsewhere: {host}. Jobs would run there, out of reach."
    assert found.message == told
    assert "unset DOCKER_HOST" in str(found.remedy)


def test_a_context_of_the_real_command_that_points_elsewhere_or_nowhere(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = shutil.which("docker", path=os.defpath + ":/usr/local/bin")
    require(real, "there is no docker command")
    assert real is not None
    monkeypatch.delenv("DOCKER_HOST")
    monkeypatch.setenv("WORKBENCH_DOCKER", real)
    monkeypatch.setenv("DOCKER_CONFIG", str(place / "config"))
    words = ["context", "create", "far", "--docker", "host=tcp://192.0.2.1:2375"]
    subprocess.run([real, *words], check=True, capture_output=True)
    monkeypatch.setenv("DOCKER_CONTEXT", "far")
    command = Command(Path(real), "20.10.24", buildx=True)
    monkeypatch.setattr(client, "find_command", lambda: command)
    assert problem().message.startswith("Docker's context far points elsewhere: tcp://192.0.2.1")
    monkeypatch.setenv("DOCKER_CONTEXT", "nowhere")
    found = problem()
    assert found.message.startswith("The docker command does not know where its daemon is: ")
    assert "nowhere" in found.message
    assert "DOCKER_CONTEXT" in str(found.remedy)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("exec /bin/sleep 600", "docker did not end within 1."),
        ("echo nonsense", "it says 'nonsense'"),
        ("echo '\"default\"'", """it says '"default"'"""),
    ],
    ids=["hangs", "no JSON", "half"],
)
def test_a_command_that_does_not_tell_its_context(
    place: Path, monkeypatch: pytest.MonkeyPatch, said: str, told: str
) -> None:
    program = place / "bin" / "docker"
    line = """printf '"default"\\n"%s"\\n' "$DOCKER_HOST" ;;"""
    assert line in program.read_text()
    program.write_text(program.read_text().replace(line, f"{said} ;;"))
    monkeypatch.setattr(endpoint, "_ASK_TIMEOUT", 1.0)
    found = problem()
    assert found.message.startswith("The docker command does not know where its daemon is: ")
    assert told in found.message


def test_a_daemon_that_is_not_well(place: Path) -> None:
    with pretenders.daemon(place, about={}):
        assert problem().message.startswith(f"The Docker daemon at unix://{place}/daemon does not")
        assert str(problem().remedy).startswith("start Docker")


def test_a_daemon_for_another_system(place: Path) -> None:
    with pretenders.daemon(place, about={**pretenders.ABOUT, "Os": "windows"}):
        assert "runs windows containers, not those of Linux" in problem().message
        assert problem().remedy == "switch Docker to Linux containers."


def test_another_kind_of_processor_is_asked_for(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pretenders.daemon(place, root=place):
        monkeypatch.setenv("DOCKER_DEFAULT_PLATFORM", "linux/arm64/v8")
        told = "DOCKER_DEFAULT_PLATFORM=linux/arm64/v8 asks for another kind of processor"
        assert problem().message == f"{told} than the Docker daemon's, amd64."
        assert problem().remedy == "unset DOCKER_DEFAULT_PLATFORM."
        monkeypatch.setenv("DOCKER_DEFAULT_PLATFORM", "linux/amd64")
        assert DockerEngine().available() is None


def test_a_disk_that_is_nearly_full(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "DISK_FLOOR", 1e9)
    with pretenders.daemon(place, root=place):
        found = problem()
        assert found.message.startswith("Docker's disk is nearly full: ")
        assert found.message.endswith(f" GB are free below {place}.")
        assert "docker system prune" in str(found.remedy)
    (place / "daemon").unlink()
    with pretenders.daemon(place, root=place / "in-another-machine"):
        assert DockerEngine().available() is None


def test_what_a_person_set_for_other_builders_does_not_reach_ours(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("BUILDX_BUILDER", "BUILDKIT_PROGRESS", "DOCKER_DEFAULT_PLATFORM"):
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("DOCKER_BUILDKIT", "0")
    with pretenders.daemon(place) as host:
        api = docker.DockerClient(base_url=host)
        given = Client(find_command(), host, api).environment()
        api.close()
    assert given["DOCKER_BUILDKIT"] == "1"
    assert not {"BUILDX_BUILDER", "BUILDKIT_PROGRESS", "DOCKER_DEFAULT_PLATFORM"} & given.keys()
    assert given["DOCKER_HOST"] == f"unix://{place}/daemon"


def test_a_daemon_that_takes_a_call_and_never_answers_it(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "API_TIMEOUT", 1.0)
    with pretenders.busy(place) as busy:
        assert problem().message.startswith(f"The Docker daemon at unix://{place}/daemon does not")
        with pytest.raises(EngineUnavailable, match="but took too long to answer") as caught:
            cleaning.containers(busy)
        assert str(caught.value.remedy).startswith("wait until it has less to do")


NO_GATEWAY = [{"Subnet": "172.30.0.0/16"}]
"""As a daemon tells of the bridge that it made itself, until it is started once more."""


@contextmanager
def bridged(
    place: Path, config: list[dict[str, str]], interface: str, kernel: str
) -> Iterator[None]:
    """A daemon on a kernel, with a bridge."""
    options = {"com.docker.network.bridge.name": interface}
    bridge = {"Id": "bridge", "IPAM": {"Config": config}, "Options": options}
    info = {"DockerRootDir": str(place), "KernelVersion": kernel}
    with pretenders.daemon(place, info=info, bridge=bridge):
        yield


@pytest.mark.parametrize(
    ("config", "address"),
    [([{**NO_GATEWAY[0], "Gateway": "172.30.0.1"}], "172.30.0.1"), (NO_GATEWAY, "127.0.0.1")],
)
def test_containers_reach_this_machine_by_the_bridges_gateway_or_by_its_own_address(
    place: Path, config: list[dict[str, str]], address: str
) -> None:
    with bridged(place, config, "lo", os.uname().release):
        assert DockerEngine().host_address() == address


@pytest.mark.parametrize(
    ("interface", "kernel"), [("no-interface", os.uname().release), ("lo", "another machine's")]
)
def test_where_the_bridge_is_not_seen_here_its_address_is_not_guessed(
    place: Path, interface: str, kernel: str
) -> None:
    with (
        bridged(place, NO_GATEWAY, interface, kernel),
        pytest.raises(EngineUnavailable, match="has no gateway") as told,
    ):
        DockerEngine().host_address()
    assert "a bridge of its own" in str(told.value.remedy)
