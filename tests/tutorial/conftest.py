"""A playground for each test, and a finished project that stays as it is."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import ROOT
from tests.tutorial.places import FINISHED, tree
from workbench.tutorial import Playground, fill_before


@pytest.fixture(scope="module", autouse=True)
def _finished_project_is_untouched() -> Iterator[None]:
    before = tree(*(ROOT / name for name in FINISHED))
    yield
    assert tree(*(ROOT / name for name in FINISHED)) == before


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A playground as the last step finds it, the sample job included; to be copied."""
    playground = Playground(tmp_path_factory.mktemp("whole") / "playground")
    fill_before("10-deploy-sample-job", playground)
    playground.write("sample-golang-function")
    return playground.path


@pytest.fixture
def ground(whole: Path, tmp_path: Path) -> Playground:
    return Playground(Path(shutil.copytree(whole, tmp_path / "ground")))
