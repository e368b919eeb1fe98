from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from workbench.settings import shipped


@pytest.fixture
def job(tmp_path: Path) -> Path:
    """A copy of the sample job."""
    return Path(shutil.copytree(shipped("sample-golang-function"), tmp_path / "my-job")).resolve()
