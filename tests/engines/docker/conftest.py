from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from shutil import copytree

import pytest

from tests.support import require
from workbench.engines.docker import DockerEngine, cleaning
from workbench.engines.docker.client import Client, connect
from workbench.settings import shipped


@pytest.fixture(scope="session")
def client() -> Client:
    problem = DockerEngine().available()
    require(problem is None, f"Docker: {problem}")
    return connect()


@pytest.fixture
def engine(client: Client) -> Iterator[DockerEngine]:
    """The engine; afterwards no container of this workbench is there, running or not."""
    yield DockerEngine()
    assert cleaning.containers(client) == []


@pytest.fixture
def job_dir(tmp_path: Path) -> Path:
    """A copy of the sample job."""
    folder = tmp_path / "sample-golang-function"
    copytree(shipped("sample-golang-function"), folder)
    return folder
