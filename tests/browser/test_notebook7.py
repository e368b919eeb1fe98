"""The chapters in Notebook 7, which shows one notebook in a tab and is the same server's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.lab_page import LabPage
from workbench.jupyter import Lab, start_lab

CHAPTER = "notebooks/03-wrapper.ipynb"
NAME = "racetrack-workbench"

# Notebook 7 itself throws these now and then, with none of our settings as well.
THEIR_OWN = ("reading 'schema'", "reading 'updateRenderOption'")


@pytest.fixture(scope="module")
def lab(root: Path, chromium: str) -> Iterator[Lab]:
    del chromium
    with start_lab(
        root=root,
        arguments=["--JupyterNotebookApp.expose_app_in_browser=True"],
        env={"WORKBENCH_PLAYGROUND": str(root / "playground")},
    ) as running:
        yield running


@pytest.fixture(scope="module")
def page(lab: Lab, lab_page: LabPage) -> Page:
    lab_page.page.goto(lab.address.replace("/?", f"/notebooks/{CHAPTER}?"))
    lab_page.wait_until_shown(CHAPTER)
    return lab_page.page


def test_a_chapter_runs_to_its_end(lab_page: LabPage, page: Page) -> None:
    expect(page.locator(".jp-RenderedMermaid img").first).to_be_visible()
    assert lab_page.run_all()
    assert ": all " in lab_page.text("check-step")
    assert lab_page.text("record") == "<ChapterRecorded 03-wrapper: done>"


def test_the_views_of_a_job_work(lab_page: LabPage, page: Page) -> None:
    for cell in ("run-sample", "health-badge", "perform-panel", "swagger", "log-view"):
        assert lab_page.run_cell(cell)
    expect(page.get_by_role("status").filter(has_text=": ready")).to_be_visible()
    frame = page.frame_locator("iframe[title='Page of golang-function 0.0.1']")
    expect(frame.get_by_role("button", name="POST /api/v1/perform")).to_be_visible()
    page.locator(".wb-request textarea").fill('{"numbers": [40, 2]}')
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator(".wb-answer pre")).to_have_text("42")
    expect(page.locator(".wb-log")).to_contain_text("/api/v1/perform")
    assert lab_page.run_cell("stop")
    expect(page.get_by_role("status").filter(has_text=": stopped")).to_be_visible()


def test_links_and_keys_lead_to_chapters_in_tabs_of_their_own(
    lab_page: LabPage, page: Page
) -> None:
    lab_page.scroll_to("begin")
    link = page.locator('.jp-OutputArea a[href*="06-plugin-py"]').first
    ways: dict[str, Callable[[], None]] = {
        "06-plugin-py": link.click,
        "04-base-dockerfile": lambda: page.keyboard.press("Alt+n"),
        "02-plugin-manifest": lambda: page.keyboard.press("Alt+p"),
    }
    for chapter, go in ways.items():
        with page.context.expect_page() as opened:
            go()
        opened.value.wait_for_url(f"**/notebooks/notebooks/{chapter}.ipynb")
        opened.value.close()


def test_the_extension_is_there_and_presents(lab_page: LabPage, page: Page) -> None:
    kind = "window.jupyterapp.shell.currentWidget.content.widgets.map(cell => cell.model.mimeType)"
    assert "text/x-go" in page.evaluate(kind)
    told: list[str] = []
    page.on("console", lambda line: told.append(line.text) if NAME in line.text else None)
    code = page.locator(".cm-content").first
    size = code.evaluate("node => getComputedStyle(node).fontSize")
    lab_page.execute(f"{NAME}:presenter-mode")
    expect(code).to_have_css("font-size", "20px")
    lab_page.execute(f"{NAME}:presenter-mode")
    expect(code).to_have_css("font-size", size)
    assert told == []


def test_nothing_was_asked_of_another_machine_and_nothing_went_wrong(lab_page: LabPage) -> None:
    assert lab_page.elsewhere == []
    ours = [one for one in lab_page.faults if not any(words in one for words in THEIR_OWN)]
    assert ours == []
