"""Lines that are wider than the page: nobody scrolls sideways to read a file, nor to present it."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import SCREENSHOTS
from tests.browser.lab_page import LabPage

START = "notebooks/00-start-here.ipynb"
CHAPTER = "notebooks/03-wrapper.ipynb"
PRESENT = "racetrack-workbench:presenter-mode"
SHOWN = "show-serve"

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
    in_front = f".jp-NotebookPanel:not(.lm-mod-hidden) {selector}"
    return page.evaluate(_ROWS, [in_front, text])


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
            name = f"lines-{where}-{presenting}-{tone.lower()}"
            page.screenshot(path=SCREENSHOTS / f"{name}.png", animations="disabled")
    if presenting:
        lab_page.execute(PRESENT)


def test_the_rest_of_a_line_begins_further_in_than_the_line(page: Page) -> None:
    page.set_viewport_size({"width": 1000, "height": 900})
    first, *rest = rows(page, ".jp-OutputArea pre > span", "signals := make(chan os.Signal, 2)")
    assert rest == [], "it is narrow enough"
    first, *rest = rows(page, ".jp-OutputArea pre > span", 'slog.Info("Listening", "address"')
    assert rest
    assert set(rest) == {first + 16}, "the number's column, one tab, and two more"
    first, *rest = rows(page, ".cm-line", "no request could ever reach a path with that name")
    assert rest
    assert set(rest) == {first + 16}
