"""The toolchain image: taken, pulled or made; on the real daemon, under names of its own."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import docker
import pytest

from tests.engines.docker.registry import Registry, serve
from tests.support import require
from workbench._go import find_go
from workbench.engines.docker import stand_in, toolchain
from workbench.engines.docker.toolchain import ensure_toolchain, is_stand_in
from workbench.errors import EngineUnavailable
from workbench.events import Event, silent
from workbench.settings import shipped


@pytest.fixture(scope="module")
def client() -> Iterator[docker.DockerClient]:
    try:
        client = docker.from_env()
    except docker.errors.DockerException:
        require(False, "no Docker daemon answers")
        raise
    yield client
    client.close()


def _remove(client: docker.DockerClient, reference: str) -> None:
    if client.images.list(reference):
        client.images.remove(reference)


@pytest.fixture
def reference(client: docker.DockerClient) -> Iterator[str]:
    name = f"racetrack-workbench-test/golang:{uuid.uuid4().hex[:12]}"
    yield name
    _remove(client, name)


@pytest.fixture(scope="module")
def made(client: docker.DockerClient) -> Iterator[str]:
    """A stand-in that several tests look at; the module cache has what it may take from there."""
    typical = shipped("golang-job-type") / "go_wrapper" / "typical"
    subprocess.run([find_go().path, "mod", "download"], cwd=typical, check=True)
    name = f"racetrack-workbench-test/golang:{uuid.uuid4().hex[:12]}"
    assert ensure_toolchain(client, name, pull=False).made == "stand-in"
    yield name
    _remove(client, name)


@pytest.fixture
def registry(client: docker.DockerClient) -> Iterator[Registry]:
    with serve() as registry:
        yield registry
        _remove(client, f"{registry.name}:1")


def _shell(client: docker.DockerClient, image: str, script: str) -> str:
    output = client.containers.run(image, ["sh", "-ec", script], remove=True, network_mode="none")
    return str(output.decode())


def test_a_stand_in_says_what_it_is(client: docker.DockerClient, made: str) -> None:
    image = client.images.get(made)
    assert is_stand_in(image)
    assert image.labels[stand_in.LABEL].startswith(f"go {find_go().version}, busybox 1.")
    there = ensure_toolchain(client, made)
    assert (there.made, there.id) == ("there", image.id)
    assert there.stand_in == image.labels[stand_in.LABEL]


def test_a_stand_in_is_laid_out_as_the_real_image(client: docker.DockerClient, made: str) -> None:
    script = """
        pwd; go env GOROOT GOPATH GOTOOLCHAIN; stat -c %a /tmp; id -un
        readlink /bin/sh; test ! -L /bin/busybox
        grep -c 'BEGIN CERT' /etc/ssl/certs/ca-certificates.crt | awk '{ print ($1 > 50) }'
        ls -d /usr/local/go/test /usr/local/go/src/fmt/fmt_test.go 2> /dev/null || echo left out
        command -v apk apt-get || echo no package manager
    """
    assert _shell(client, made, script).splitlines() == [
        "/go", "/usr/local/go", "/go", "local", "1777", "root", "/bin/busybox", "1", "left out",
        "no package manager",
    ]  # fmt: skip


def test_a_stand_in_has_every_file_of_the_standard_library_and_of_go_itself(
    client: docker.DockerClient, made: str
) -> None:
    kinds = "GoFiles SFiles HFiles SysoFiles EmbedFiles DepsErrors"
    line = "{{.ImportPath}} " + " ".join("{{." + kind + "}}" for kind in kinds.split())
    words = ["list", "-e", "-deps", "-f", line, "std", "cmd/go", "cmd/gofmt"]
    go = find_go()
    answer = subprocess.run(
        [go.path, *words],
        cwd=go.goroot / "src",
        env={**os.environ, "CGO_ENABLED": "0", "GOFLAGS": "", "GOWORK": "off"},
        capture_output=True,
        text=True,
        check=True,
    )
    tests_alone = " []" * len(kinds.split())  # what has nothing else is left out
    here = [line for line in answer.stdout.splitlines() if not line.endswith(tests_alone)]
    there = client.containers.run(
        made,
        ["go", *words],
        remove=True,
        network_mode="none",
        working_dir="/usr/local/go/src",
        environment={"CGO_ENABLED": "0"},
    ).decode()
    assert there.splitlines() == here
    assert len(here) > 300
    assert all(line.endswith(" []") for line in here)  # nothing that is imported is missing


def test_a_stand_in_builds_and_vets_a_program(client: docker.DockerClient, made: str) -> None:
    script = """
        export CGO_ENABLED=0; mkdir /tmp/m; cd /tmp/m; go mod init m 2> /dev/null
        echo 'package main; import "os"; func main() { os.Stdout.WriteString("built\\n") }' > m.go
        go vet .; go build -o m .; ./m
    """
    assert _shell(client, made, script) == "built\n"


def test_a_stand_in_has_the_modules_of_the_base_image(
    client: docker.DockerClient, made: str
) -> None:
    typical = shipped("golang-job-type") / "go_wrapper" / "typical"
    script = "cd /typical; GOFLAGS=-modcacherw go mod download; ls -d /go/pkg/mod/github.com/*/*"
    output = client.containers.run(
        made, ["sh", "-ec", script], remove=True, network_mode="none",
        volumes={str(typical): {"bind": "/typical", "mode": "ro"}},
    )  # fmt: skip
    assert output.decode() == "/go/pkg/mod/github.com/pkg/errors@v0.9.1\n"


def test_the_same_parts_give_the_same_bytes() -> None:
    parts = stand_in.find_parts("amd64")
    sums = set()
    for _ in range(2):
        total = hashlib.sha256()
        for piece in stand_in.stream(parts):
            total.update(piece)
        sums.add(total.digest())
    assert len(sums) == 1


def test_an_image_that_no_registry_gives_is_made(
    client: docker.DockerClient, registry: Registry
) -> None:
    registry.manifest = b"{}"
    events: list[Event] = []
    taken = ensure_toolchain(client, f"{registry.name}:1", on_event=events.append)
    assert taken.made == "stand-in"
    ended = [(event.state, event.message) for event in events if event.state != "started"]
    assert [state for state, _ in ended] == ["failed", "note", "done"]
    assert "could not be pulled" in ended[1][1]
    assert "stand-in made of this machine's go" in ended[2][1]


def test_an_image_of_a_registry_is_pulled(client: docker.DockerClient, registry: Registry) -> None:
    events: list[Event] = []
    taken = ensure_toolchain(client, f"{registry.name}:1", on_event=events.append)
    assert (taken.made, taken.stand_in) == ("pulled", "")
    image = client.images.get(f"{registry.name}:1")
    assert image.labels == {"pulled": "yes"}
    assert not is_stand_in(image)
    assert len(events) <= 12


@pytest.mark.filterwarnings("ignore:docker-credential-nobody-has-this not installed")
@pytest.mark.usefixtures("client")
def test_credentials_that_nobody_keeps_are_a_reason_why_it_was_not_pulled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config.json").write_text('{"credsStore": "nobody-has-this"}')
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    asking = docker.from_env()  # which reads that file
    with pytest.raises(toolchain._NotPulledError, match="there are no credentials for"):
        toolchain._pull(asking, "nowhere.example.com/golang:1", 5, silent)
    asking.close()


@pytest.mark.usefixtures("short_silence")
def test_a_registry_that_goes_silent_is_given_up(
    client: docker.DockerClient, registry: Registry
) -> None:
    registry.stuck.set()
    start = time.monotonic()
    events: list[Event] = []
    taken = ensure_toolchain(client, f"{registry.name}:1", on_event=events.append)
    assert taken.made == "stand-in"
    assert time.monotonic() - start < 25
    assert any("gave no news for 1 s" in event.message for event in events)
    registry.go_on.set()  # what was given up does not come through the back door
    time.sleep(0.5)  # what must not happen tells nobody when; the rest of a pull takes less
    assert client.images.get(f"{registry.name}:1").id == taken.id


@pytest.fixture
def short_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(toolchain, "SILENCE", 1.0)


def test_an_interrupt_ends_a_pull_at_once(client: docker.DockerClient, registry: Registry) -> None:
    registry.stuck.set()

    def interrupt() -> None:
        registry.asked.wait(20)  # so the pull goes on, which the registry holds back
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt, daemon=True).start()
    start = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        ensure_toolchain(client, f"{registry.name}:1")
    assert time.monotonic() - start < 10
    assert client.images.list(f"{registry.name}:1") == []


def test_only_an_image_of_go_has_a_stand_in(client: docker.DockerClient) -> None:
    with pytest.raises(EngineUnavailable) as caught:
        ensure_toolchain(client, "racetrack-workbench-test/python:3.13", pull=False)
    assert "can stand for an image `golang`" in str(caught.value)
    assert "docker pull racetrack-workbench-test/python:3.13" in str(caught.value.remedy)


def test_without_a_static_busybox_it_says_what_to_install(
    client: docker.DockerClient, reference: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    dynamic = Path("/usr/bin/env")
    monkeypatch.setattr(stand_in, "_BUSYBOX", (Path("/nowhere/busybox"), dynamic, Path(__file__)))
    with pytest.raises(EngineUnavailable) as caught:
        ensure_toolchain(client, reference, pull=False)
    assert "no stand-in for it could be made" in caught.value.message
    assert "apt install busybox-static" in str(caught.value.remedy)


def test_a_daemon_of_another_processor_gets_no_stand_in() -> None:
    with pytest.raises(EngineUnavailable) as caught:
        stand_in.find_parts("s390x")
    assert "does not run on linux/s390x" in str(caught.value)
