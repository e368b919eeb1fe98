"""The dashboard of LocalRacetrack: upload a ZIP, deploy, open Swagger through PUB, delete."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.swagger import call_perform
from workbench import bundle_plugin, shipped
from workbench.racetrack.local import LocalRacetrack


@pytest.fixture(scope="module")
def racetrack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalRacetrack]:
    with LocalRacetrack(engine="process", state=tmp_path_factory.mktemp("state")) as started:
        yield started


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that must not complain."""
    opened = browser.new_page()
    opened.set_default_timeout(15_000)
    said: list[str] = []
    opened.on("pageerror", lambda error: said.append(str(error)))
    yield opened
    opened.close()
    assert said == []


def test_the_walk(racetrack: LocalRacetrack, page: Page, tmp_path: Path) -> None:
    base = f"{racetrack.config.url}/dashboard"
    page.goto(f"{base}/administration")
    not_a_zip = tmp_path / "not-a-zip.zip"
    not_a_zip.write_text("I am a text.")
    page.set_input_files("#file", not_a_zip)
    page.get_by_role("button", name="Install", exact=True).click()
    expect(page.locator("#said")).to_contain_text("not-a-zip.zip")
    assert racetrack.plugins() == []
    page.set_input_files("#file", bundle_plugin(shipped("golang-job-type"), tmp_path).path)
    page.get_by_role("button", name="Install", exact=True).click()
    expect(page.locator("#said")).to_contain_text("golang-job-type 0.0.0 is installed")
    expect(page.get_by_role("cell", name="golang:0.0.0")).to_be_visible()

    job = racetrack.deploy(shipped("sample-golang-function"))
    page.get_by_role("link", name="Deployments").click()
    page.get_by_role("link", name="golang-function 0.0.1").click()
    expect(page.get_by_text("initializing Job entrypoint")).to_be_visible()
    expect(page.locator("pre.log")).to_contain_text("building job image")
    page.get_by_role("link", name="Jobs", exact=True).click()
    with page.expect_popup() as popup:
        page.get_by_role("link", name="Swagger").click()
    swagger = popup.value
    call_perform(swagger)
    assert "/pub/job/golang-function/0.0.1/" in swagger.url
    swagger.close()
    assert job.perform(numbers=[40, 2]) == 42
    page.get_by_role("link", name="golang-function", exact=True).click()
    expect(page.locator("pre.log")).to_contain_text("/api/v1/perform")

    page.get_by_role("link", name="Jobs", exact=True).click()
    page.get_by_role("button", name="Delete golang-function 0.0.1").click()
    page.get_by_role("button", name="Keep it").click()
    assert [one.name for one in racetrack.jobs()] == ["golang-function"]
    page.get_by_role("button", name="Delete golang-function 0.0.1").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_text("No job is deployed here yet")).to_be_visible()
    assert racetrack.jobs() == []


@pytest.mark.parametrize("name", ["jobs", "deployments", "portfolio", "administration", "about"])
def test_every_page_is_there_and_loads_from_nowhere_else(
    racetrack: LocalRacetrack, page: Page, name: str
) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    answer = page.goto(f"{racetrack.config.url}/dashboard/{name}")
    assert answer is not None
    assert answer.status == 200
    assert "frame-ancestors" in answer.headers["content-security-policy"]
    assert all(url.startswith(racetrack.config.url) for url in asked)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    current = page.locator("nav [aria-current=page]")
    assert current.inner_text().lower() == name


def test_an_address_with_slashes_too_many_leads_on(racetrack: LocalRacetrack, page: Page) -> None:
    page.goto(f"{racetrack.config.url}//dashboard//jobs")
    expect(page.locator("header")).to_have_css("display", "flex")
    page.get_by_role("link", name="About").click()
    expect(page.get_by_role("heading", level=1, name="About")).to_be_visible()


_DROP = """async ([name, base64]) => {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const carried = new DataTransfer();
  carried.items.add(new File([bytes], name, {type: "application/zip"}));
  for (const kind of ["dragenter", "dragover", "drop"]) {
    const event = new DragEvent(kind, {dataTransfer: carried, bubbles: true, cancelable: true});
    document.body.dispatchEvent(event);
  }
}"""


def test_a_zip_that_is_dropped_is_installed(
    racetrack: LocalRacetrack, page: Page, tmp_path: Path
) -> None:
    bundle = bundle_plugin(shipped("golang-job-type"), tmp_path, plugin_version="0.7.0").path
    page.goto(f"{racetrack.config.url}/dashboard/administration")
    page.evaluate(_DROP, [bundle.name, base64.b64encode(bundle.read_bytes()).decode()])
    expect(page.locator("#said")).to_contain_text("golang-job-type 0.7.0 is installed")
    assert "golang:0.7.0" in racetrack.job_types()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["jobs", "deployments", "portfolio", "administration", "about"])
def test_every_page_can_be_read_by_everybody(
    racetrack: LocalRacetrack, browser: Browser, name: str, scheme: Literal["light", "dark"]
) -> None:
    # The pages forbid scripts of others, and axe is one.
    context = browser.new_context(color_scheme=scheme, bypass_csp=True)
    page = context.new_page()
    page.goto(f"{racetrack.config.url}/dashboard/{name}")
    found = Axe().run(page)
    context.close()
    assert found.violations_count == 0, found.generate_report()
