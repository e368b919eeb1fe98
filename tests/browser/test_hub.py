"""JupyterLab below a prefix, as a hub serves it: the pages of jobs go through the hub's proxy."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.lab_page import LabPage
from tests.browser.swagger import call_perform
from workbench import bundle_plugin, shipped
from workbench.jupyter import Lab, start_lab
from workbench.racetrack.local import LocalRacetrack

PREFIX = "/user/ann/"
START = "notebooks/00-start-here.ipynb"
CHAPTER = "notebooks/03-wrapper.ipynb"


@pytest.fixture(scope="module")
def lab(root: Path, chromium: str) -> Iterator[Lab]:
    del chromium
    with start_lab(
        root=root,
        arguments=["--LabApp.expose_app_in_browser=True"],
        base_url=PREFIX,
        env={
            "JUPYTERHUB_SERVICE_PREFIX": PREFIX,
            "WORKBENCH_PLAYGROUND": str(root / "playground"),
            "JUPYTERLAB_WORKSPACES_DIR": str(root / ".workspaces"),
        },
    ) as running:
        yield running


@pytest.fixture(scope="module")
def page(lab_page: LabPage) -> Page:
    lab_page.open_start_page(START)
    lab_page.open(CHAPTER)
    for cell in ("begin", "run-sample", "health-badge", "perform-panel", "swagger", "log-view"):
        assert lab_page.run_cell(cell), cell
    lab_page.scroll_to("swagger")
    return lab_page.page


def test_the_page_of_a_job_comes_through_the_proxy_and_calls_it(page: Page) -> None:
    frame = page.frame_locator("iframe[title='Page of golang-function 0.0.1']")
    frame.get_by_role("button", name="POST /api/v1/perform").click()
    frame.locator("textarea").fill('{"numbers": [40, 2]}')
    frame.get_by_role("button", name="Execute").click()
    expect(frame.locator(".responses-table.live-responses-table")).to_contain_text("42")
    through = frame.locator(".request-url")
    expect(through).to_contain_text(f"{PREFIX}proxy/")


def test_the_links_lead_there_too(page: Page) -> None:
    for name in ("Open the page of golang-function 0.0.1 in a tab of its own", f"{PREFIX}proxy/"):
        with page.context.expect_page() as opened:
            page.get_by_role("link", name=name).click()
        opened.value.wait_for_load_state()
        assert urlsplit(opened.value.url).path.startswith(f"{PREFIX}proxy/")
        expect(opened.value).to_have_title("golang-function 0.0.1")
        opened.value.close()


def test_the_panel_needs_no_proxy(page: Page) -> None:
    page.locator(".wb-request textarea").fill('{"numbers": [40, 2]}')
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator(".wb-answer pre")).to_have_text("42")
    expect(page.locator(".wb-log")).to_contain_text("/api/v1/perform")
    expect(page.get_by_role("status").filter(has_text=": ready")).to_be_visible()


def test_pictures_and_colours_are_there(page: Page) -> None:
    expect(page.locator(".jp-NotebookPanel:visible .jp-RenderedMermaid img").first).to_be_visible()
    kind = "window.jupyterapp.shell.currentWidget.content.widgets.map(cell => cell.model.mimeType)"
    assert "text/x-go" in page.evaluate(kind)


def test_the_dashboard_of_a_localracetrack_comes_through_the_proxy_too(
    page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", PREFIX)
    with LocalRacetrack(engine="process", state=tmp_path) as racetrack:
        tab = page.context.new_page()
        tab.goto(urljoin(page.url, racetrack.dashboard_url("administration")))
        assert urlsplit(tab.url).path.startswith(f"{PREFIX}proxy/")
        zip_file = bundle_plugin(shipped("golang-job-type"), tmp_path).path
        tab.set_input_files("#file", zip_file)
        tab.get_by_role("button", name="Install", exact=True).click()
        expect(tab.get_by_role("cell", name="golang:0.0.0")).to_be_visible()
        racetrack.deploy(shipped("sample-golang-function"))
        tab.get_by_role("link", name="Jobs", exact=True).click()
        expect(tab.locator("header")).to_have_css("display", "flex")
        tab.get_by_role("link", name="golang-function", exact=True).click()
        expect(tab.locator("pre.log")).to_contain_text("Listening")
        with tab.expect_popup() as popup:
            tab.get_by_role("link", name="Swagger page, through PUB").click()
        swagger = popup.value
        call_perform(swagger)
        swagger.close()
        tab.close()


def test_a_link_to_a_chapter_stays_below_the_prefix(lab_page: LabPage, page: Page) -> None:
    lab_page.scroll_to("begin")
    page.locator('.jp-OutputArea a[href*="04-base-dockerfile"]').click()
    lab_page.wait_until_shown("notebooks/04-base-dockerfile.ipynb")
    assert urlsplit(page.url).path.startswith(PREFIX)


def test_nothing_went_wrong_and_nothing_was_asked_of_another_machine(lab_page: LabPage) -> None:
    assert lab_page.faults == []
    assert lab_page.elsewhere == []
