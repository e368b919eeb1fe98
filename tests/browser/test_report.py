"""A report in a real JupyterLab, which would make formulas of what a wrapper answered."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import expect

from tests.browser.lab_page import LabPage
from tests.conformance.reports import BROKEN, report
from workbench.notebooks import fix_notebook

CELLS = (
    "from IPython.display import HTML\nHTML('<p>$x$</p>')",
    "import workbench as wb\nwb.load_report('report.json')",
    "import workbench as wb\nwb.compare('before.json', 'report.json')",
)


@pytest.fixture
def notebook(root: Path) -> str:
    """The path of a notebook that shows a report and a comparison."""
    made = nbformat.v4.new_notebook(  # type: ignore[no-untyped-call]
        cells=[
            nbformat.v4.new_code_cell(text)  # type: ignore[no-untyped-call]
            for text in CELLS
        ]
    )
    path = root / "notebooks" / "report.ipynb"
    nbformat.write(made, path)  # type: ignore[no-untyped-call]
    fix_notebook(path)
    report().save(path.with_name("report.json"))
    report(replace(BROKEN, what="another answer")).save(path.with_name("before.json"))
    return str(path.relative_to(root))


def test_what_was_answered_is_shown_as_it_was(lab_page: LabPage, notebook: str) -> None:
    lab_page.open_start_page("notebooks/00-start-here.ipynb")
    lab_page.open(notebook)
    assert lab_page.run_all()
    output = lab_page.page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-OutputArea-output")
    expect(output).to_have_count(len(CELLS))
    # The formula of the first cell is there: by now the others would be.
    expect(output.nth(0).locator("mjx-container")).to_have_count(1)
    output.nth(1).locator("summary").first.click()
    for shown in (output.nth(1), output.nth(2)):
        expect(shown).to_contain_text(BROKEN.what)
        expect(shown.locator("mjx-container, script")).to_have_count(0)
    expect(output.nth(1).locator("pre").first).to_contain_text("ends the fence")
    assert lab_page.faults == lab_page.elsewhere == []
