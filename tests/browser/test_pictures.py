"""Every picture of every chapter is drawn: a mistake in one shows nowhere but in the page."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.lab_page import LabPage
from workbench.notebooks import find_notebooks

DRAWN = ".jp-NotebookPanel:not(.lm-mod-hidden) .jp-RenderedMermaid:not(.jp-mod-warning) img"


def pictures(notebook: Path) -> int:
    cells = json.loads(notebook.read_text())["cells"]
    texts = ("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    return sum(text.count("```mermaid") for text in texts)


@pytest.mark.parametrize(
    "chapter", [path for path in find_notebooks() if pictures(path)], ids=lambda path: path.stem
)
def test_each_picture_is_drawn(lab_page: LabPage, chapter: Path) -> None:
    if not lab_page.page.url.startswith("http"):
        lab_page.open_start_page("notebooks/00-start-here.ipynb")
    lab_page.open(f"notebooks/{chapter.name}")
    expect(lab_page.page.locator(DRAWN)).to_have_count(pictures(chapter))
