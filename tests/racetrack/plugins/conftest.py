"""A registry for each test; lint, which costs half a second, only where a test is about it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.racetrack.plugins.making import Server
from workbench.racetrack.plugins import loading


@pytest.fixture(autouse=True)
def _nothing_is_left(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """A test leaves no child and no temporary file."""
    folder = tmp_path_factory.mktemp("temp")
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    before = {process.pid for process in psutil.Process().children(recursive=True)}
    yield
    left = [each for each in psutil.Process().children(recursive=True) if each.pid not in before]
    assert not left
    assert list(folder.iterdir()) == []


@pytest.fixture
def unlinted(monkeypatch: pytest.MonkeyPatch) -> None:
    """No lint when a plugin is installed."""
    monkeypatch.setattr(loading, "lint", lambda *_args, **_named: [])


@pytest.fixture
def server(tmp_path: Path, unlinted: None) -> Server:  # noqa: ARG001 - a fixture by its name
    """A server that does not lint."""
    return Server(tmp_path / "state")


@pytest.fixture
def linting(tmp_path: Path) -> Server:
    """A server as it is."""
    return Server(tmp_path / "state")
