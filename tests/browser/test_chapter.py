"""A learner's way through a chapter: run it, slip, be told, mend it, call the job, go on."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.lab_page import LabPage
from tests.browser.pictures import photograph

START = "notebooks/00-start-here.ipynb"
CHAPTER = "notebooks/03-wrapper.ipynb"
LATER = "notebooks/06-plugin-py.ipynb"
AFTER_IT = "notebooks/07-racetrackignore.ipynb"
WRAPPER = Path("playground/golang-job-type/go_wrapper")
PRESENTING = "racetrack-workbench"

_MARK = """id => {
  const cells = window.jupyterapp.shell.currentWidget.content.widgets;
  cells.find(cell => cell.model.id === id).node.dataset.chapterCell = id;
}"""
_COUNTS = """() => Object.fromEntries(window.jupyterapp.shell.currentWidget.content.widgets
  .filter(cell => cell.model.type === 'code')
  .map(cell => [cell.model.id, cell.model.executionCount]))"""
_FIND = """text => window.jupyterapp.shell.currentWidget.content.widgets
  .find(cell => cell.model.sharedModel.getSource().includes(text)).model.id"""
_RESTART = """async () => {
  const session = window.jupyterapp.shell.currentWidget.sessionContext;
  await session.restartKernel();
  await session.session.kernel.info;
}"""


@pytest.fixture(scope="module")
def page(lab_page: LabPage) -> Page:
    lab_page.open_start_page(START)
    lab_page.open(CHAPTER)
    return lab_page.page


def cell(lab_page: LabPage, name: str) -> Locator:
    """A cell of the notebook in front, by its id, brought into view."""
    lab_page.scroll_to(name)
    lab_page.page.evaluate(_MARK, name)
    return lab_page.page.locator(f'.jp-NotebookPanel:visible [data-chapter-cell="{name}"]')


def edit(lab_page: LabPage, name: str, line: str, *keys: str) -> None:
    """Click at a line of a cell's editor, go to its end, and press keys or type words."""
    page = lab_page.page
    cell(lab_page, name).locator(".cm-line").get_by_text(line, exact=True).click()
    page.keyboard.press("End")
    for key in keys:
        typed = key.removeprefix("type ")
        if typed != key:
            page.keyboard.type(typed)
        else:
            page.keyboard.press(key)


def run_and_see_42(lab_page: LabPage) -> None:
    """Start the sample job with the wrapper, and call it in the panel."""
    assert lab_page.run_cell("run-sample")
    assert lab_page.run_cell("perform-panel")
    panel = cell(lab_page, "perform-panel")
    panel.locator(".wb-request textarea").fill('{"numbers": [40, 2]}')
    panel.get_by_role("button", name="Send", exact=True).click()
    expect(panel.locator(".wb-answer")).to_contain_text("200 OK")
    expect(panel.locator(".wb-answer pre")).to_have_text("42")


def test_the_chapter_runs_to_its_end(lab_page: LabPage, page: Page) -> None:
    assert lab_page.run_all()
    counts = page.evaluate(_COUNTS)
    assert len(counts) > 30
    assert None not in counts.values()
    assert ": all " in lab_page.text("check-step")
    assert lab_page.text("record") == "<ChapterRecorded 03-wrapper: done>"
    for where in ("begin", "write-main-go", "run-sample", "break-route", "check-step", "record"):
        photograph(lab_page, f"chapter-ran-{where}", where)


def test_a_slip_of_syntax_is_told_where_it_is_written(lab_page: LabPage, root: Path) -> None:
    edit(lab_page, "write-main-go", "func main() {", "Backspace")
    assert lab_page.run_cell("write-main-go")
    answer = cell(lab_page, "write-main-go").locator(".jp-OutputArea")
    expect(answer).to_contain_text("changed (+1 -1)")
    expect(answer).to_contain_text("mistake on line 11 (line 12 of this cell), column 2")
    assert "func main() \n" in (root / WRAPPER / "main.go").read_text()
    photograph(lab_page, "chapter-syntax", "write-main-go")

    edit(lab_page, "write-main-go", "func main() ", "type {")
    assert lab_page.run_cell("write-main-go")
    expect(answer).to_contain_text("changed (+1 -1)")
    expect(answer).not_to_contain_text("mistake")


def test_a_slip_of_meaning_is_found_by_the_check_and_mended(lab_page: LabPage, root: Path) -> None:
    """The timestamp comes back as text: good Go, and Racetrack would wait in vain."""
    before = (root / WRAPPER / "health.go").read_text()
    back = ["ArrowLeft"] * len(',omitempty"`')
    live = "type LiveResponse struct {"
    edit(lab_page, "write-health-go", live, *["ArrowDown"] * 2, "End", *back, "type ,string")
    assert lab_page.run_cell("write-health-go")
    written = cell(lab_page, "write-health-go").locator(".jp-OutputArea")
    expect(written).to_contain_text("changed (+1 -1)")
    written.get_by_text("what changed").click()
    expect(written.locator("details")).to_contain_text('"deployment_timestamp,string,omitempty"')
    photograph(lab_page, "chapter-changed", "write-health-go")

    assert lab_page.run_cell("check-step")
    verdict = cell(lab_page, "check-step").locator(".jp-OutputArea")
    refused = verdict.locator("tr", has_text="not yet")
    expect(refused).to_have_count(1)
    expect(refused).to_contain_text("deployment_timestamp")
    for summary in ("A hint", "The place", "The answer"):
        refused.get_by_text(summary, exact=True).click()
    expect(refused).to_contain_text('-\tDeploymentTimestamp *int64 `json:"deployment_timestamp,str')
    expect(refused).to_contain_text("To look further")
    photograph(lab_page, "chapter-not-yet", "check-step")

    edit(lab_page, "write-health-go", live, *["ArrowDown"] * 2, "End", *back, *["Backspace"] * 7)
    assert lab_page.run_cell("write-health-go")
    assert (root / WRAPPER / "health.go").read_text() == before
    assert lab_page.run_cell("check-step")
    verdict = cell(lab_page, "check-step").locator(".jp-OutputArea")
    expect(verdict).to_contain_text(re.compile("all [0-9]+ checks hold"))
    expect(verdict.get_by_text("not yet")).to_have_count(0)


