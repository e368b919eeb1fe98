"""Fixtures of the Docker engine's tests: a daemon of their own, a plugin that builds at once."""

from __future__ import annotations

import gc
import io
import os
import shutil
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.engines.docker.faults.daemon import Daemon, private_daemon
from tests.support import ROOT, require
from workbench import _children
from workbench._go import find_go
from workbench._wait import wait_until
from workbench.engines.docker.stand_in import find_parts
from workbench.job import Job
from workbench.run import run_job
from workbench.settings import get_settings

CASES = ROOT / "tests" / "cases" / "docker"
SHELL = "workbench-test/shell"
RunSmall = Callable[..., Job]


@pytest.fixture(scope="session")
def shared_daemon() -> Iterator[Daemon]:
    """One daemon for all tests that do no lasting harm to it."""
    require_daemon()
    with private_daemon() as daemon:
        bring_shell(daemon)
        yield daemon


@pytest.fixture
def daemon(shared_daemon: Daemon, monkeypatch: pytest.MonkeyPatch) -> Iterator[Daemon]:
    """The shared daemon, to which the engine talks in this test; nothing may be left on it."""
    monkeypatch.setenv("DOCKER_HOST", shared_daemon.host)
    yield shared_daemon
    try:
        nothing_left(shared_daemon)
    finally:
        gc.collect()  # while the test's own filters of warnings hold
        if not shared_daemon.runs:
            shared_daemon.start()
        with shared_daemon.api() as api:
            for container in api.containers.list(all=True):
                container.remove(force=True)


def nothing_left(daemon: Daemon) -> None:
    """No container, none of its processes, no file of a build and no record is there."""
    with daemon.api() as api:
        assert api.containers.list(all=True) == [], "a container was left behind"
    wait_until(lambda: daemon.names() <= {"dockerd", "containerd"} or None, timeout=5)
    assert list(get_settings().stage_dir.glob("docker-*")) == []
    assert list(_children.records()) == []


@pytest.fixture(scope="session")
def wrapper(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small wrapper, compiled."""
    program = tmp_path_factory.mktemp("wrapper") / "wrapper"
    subprocess.run(
        [find_go().path, "build", "-o", program, "."],
        cwd=CASES / "wrapper",
        env={**os.environ, "CGO_ENABLED": "0", "GOFLAGS": "", "GOWORK": "off"},
        check=True,
    )
    return program


@pytest.fixture
def plugin(wrapper: Path, tmp_path: Path) -> Path:
    """A plugin of a test's own, with the small wrapper in it."""
    return small_plugin(tmp_path / "plugin", wrapper, "small")


@pytest.fixture
def job_dir(tmp_path: Path) -> Path:
    """A job of a test's own; what its build does is in its `build.sh`."""
    return Path(shutil.copytree(CASES / "job", tmp_path / "job"))


@pytest.fixture
def run_small(plugin: Path, job_dir: Path) -> RunSmall:
    """`run_job` for that job on that plugin, by Docker."""
    return partial(run_job, job_dir, plugin=plugin, engine="docker", timeout=10)


def small_plugin(folder: Path, wrapper: Path, name: str) -> Path:
    """A plugin whose jobs answer every call with `name`."""
    shutil.copytree(CASES / "plugin", folder)
    (folder / "wrapper").mkdir()
    shutil.copy2(wrapper, folder / "wrapper" / "wrapper")
    (folder / "wrapper" / "name").write_text(name)
    return folder


def require_daemon() -> None:
    """Skip where no daemon of one's own can be started; in CI, fail."""
    require(os.geteuid() == 0, "a Docker daemon of one's own needs root")
    for command in ("dockerd", "ip", "mount"):
        require(shutil.which(command), f"there is no {command}")


def bring_shell(daemon: Daemon) -> None:
    """Give the daemon an image that holds a shell, from which the small plugin starts."""
    with daemon.api() as api:
        parts = find_parts(str(api.version()["Arch"]))
        content = io.BytesIO()
        with tarfile.open(fileobj=content, mode="w") as tar:
            tar.add(parts.busybox, "bin/busybox")
            for applet in parts.applets:
                link = tarfile.TarInfo(applet)
                link.type, link.linkname = tarfile.SYMTYPE, "/bin/busybox"
                tar.addfile(link)
        api.api.import_image_from_data(content.getvalue(), repository=SHELL, tag="1")
