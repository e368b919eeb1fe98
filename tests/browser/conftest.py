"""A real JupyterLab, started as `workbench lab` does, in a real Chromium."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.browser.lab_page import LabPage
from tests.browser.pictures import SCREENSHOTS
from tests.support import require
from workbench.jupyter import Lab, start_lab
from workbench.settings import shipped

PATIENCE = 30_000
"""Milliseconds that a page may take for what a test asks of it, or expects to see."""

expect.set_options(timeout=PATIENCE)

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"

# No sandbox within containers; and nothing that asks the network for something of its own.
_ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture(scope="module")
def chromium() -> str:
    found = next(filter(None, map(shutil.which, (*_NAMES, _MAC))), None)
    require(found, "no Chromium: install chromium, or Google Chrome")
    assert found is not None
    return found


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder like a clone, with copies of the notebooks: running them changes the files."""
    folder = tmp_path_factory.mktemp("clone")
    ignore = shutil.ignore_patterns(".ipynb_checkpoints")
    shutil.copytree(shipped("notebooks"), folder / "notebooks", ignore=ignore)
    return folder


@pytest.fixture(scope="module")
def lab(root: Path, chromium: str) -> Iterator[Lab]:
    del chromium  # without a browser there is no use in starting it
    with start_lab(
        root=root,
        arguments=["--LabApp.expose_app_in_browser=True"],
        env={
            "WORKBENCH_PLAYGROUND": str(root / "playground"),
            "WORKBENCH_ENGINE": "process",  # images are another stage's
            "JUPYTERLAB_WORKSPACES_DIR": str(root / ".workspaces"),  # not what another one had open
        },
    ) as running:
        yield running


@pytest.fixture(scope="module")
def lab_page(
    lab: Lab, chromium: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LabPage]:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch_persistent_context(
            tmp_path_factory.mktemp("chromium"),
            executable_path=chromium,
            args=_ARGUMENTS,
            viewport={"width": 1280, "height": 900},
        ) as context,
    ):
        context.set_default_timeout(PATIENCE)
        page = LabPage(context.pages[0], lab)
        yield page