def test_the_panel_gives_42_and_refuses_what_is_not_json(lab_page: LabPage) -> None:
    run_and_see_42(lab_page)
    panel = cell(lab_page, "perform-panel")
    photograph(lab_page, "chapter-panel", "perform-panel")
    panel.locator(".wb-request textarea").fill('{"numbers": [40, 2}')
    expect(panel.locator(".wb-verdict")).to_contain_text("line 1, column 19")
    expect(panel.get_by_role("button", name="Send", exact=True)).to_be_disabled()
    photograph(lab_page, "chapter-panel-no-json", "perform-panel")


def test_one_can_go_on_after_the_kernel_was_restarted(lab_page: LabPage, page: Page) -> None:
    page.evaluate(_RESTART)
    assert not lab_page.run_cell("ask-probes"), "the kernel is to know nothing of the job"
    photograph(lab_page, "chapter-restarted", "perform-panel")
    assert lab_page.run_cell("begin")
    run_and_see_42(lab_page)
    assert lab_page.run_cell("perform-at-both")
    assert lab_page.text("perform-at-both").count("200 42") == 2


def test_one_can_jump_to_a_later_chapter(lab_page: LabPage, page: Page, root: Path) -> None:
    assert lab_page.run_cell("begin")
    lab_page.execute("notebook:insert-cell-below")
    new = page.evaluate("window.jupyterapp.shell.currentWidget.content.activeCell.model.id")
    cell(lab_page, new).locator(".cm-content").click()
    page.keyboard.type('wb.goto("06-plugin-py")')
    assert lab_page.run_cell(new)
    moved = cell(lab_page, new).locator(".jp-OutputArea")
    expect(moved).to_contain_text("as the chapters before 06-plugin-py leave it")
    assert not (root / "playground/golang-job-type/plugin.py").exists()
    photograph(lab_page, "chapter-goto", new)

    cell(lab_page, "begin").locator('a[href*="06-plugin-py"]').first.click()
    lab_page.wait_until_shown(LATER)
    assert lab_page.run_all()
    assert lab_page.text("record") == "<ChapterRecorded 06-plugin-py: done>"
    assert (root / "playground/golang-job-type/plugin.py").is_file()
    for where in ("begin", "load", "record"):
        photograph(lab_page, f"chapter-later-{where}", where)


def test_what_was_before_the_jump_says_so_until_it_runs_again(
    lab_page: LabPage, page: Page
) -> None:
    def says_so(name: str) -> bool:
        area = cell(lab_page, name).locator(".jp-OutputArea")
        told = area.evaluate("node => getComputedStyle(node, '::before').content")
        return "from before" in str(told)

    lab_page.open(CHAPTER)
    head = cell(lab_page, "begin").locator(".jp-OutputArea")
    expect(head).to_contain_text("the playground was moved to where 06-plugin-py begins")
    jump = page.evaluate(_FIND, "wb.goto(")
    assert [says_so(one) for one in ("begin", "write-main-go", "check-step", jump)] == [
        False, True, True, False,
    ]  # fmt: skip
    for where in ("begin", "check-step"):
        photograph(lab_page, f"chapter-before-{where}", where)
    lab_page.save()
    lab_page.reload(CHAPTER)
    assert [says_so(one) for one in ("begin", "run-sample", jump)] == [False, True, False]
    assert lab_page.run_cell("begin")
    expect(head).not_to_contain_text("was moved")
    assert [says_so(one) for one in ("begin", "run-sample", jump)] == [False, True, False]
    assert lab_page.run_cell("run-sample")
    assert not says_so("run-sample")
    lab_page.open(LATER)


def test_it_can_be_presented_and_one_key_goes_on(lab_page: LabPage, page: Page) -> None:
    code = page.locator(".jp-NotebookPanel:visible .cm-content").first
    size = code.evaluate("node => getComputedStyle(node).fontSize")
    lab_page.execute(f"{PRESENTING}:presenter-mode")
    expect(code).to_have_css("font-size", "20px")
    expect(page.locator(".jp-SideBar.jp-mod-left")).to_be_hidden()
    photograph(lab_page, "chapter-presented", "load")
    lab_page.execute(f"{PRESENTING}:presenter-mode")
    expect(code).to_have_css("font-size", size)
    expect(page.locator(".jp-SideBar.jp-mod-left")).to_be_visible()
    page.keyboard.press("Alt+n")
    lab_page.wait_until_shown(AFTER_IT)


def test_nothing_was_asked_of_another_machine_and_nothing_went_wrong(lab_page: LabPage) -> None:
    assert lab_page.elsewhere == []
    assert lab_page.faults == []
