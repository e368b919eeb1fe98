from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, Response, expect

from tests.browser.lab_page import LabPage
from tests.browser.pictures import photograph
from workbench._wait import wait_until
from workbench.settings import shipped

NAME = "notebooks/00-start-here.ipynb"
OTHER = "notebooks/01-git-repository.ipynb"


@pytest.fixture(scope="module")
def page(lab_page: LabPage) -> Page:
    lab_page.open_start_page(NAME)
    return lab_page.page


def test_opening_and_saving_leaves_the_file_as_it_is(
    lab_page: LabPage, page: Page, root: Path
) -> None:
    expect(page.locator(".jp-RenderedMermaid img, .jp-RenderedMermaid svg").first).to_be_visible()
    expect(page.locator(".Toastify__toast")).to_have_count(0)
    lab_page.save()
    assert not lab_page.changed
    assert (root / NAME).read_bytes() == (shipped("notebooks") / Path(NAME).name).read_bytes()
    photograph(lab_page, "start-here")


@pytest.mark.usefixtures("page")
def test_it_runs_to_the_end(lab_page: LabPage) -> None:
    assert lab_page.run_all()
    assert lab_page.text("perform") == "42"
    assert "40 and 2 give 80, " in lab_page.text("run-copy")
    assert "perform.go:28:9: not enough return values" in lab_page.text("break-it")
    assert "still answers: 80" in lab_page.text("break-it")
    lab = "left to its owner"  # JupyterLab itself; the cell cleans twice
    told = [line.partition(":")[0] for line in lab_page.text("stop").splitlines()]
    assert told == ["stopped", lab, "nothing was running", lab]
    # Its card says what has become of the job since.
    wait_until(lambda: " stopped at " in lab_page.text("run-job") or None, timeout=10)
    for cell in ("render-dockerfile", "run-job", "run-copy", "break-it", "bundle", "stop"):
        photograph(lab_page, f"ran-{cell}", cell)


def test_the_panel_calls_the_job_and_refuses_what_is_not_json(
    lab_page: LabPage, page: Page
) -> None:
    """The cells are run once more, out of order: the last one had stopped the job."""
    assert lab_page.run_cell("run-job")
    assert lab_page.run_cell("perform-panel")
    request = page.locator(".wb-request textarea")
    send = page.get_by_role("button", name="Send", exact=True)
    answer, verdict = page.locator(".wb-answer"), page.locator(".wb-verdict")

    request.fill('{"numbers": [20, 22]}')
    send.click()
    expect(answer).to_contain_text("200 OK")
    expect(answer.locator("pre")).to_have_text("42")
    photograph(lab_page, "panel", "perform-panel")

    request.fill('{"numbers": [40, 2}')
    expect(verdict).to_contain_text("line 1, column 19")
    expect(send).to_be_disabled()
    edited = answer.get_by_text("The request was edited since; this answers the one before:")
    expect(edited).to_be_visible()
    photograph(lab_page, "panel-no-json", "perform-panel")
    request.fill('{"numbers": [20, 22]}')
    expect(edited).to_have_count(0)

    request.fill('{"numbers": [40, "two"]}')
    send.click()
    expect(answer).to_contain_text("500 Internal Server Error")
    expect(answer).to_contain_text("numbers[1] has to be a number")

    assert lab_page.run_cell("stop")
    assert "golang-function 0.0.1" in lab_page.text("stop")
    expect(page.get_by_text("which starts it, and then this one")).to_be_visible()
    expect(request).to_have_count(0)
    photograph(lab_page, "panel-stopped", "perform-panel")


def test_the_start_page_is_opened_alone_and_a_reload_leaves_the_tabs(
    lab_page: LabPage, page: Page
) -> None:
    tabs = "[...window.jupyterapp.shell.widgets('main')].map(tab => tab.title.label)"
    with page.expect_response(lambda answer: saved_layout(answer, OTHER)):
        lab_page.open(OTHER)
    lab_page.reload(OTHER)
    assert page.evaluate(tabs) == [Path(NAME).name, Path(OTHER).name]
    lab_page.open_start_page(NAME)
    assert page.evaluate(tabs) == [Path(NAME).name]


def saved_layout(answer: Response, path: str) -> bool:
    """Whether an answer tells that JupyterLab saved a layout in which `path` is open."""
    is_save = "/api/workspaces/" in answer.url and answer.request.method == "PUT"
    return is_save and path in (answer.request.post_data or "")


def test_nothing_was_asked_of_another_machine_and_nothing_went_wrong(lab_page: LabPage) -> None:
    assert lab_page.elsewhere == []
    assert lab_page.faults == []
