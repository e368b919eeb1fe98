"""What our cells show, in JupyterLab: by keyboard alone, read aloud, on light and dark pages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page, expect

from tests.browser.lab_page import LabPage

START = "notebooks/00-start-here.ipynb"
CHAPTER = "notebooks/03-wrapper.ipynb"
OUTPUTS = ".jp-NotebookPanel:not(.lm-mod-hidden) .jp-OutputArea"
CELLS = (
    "begin", "fill", "show-new-router", "run-sample", "health-badge", "perform-panel",
    "swagger", "log-view", "break-route", "check-step",
)  # fmt: skip
LOW_CONTRAST = (Path(__file__).parent / "low_contrast.js").read_text()


@pytest.fixture(scope="module")
def page(lab_page: LabPage) -> Page:
    lab_page.open_start_page(START)
    lab_page.open(CHAPTER)
    for cell in CELLS:
        assert lab_page.run_cell(cell), cell
    lab_page.execute("notebook:insert-cell-below")
    new = lab_page.page.evaluate(
        """() => {
          const cell = window.jupyterapp.shell.currentWidget.content.activeCell.model;
          cell.sharedModel.setSource("wb.progress()");
          return cell.id;
        }"""
    )
    assert lab_page.run_cell(new)
    lab_page.scroll_to("perform-panel")
    return lab_page.page


def focused(page: Page) -> str:
    """What has the keyboard, by its label or text."""
    return str(
        page.evaluate(
            """() => {
              const here = document.activeElement;
              return here.labels?.[0]?.textContent || here.textContent;
            }"""
        )
    )


def test_a_keyboard_reaches_the_panel_in_order_and_stays_where_it_is(page: Page) -> None:
    page.get_by_label("Request", exact=True).focus()
    order = [focused(page)]
    for _ in range(2):
        page.keyboard.press("Tab")
        order.append(focused(page))
    assert order == ["Request", "Send", "As curl"]

    page.keyboard.press("Shift+Tab")
    calls = page.locator(".wb-history").get_by_role("button")
    for number, key in enumerate(("Enter", "Space"), start=1):
        page.keyboard.press(key)
        expect(calls).to_have_count(number)
        assert focused(page) == "Send"
    shown = "() => getComputedStyle(document.activeElement).outline"
    assert page.evaluate(shown).endswith(" solid 2px")


def test_what_changes_by_itself_is_told(page: Page) -> None:
    told = page.locator(".wb-answer").get_by_role("status")
    expect(told).to_have_attribute("aria-live", "polite")
    expect(told).to_contain_text("200 OK")
    badge = page.get_by_role("status").filter(has_text="golang-function 0.0.1: ready")
    expect(badge.first).to_have_attribute("aria-live", "polite")
    log = page.get_by_role("log", name="Log of golang-function")
    expect(log).to_have_attribute("aria-live", "off")


@pytest.mark.parametrize("tone", ["Dark", "Light"])
def test_nothing_of_ours_keeps_anybody_out(lab_page: LabPage, page: Page, tone: str) -> None:
    lab_page.use_theme(f"JupyterLab {tone}")
    found: list[dict[str, Any]] = Axe().run(page, {"include": [[OUTPUTS]]}).response["violations"]
    serious = [
        (rule["id"], node["html"][:200])
        for rule in found
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]
    assert serious == []


@pytest.mark.parametrize("tone", ["Dark", "Light"])
def test_every_word_stands_out(lab_page: LabPage, page: Page, tone: str) -> None:
    """Axe takes what is in a notebook's cells for hidden, and says nothing about its colours."""
    lab_page.use_theme(f"JupyterLab {tone}")
    assert page.evaluate(LOW_CONTRAST, OUTPUTS) == []
