"""A playground for these tests alone."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def playground(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "playground"
    monkeypatch.setenv("WORKBENCH_PLAYGROUND", str(folder))
    return folder
