"""What is shown can be read: no line is wider than the page, no row of another colour."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.lab_page import LabPage
from tests.browser.pictures import SCREENSHOTS

START = "notebooks/00-start-here.ipynb"
CHAPTER = "notebooks/03-wrapper.ipynb"
PRESENT = "racetrack-workbench:presenter-mode"
SHOWN = "show-serve"
IN_FRONT = ".jp-NotebookPanel:not(.lm-mod-hidden)"

_SCROLLED = """() => [...document.querySelectorAll('.jp-NotebookPanel:not(.lm-mod-hidden) *')]
  .filter(node => ['auto', 'scroll'].includes(getComputedStyle(node).overflowX))
  .filter(node => node.clientWidth > 0 && node.scrollWidth > node.clientWidth + 1)
  .map(node => `${node.tagName} ${node.className}`)"""
# Where the rows of a line begin, in columns from the line's own edge.
_ROWS = """([selector, text]) => {
  const line = [...document.querySelectorAll(selector)].find(one => one.textContent.includes(text));
  const range = document.createRange();
  range.selectNodeContents(line);
  const edge = line.getBoundingClientRect().left;
  const probe = line.ownerDocument.createElement('span');
  probe.style.cssText = 'position:absolute;width:1ch;text-indent:0;padding:0';
  line.parentNode.append(probe);
  const column = probe.getBoundingClientRect().width;
  probe.remove();
  const rows = new Map();
  for (const box of range.getClientRects()) {
    const row = Math.round(box.top / 6);
    rows.set(row, Math.min(rows.get(row) ?? Infinity, box.left));
  }
  return [...rows.values()].map(left => Math.round((left - edge) / column));
}"""


@pytest.fixture(scope="module")
def page(lab_page: LabPage) -> Page:
    lab_page.open_start_page(START)
    lab_page.open(CHAPTER)
    assert lab_page.run_all()
    return lab_page.page


def rows(page: Page, selector: str, text: str) -> Any:
    return page.evaluate(_ROWS, [f"{IN_FRONT} {selector}", text])


@pytest.mark.parametrize("presenting", [False, True], ids=["plain", "presenting"])
def test_nothing_is_wider_than_the_page(lab_page: LabPage, page: Page, *, presenting: bool) -> None:
    page.set_viewport_size({"width": 1280, "height": 900})
    if presenting:
        lab_page.execute(PRESENT)
    assert page.evaluate(_SCROLLED) == []
    for tone in ("Dark", "Light"):
        lab_page.use_theme(f"JupyterLab {tone}")
        for where in ("write-health-go", SHOWN):
            lab_page.scroll_to(where)
            name = f"reading-{where}-{presenting}-{tone.lower()}"
            page.screenshot(path=SCREENSHOTS / f"{name}.png", animations="disabled")
    if presenting:
        lab_page.execute(PRESENT)


def test_the_rest_of_a_line_begins_further_in_than_the_line(lab_page: LabPage, page: Page) -> None:
    page.set_viewport_size({"width": 1000, "height": 4000})  # an editor makes only what is seen
    lab_page.scroll_to("write-health-go")
    page.locator(f"{IN_FRONT} .cm-line", has_text="no request could ever reach").wait_for()
    first, *rest = rows(page, ".jp-OutputArea pre > span", "signals := make(chan os.Signal, 2)")
    assert rest == [], "it is narrow enough"
    first, *rest = rows(page, ".jp-OutputArea pre > span", 'slog.Info("Listening", "address"')
    assert rest
    assert set(rest) == {first + 16}, "the number's column, one tab, and two more"
    first, *rest = rows(page, ".cm-line", "no request could ever reach a path with that name")
    assert rest
    assert set(rest) == {first + 16}


def test_plain_text_is_broken_between_words(page: Page) -> None:
    printed = page.locator(f"{IN_FRONT} .jp-RenderedText pre", has_text="msg=Stopping").first
    expect(printed).to_have_css("word-break", "normal")
    expect(printed).to_have_css("overflow-wrap", "anywhere")


@pytest.mark.parametrize("tone", ["Dark", "Light"])
def test_a_row_of_a_table_has_the_colour_of_the_page(
    lab_page: LabPage, page: Page, tone: str
) -> None:
    """Neither JupyterLab's stripes nor its blue of the row below the mouse."""
    page.set_viewport_size({"width": 1280, "height": 900})
    lab_page.use_theme(f"JupyterLab {tone}")
    lab_page.scroll_to("check-step")
    rows = page.locator(f"{IN_FRONT} .jp-OutputArea tbody tr", has_text="holds")
    assert rows.count() > 10
    rows.nth(3).hover()
    page.screenshot(path=SCREENSHOTS / f"reading-table-{tone.lower()}.png", animations="disabled")
    for number in (2, 3, 4):
        expect(rows.nth(number)).to_have_css("background-color", "rgba(0, 0, 0, 0)")


def test_a_check_says_nothing_of_a_job_that_only_it_has_known(lab_page: LabPage) -> None:
    """Its own job is built from a copy, which is gone: nobody has to run anything again."""
    outputs = lab_page.outputs("check-step")
    assert len(outputs) == 1
    assert "outdated" not in outputs[0]["data"]["text/html"]
