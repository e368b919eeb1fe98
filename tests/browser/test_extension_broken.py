"""A JupyterLab that is not as our extension expects: the page works all the same."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.lab_page import LabPage

START = "notebooks/00-start-here.ipynb"
NAME = "racetrack-workbench"
ENTRY = "**/racetrack-workbench/source/remoteEntry.js*"

COUNT_OURS = f"""() => window.jupyterapp.commands.listCommands()
  .filter(command => command.startsWith('{NAME}:')).length"""

# Appended to the entry: `own` is what JupyterLab will load, `broken` fails at whatever is asked.
PROLOGUE = f"""
  const own = window._JUPYTERLAB["{NAME}"];
  const {{ init, get }} = own;
  const broken = new Proxy(function () {{}}, {{
    get() {{ throw new Error("not there any more"); }},
    apply() {{ throw new Error("not there any more"); }},
  }});
  const activated = (activate) => {{
    own.get = async () => {{
      const plugin = (await get())().default;
      const wrapped = {{ ...plugin, activate: (...given) => activate(plugin, ...given) }};
      return () => ({{ __esModule: true, default: wrapped }});
    }};
  }};
  const packages = (load) => {{
    own.init = (scope) => init(new Proxy(scope, {{ get: () => ({{ "9.0.0": {{ get: load }} }}) }}));
  }};
"""


@dataclass(frozen=True)
class Sabotage:
    """What is done to the entry, and how many of its four commands are there all the same."""

    script: str
    commands: int


SABOTAGES = {
    "shares nothing": Sabotage("own.init = () => init({});", 4),
    "renamed all": Sabotage("packages(async () => () => ({}));", 4),
    "fails to load": Sabotage('packages(async () => { throw new Error("no"); });', 4),
    "broken services": Sabotage(
        "activated((plugin, app, ...rest) => plugin.activate(app, ...rest.map(() => broken)));", 4
    ),
    "broken application": Sabotage("activated((plugin) => plugin.activate(broken));", 0),
}


def works(lab_page: LabPage) -> None:
    """The start page is open, and a cell of it gives what it gives."""
    lab_page.open_start_page(START)
    page = lab_page.page
    lab_page.execute("notebook:insert-cell-below")
    cell = page.evaluate(
        """() => {
          const cell = window.jupyterapp.shell.currentWidget.content.activeCell.model;
          cell.sharedModel.setSource('%%wbfile a.go');
          cell.sharedModel.setSource('print(40 + 2)');
          return cell.id;
        }"""
    )
    assert lab_page.run_cell(cell)
    assert lab_page.text(cell) == "42\n"
    lab_page.execute("launcher:create")
    expect(page.locator(".jp-LauncherCard", has_text="Python 3").last).to_be_attached()


@pytest.fixture
def page(lab_page: LabPage) -> Page:
    # The page of the test before is left first: what it still asked for breaks off, and it says so.
    lab_page.page.goto("about:blank")
    lab_page.faults.clear()
    return lab_page.page


def warnings(page: Page) -> list[str]:
    """What the extension will have told the console."""
    told: list[str] = []
    page.on("console", lambda line: told.append(line.text) if NAME in line.text else None)
    return told


@pytest.mark.parametrize("name", SABOTAGES)
def test_another_jupyterlab_costs_the_extras_alone(
    lab_page: LabPage, page: Page, name: str
) -> None:
    sabotage = SABOTAGES[name]
    told = warnings(page)

    def serve(route: Route) -> None:
        text = route.fetch().text()
        route.fulfill(
            body=f"{text}\n(() => {{{PROLOGUE}{sabotage.script}}})();",
            content_type="text/javascript",
        )

    page.route(ENTRY, serve)
    try:
        works(lab_page)
    finally:
        page.unroute(ENTRY)
    assert any("not with this JupyterLab" in line for line in told)
    assert page.evaluate(COUNT_OURS) == sabotage.commands
    assert lab_page.faults == []


@pytest.mark.parametrize(
    ("file", "commands"), [("colours.js", 4), ("chapters.js", 2), ("attempt.js", 0)]
)
def test_a_file_of_it_that_is_missing_costs_that_part(
    lab_page: LabPage, page: Page, file: str, commands: int
) -> None:
    pattern = f"**/racetrack-workbench/source/{file}"
    page.route(pattern, lambda route: route.abort())
    try:
        works(lab_page)
    finally:
        page.unroute(pattern)
    assert page.evaluate(COUNT_OURS) == commands


def test_presenting_without_side_bars_to_fold_is_large_all_the_same(
    lab_page: LabPage, page: Page
) -> None:
    lab_page.open_start_page(START)
    told = warnings(page)
    page.evaluate("delete window.jupyterapp.shell.__proto__.toggleSideTabBarVisibility")
    lab_page.execute(f"{NAME}:presenter-mode")
    code = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .cm-content").first
    expect(code).to_have_css("font-size", "20px")
    assert any("side bars" in line for line in told)
    lab_page.execute(f"{NAME}:presenter-mode")
    expect(code).not_to_have_css("font-size", "20px")
    assert lab_page.faults == []
