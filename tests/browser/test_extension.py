"""What `labconfig/labextensions` adds to JupyterLab: colours, the tile, chapters, presenting."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Page, Response, expect

from tests.browser.lab_page import LabPage
from tests.browser.pictures import SCREENSHOTS, photograph
from workbench.notebooks.form import METADATA

START = "notebooks/00-start-here.ipynb"
COLOURS = "notebooks/01-colours.ipynb"
LAST = "notebooks/02-last.ipynb"
NAME = "racetrack-workbench"
NEXT_KEY, PREVIOUS_KEY = "Alt+n", "Alt+p"

PYTHON = "text/x-ipython"  # what JupyterLab itself gives to a cell
CELLS = {
    "go": ("%%wbfile golang-job-type/go_wrapper/server.go", "text/x-go"),
    "yaml": ("%%wbfile golang-job-type/plugin-manifest.yaml", "text/x-yaml"),
    "base": ("%%wbfile golang-job-type/base.Dockerfile", "text/x-dockerfile"),
    "dockerfile": ("%%wbfile  'job type/Dockerfile' --append", "text/x-dockerfile"),
    "python": ("%%wbfile golang-job-type/plugin.py", "text/x-python"),
    "json": ('%%wbfile "golang-job-type/swagger ui/openapi.json"', "application/json"),
    "ignore": ("%%wbfile golang-job-type/.racetrackignore", "text/plain"),
    "folder": ("%%wbfile a.go/README", "text/plain"),
    "own": ("print('no file')", PYTHON),
    "comment": ("# %%wbfile a.go", PYTHON),
    "no-path": ("%%wbfile", PYTHON),
}
BODIES = {
    "go": 'package main\n\n// it\'s a comment\nfunc main() {\n\tprintln("it runs", 42)\n}',
    "yaml": "# it's a comment\nname: golang-job-type\nversion: '1.0.0'",
    "base": "# it's a comment\nFROM golang:1.26-alpine AS build\nRUN go version",
    "python": "# it's a comment\nclass Plugin:\n    name = 'golang'",
}

IN_FRONT = ".jp-NotebookPanel:not(.lm-mod-hidden)"
TEXTS = """() => window.jupyterapp.shell.currentWidget.content.model.sharedModel.cells
  .map(cell => cell.getSource())"""
CELL = """id => window.jupyterapp.shell.currentWidget.content.widgets
  .find(cell => cell.model.id === id)"""
TYPES = """() => Object.fromEntries(window.jupyterapp.shell.currentWidget.content.widgets
  .map(cell => [cell.model.id, cell.model.mimeType]))"""


@pytest.fixture(scope="module")
def page(root: Path, lab_page: LabPage) -> Page:
    """A tutorial of three chapters, two of which are made here."""
    for chapter in (root / "notebooks").glob("*.ipynb"):
        if chapter.name != Path(START).name:
            chapter.unlink()
    for path, cells in ((COLOURS, CELLS), (LAST, {})):
        notebook = nbformat.v4.new_notebook(metadata=METADATA)  # type: ignore[no-untyped-call]
        for cell, (first, _) in cells.items():
            source = f"{first}\n{BODIES.get(cell, '')}".rstrip()
            notebook.cells.append(nbformat.v4.new_code_cell(source, id=cell))  # type: ignore[no-untyped-call]
        nbformat.write(notebook, root / path)  # type: ignore[no-untyped-call]
    lab_page.open_start_page(START)
    return lab_page.page


def wait_for_types(page: Page, expected: dict[str, str]) -> None:
    page.wait_for_function(
        f"expected => {{ const now = ({TYPES})();"
        " return Object.keys(expected).every(cell => now[cell] === expected[cell]); }",
        arg=expected,
    )


def set_source(page: Page, cell: str, text: str) -> None:
    page.evaluate(f"([id, text]) => ({CELL})(id).model.sharedModel.setSource(text)", [cell, text])


def layout_saved(*, presenting: bool) -> Callable[[Response], bool]:
    """Whether an answer tells that JupyterLab saved its layout, with presenter mode on or off."""

    def saved(answer: Response) -> bool:
        body = answer.request.post_data or ""
        is_save = "/api/workspaces/" in answer.url and answer.request.method == "PUT"
        return is_save and (f"{NAME}:presenting" in body) is presenting

    return saved


def present(lab_page: LabPage) -> None:
    lab_page.execute(f"{NAME}:presenter-mode")


def presenting(page: Page) -> bool:
    return bool(page.evaluate("name => document.body.classList.contains(name)", NAME))


def test_a_cell_has_the_colours_of_the_file_that_it_writes(lab_page: LabPage, page: Page) -> None:
    lab_page.open(COLOURS)
    wait_for_types(page, {cell: kind for cell, (_, kind) in CELLS.items()})
    words = page.locator(f"{IN_FRONT} .cm-line", has_text="func main")
    expect(words.locator("span").first).to_have_text("func")
    photograph(lab_page, "colours")


def test_a_kernel_that_starts_anew_leaves_the_colours(lab_page: LabPage, page: Page) -> None:
    lab_page.open(COLOURS)
    page.evaluate(
        "async () => { const w = window.jupyterapp.shell.currentWidget;"
        " await w.sessionContext.restartKernel(); await w.sessionContext.session.kernel.info;"
        " w.content._updateMimetype(); }"  # what JupyterLab does when the kernel tells its language
    )
    wait_for_types(page, {cell: kind for cell, (_, kind) in CELLS.items()})


def test_colours_follow_the_first_line_and_new_cells(lab_page: LabPage, page: Page) -> None:
    lab_page.open(COLOURS)
    set_source(page, "yaml", "print('Python again')")
    set_source(page, "own", "%%wbfile base.Dockerfile\nFROM scratch")
    wait_for_types(page, {"yaml": PYTHON, "own": "text/x-dockerfile"})
    for cell in ("yaml", "own"):
        set_source(page, cell, f"{CELLS[cell][0]}\n{BODIES.get(cell, '')}".rstrip())
    wait_for_types(page, {"yaml": "text/x-yaml", "own": PYTHON})
    lab_page.execute("notebook:insert-cell-below")
    new = page.evaluate("window.jupyterapp.shell.currentWidget.content.activeCell.model.id")
    set_source(page, new, "%%wbfile a.go\npackage a")
    wait_for_types(page, {new: "text/x-go"})
    lab_page.execute("notebook:delete-cell")


def test_the_tile_of_the_launcher_opens_the_tutorial(lab_page: LabPage, page: Page) -> None:
    lab_page.open(COLOURS)
    lab_page.execute("launcher:create")
    tile = page.locator(".jp-LauncherCard", has_text="Racetrack tutorial")
    expect(tile.locator("svg path").first).to_be_visible()
    page.screenshot(path=SCREENSHOTS / "tile.png")
    tile.click()
    lab_page.wait_until_shown(START)


@pytest.mark.parametrize("mode", ["command", "edit"])
@pytest.mark.parametrize(
    ("first", "key", "then"),
    [(START, NEXT_KEY, COLOURS), (COLOURS, NEXT_KEY, LAST), (COLOURS, PREVIOUS_KEY, START)],
)
def test_one_key_turns_to_the_next_chapter(
    lab_page: LabPage, page: Page, first: str, key: str, then: str, mode: str
) -> None:
    lab_page.open(first)
    before = page.evaluate(TEXTS)
    lab_page.execute(f"notebook:enter-{mode}-mode")
    page.keyboard.press(key)
    lab_page.wait_until_shown(then)
    lab_page.open(first)
    assert page.evaluate(TEXTS) == before, "the key is to write no letter and add no cell"


def test_two_presses_are_two_chapters_and_the_last_has_no_next(
    lab_page: LabPage, page: Page
) -> None:
    lab_page.open(START)
    page.keyboard.press(NEXT_KEY)
    page.keyboard.press(NEXT_KEY)
    lab_page.wait_until_shown(LAST)
    lab_page.execute(f"{NAME}:next-chapter")
    lab_page.wait_until_shown(LAST)
    lab_page.open(START)
    lab_page.execute(f"{NAME}:previous-chapter")
    lab_page.wait_until_shown(START)


def test_the_keys_mean_nothing_else(page: Page) -> None:
    bound = page.evaluate(
        "window.jupyterapp.commands.keyBindings.map(b => [b.keys.join(' | '), b.command])"
    )
    assert len(bound) > 100
    assert [(keys, command) for keys, command in bound if keys.startswith(("Alt N", "Alt P"))] == [
        ("Alt N", f"{NAME}:next-chapter"),
        ("Alt P", f"{NAME}:previous-chapter"),
    ]


def test_the_palette_knows_the_commands(lab_page: LabPage, page: Page) -> None:
    lab_page.open(COLOURS)
    lab_page.execute("apputils:activate-command-palette")
    page.locator(".lm-CommandPalette-input").fill("chapter")
    shown = page.locator(".lm-CommandPalette-itemLabel")
    expect(shown.filter(has_text="Next chapter")).to_be_visible()
    expect(shown.filter(has_text="Previous chapter")).to_be_visible()
    page.locator(".lm-CommandPalette-input").fill("presenter")
    shown.filter(has_text="Presenter mode").click()
    page.wait_for_function("name => document.body.classList.contains(name)", arg=NAME)
    present(lab_page)
    assert not presenting(page)


def test_presenter_mode_is_large_and_bare_and_gives_all_back(lab_page: LabPage, page: Page) -> None:
    lab_page.open(COLOURS)
    lab_page.execute("application:toggle-left-area")
    code = page.locator(f"{IN_FRONT} .cm-content").first
    bars = page.locator("#jp-left-stack, .jp-SideBar")
    toast = page.locator(".Toastify__toast", has_text="Hello")
    lab_page.execute("apputils:notify", message="Hello", options={"autoClose": False})
    expect(toast).to_be_visible()
    shown = bars.evaluate_all("all => all.map(bar => bar.checkVisibility())")
    assert any(shown)
    size = code.evaluate("node => getComputedStyle(node).fontSize")

    present(lab_page)
    expect(code).to_have_css("font-size", "20px")
    assert presenting(page)
    assert bars.evaluate_all("all => all.map(bar => bar.checkVisibility())") == [False] * len(shown)
    expect(toast).to_be_hidden()
    photograph(lab_page, "presenting")
    lab_page.open(START)
    lab_page.execute("notebook:render-all-markdown")
    photograph(lab_page, "presenting-start")
    lab_page.open(COLOURS)

    present(lab_page)
    expect(code).to_have_css("font-size", size)
    assert bars.evaluate_all("all => all.map(bar => bar.checkVisibility())") == shown
    expect(toast).to_be_visible()
    lab_page.execute("application:toggle-left-area")


def test_presenter_mode_outlives_a_reload_and_is_left_afterwards(
    lab_page: LabPage, page: Page
) -> None:
    icons = page.locator(".jp-SideBar.jp-mod-left")
    lab_page.open(START)
    with page.expect_response(layout_saved(presenting=True)):
        present(lab_page)
    lab_page.reload(START)
    page.wait_for_function("name => document.body.classList.contains(name)", arg=NAME)
    expect(icons).to_be_hidden()
    with page.expect_response(layout_saved(presenting=False)):
        present(lab_page)
    expect(icons).to_be_visible()
    lab_page.reload(START)
    expect(icons).to_be_visible()
    assert not presenting(page)


def test_nothing_went_wrong_and_nothing_was_asked_of_another_machine(lab_page: LabPage) -> None:
    assert lab_page.faults == []
    assert lab_page.elsewhere == []
