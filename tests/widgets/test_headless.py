"""Notebooks that are run without a browser keep what the views came to."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from workbench.notebooks import fix_notebook, run_notebook

CELLS = {
    "run": "import workbench as wb\njob = wb.run_job(wb.shipped('sample-golang-function'))",
    "panel": "wb.perform_panel(job, numbers=[40, 2])",
    "badge": "badge = wb.health_badge(job)\nbadge",
    "log": "log = wb.log_view(job)\nlog",
    "page": "page = wb.swagger(job)\npage",
    "stop": "wb.clean()\nprint(badge.wait(10), log.wait(10), page.wait(10))",
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "views.ipynb"
    make = nbformat.v4.new_code_cell
    cells = [make(text, id=name) for name, text in CELLS.items()]  # type: ignore[no-untyped-call]
    notebook = nbformat.v4.new_notebook(cells=cells)  # type: ignore[no-untyped-call]
    nbformat.write(notebook, file)  # type: ignore[no-untyped-call]
    fix_notebook(file)
    return file


def test_they_leave_nothing_behind_and_show_how_it_ended(path: Path) -> None:
    run = run_notebook(path)
    outputs = {cell.id: cell.outputs for cell in run.notebook.cells}
    assert outputs["stop"][-1].text == "True True True\n"
    kept = {name: outputs[name][0].data["text/html"] for name in ("panel", "badge", "log", "page")}
    assert "40, 2" in kept["panel"]
    assert ">stopped</b>" in kept["badge"]
    for name in ("panel", "badge", "page"):
        assert "by cell [6]" in kept[name], "a later cell, and which one"
        assert "To go on with it, run cell [1], which starts it, and then this one." in kept[name]
    assert "The job is over." in kept["log"]
    assert "msg=Stopped" in kept["log"]
    assert "<iframe" not in kept["page"]
    assert "The page is gone with its job" in kept["page"]
    assert "application/vnd.jupyter.widget-view+json" not in outputs["log"][0].data
