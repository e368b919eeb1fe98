from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from workbench import bundle_plugin, shipped
from workbench.racetrack.config import Limits
from workbench.racetrack.local import LocalRacetrack

QUICK = Limits(live=4.0, ready=4.0, sync=0.5, restarts=2)
"""Limits that suit a test: seconds where a real server waits for minutes."""


@pytest.fixture(scope="package")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The finished Go plugin as a ZIP."""
    return bundle_plugin(shipped("golang-job-type"), tmp_path_factory.mktemp("bundle")).path


@pytest.fixture(scope="package")
def racetrack(tmp_path_factory: pytest.TempPathFactory, bundle: Path) -> Iterator[LocalRacetrack]:
    """A server with the Go plugin, on the process engine."""
    state = tmp_path_factory.mktemp("state")
    with LocalRacetrack(engine="process", state=state, limits=QUICK) as started:
        started.install(bundle)
        yield started


@pytest.fixture
def adder(tmp_path: Path) -> Path:
    """A copy of the sample job, to be changed."""
    return Path(shutil.copytree(shipped("sample-golang-function"), tmp_path / "adder"))
