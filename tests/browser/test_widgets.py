"""The widgets in a real JupyterLab, over a job that can be told to wait, to die and to talk."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Page, expect

from tests.browser.lab_page import LabPage
from tests.browser.pictures import photograph
from workbench._wait import wait_until
from workbench.notebooks import fix_notebook

START = "notebooks/00-start-here.ipynb"
NAME = "widgets.ipynb"

MANIFEST = """\
name: scratch
owner_email: sample@example.com
version: 1.2.3
jobtype: golang:latest
git:
  remote: https://example.com/jobs
"""

JOB = """\
package scratch

import (
	"fmt"
	"os"
	"time"
)

func InputExample() map[string]interface{} {
	return map[string]interface{}{"numbers": []int{20, 22}}
}

func Perform(input map[string]interface{}) (interface{}, error) {
	if input["die"] != nil {
		fmt.Println("about to leave")
		os.Exit(3)
	}
	if lines, ok := input["talk"].(float64); ok {
		for i := 1; i <= int(lines); i++ {
			fmt.Printf("line %d of what the job says <b>by itself</b>\\n", i)
		}
	}
	if seconds, ok := input["wait"].(float64); ok {
		time.Sleep(time.Duration(seconds * float64(time.Second)))
	}
	sum := 0.0
	numbers, _ := input["numbers"].([]interface{})
	for i, value := range numbers {
		number, ok := value.(float64)
		if !ok {
			return nil, fmt.Errorf("numbers[%d] has to be a number", i)
		}
		sum += number
	}
	return map[string]interface{}{"sum": sum, "count": len(numbers)}, nil
}
"""

CELLS = {
    "run": "import workbench as wb\njob = wb.run_job('scratch')",
    "panel": "wb.perform_panel(job)",
    "badge": "wb.health_badge(job)",
    "log": "wb.log_view(job)",
    "swagger": "wb.swagger(job, height=420)",
    "badge-too": "wb.health_badge(job)",
    "threads": (
        "import threading\n"
        "print([thread.name for thread in threading.enumerate()].count('health badge'))"
    ),
    "stop": "job.stop()",
}


@pytest.fixture(scope="module")
def page(lab_page: LabPage, root: Path) -> Page:
    (root / "scratch").mkdir()
    (root / "scratch" / "job.yaml").write_text(MANIFEST)
    (root / "scratch" / "perform.go").write_text(JOB)
    notebook = nbformat.v4.new_notebook(  # type: ignore[no-untyped-call]
        cells=[
            nbformat.v4.new_code_cell(source, id=name)  # type: ignore[no-untyped-call]
            for name, source in CELLS.items()
        ]
    )
    nbformat.write(notebook, root / NAME)  # type: ignore[no-untyped-call]
    fix_notebook(root / NAME)  # names a kernel: JupyterLab would else ask for one
    lab_page.open_start_page(START)
    lab_page.open(NAME)
    return lab_page.page


def test_the_panel_begins_with_the_example_and_remembers_its_calls(
    lab_page: LabPage, page: Page
) -> None:
    assert lab_page.run_cell("run")
    assert lab_page.run_cell("panel")
    request = page.get_by_label("Request", exact=True)
    send = page.get_by_role("button", name="Send", exact=True)
    answer, verdict = page.locator(".wb-answer"), page.locator(".wb-verdict")
    expect(request).to_have_value('{"numbers": [20, 22]}')
    expect(verdict).to_contain_text("the example of the job's OpenAPI document")

    request.press("Tab")  # to the button, and press it: no mouse is needed
    page.keyboard.press("Enter")
    expect(answer).to_contain_text("200 OK")
    expect(answer.locator("pre")).to_have_text('{\n  "count": 2,\n  "sum": 42\n}')
    curl = page.get_by_label("As curl")
    assert "/pub/job/scratch/1.2.3/api/v1/perform" in curl.input_value()
    assert curl.input_value().endswith("""-d '{"numbers": [20, 22]}'""")

    request.fill('{"numbers": [40,\n  2}')
    expect(verdict).to_contain_text("line 2, column 4")
    expect(send).to_be_disabled()
    photograph(lab_page, "widgets-panel-no-json", "panel")
    request.fill('{"numbers": [40,\n  "two"]}')
    send.click()
    expect(answer).to_contain_text("500 Internal Server Error")
    expect(answer.locator("pre")).to_have_text("numbers[1] has to be a number")
    assert curl.input_value().endswith("""-d '{"numbers": [40, "two"]}'""")

    history = page.locator(".wb-history")
    expect(history.get_by_role("button")).to_have_text(["Request 2", "Request 1"])
    photograph(lab_page, "widgets-panel", "panel")
    history.get_by_role("button", name="Request 1").click()
    expect(request).to_have_value('{"numbers": [20, 22]}')


def test_a_file_that_is_edited_is_told_beside_the_call(
    lab_page: LabPage, page: Page, root: Path
) -> None:
    """Nobody pressed anything: the panel looks by itself."""
    source = root / "scratch" / "perform.go"
    note = page.locator(".wb-note")
    source.write_text(JOB + "// edited\n")
    expect(note).to_contain_text("outdated, changed since this job was built: scratch/perform.go")
    photograph(lab_page, "widgets-panel-outdated", "panel")
    source.write_text(JOB)
    expect(note).to_have_text("")


def test_the_log_follows_what_the_job_says(lab_page: LabPage, page: Page) -> None:
    assert lab_page.run_cell("log")
    page.get_by_label("Request", exact=True).fill('{"talk": 500}')
    page.get_by_role("button", name="Send", exact=True).click()
    log = page.locator(".wb-log")
    expect(log).to_contain_text("line 500 of what the job says <b>by itself</b>")
    expect(page.locator(".wb-log-head")).to_contain_text("the last 200 of 5")
    expect(log).not_to_contain_text("line 200 of")
    expect(log).not_to_contain_text("/ready")
    last = log.locator("pre").evaluate("pre => pre.getBoundingClientRect().bottom")
    box = log.evaluate("box => box.getBoundingClientRect().bottom")
    assert last <= box + 1, "the newest line is in sight"
    photograph(lab_page, "widgets-log", "log")


def test_the_page_of_the_job_works_within_the_notebook(lab_page: LabPage, page: Page) -> None:
    assert lab_page.run_cell("swagger")
    frame = page.frame_locator("iframe[title='Page of scratch 1.2.3']")
    frame.get_by_role("button", name="POST /api/v1/perform").click()
    frame.get_by_role("button", name="Execute").click()
    expect(frame.locator(".responses-table.live-responses-table")).to_contain_text('"sum": 42')
    photograph(lab_page, "widgets-swagger", "swagger")
    page.get_by_text("The endpoints in words").click()
    expect(page.locator("details table")).to_contain_text("Whether the job takes calls")


def test_a_cell_that_is_run_again_replaces_its_own_thread(lab_page: LabPage) -> None:
    for _ in range(3):
        assert lab_page.run_cell("badge-too")
        assert lab_page.run_cell("badge")

    def two_are_left() -> bool | None:
        assert lab_page.run_cell("threads")
        return True if lab_page.text("threads") == "2\n" else None

    wait_until(two_are_left, timeout=10)


def test_the_badge_follows_the_job_to_its_end(lab_page: LabPage, page: Page) -> None:
    assert lab_page.run_cell("badge")
    badge = page.get_by_role("status").filter(has_text="scratch 1.2.3: ").first
    expect(badge).to_contain_text("scratch 1.2.3: ready")
    page.get_by_label("Request", exact=True).fill('{"wait": 1.5}')
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator(".wb-answer")).to_contain_text("waiting for the job")
    lab_page.start_cell("stop")
    expect(badge).to_contain_text("draining")
    expect(badge).to_contain_text("stopped")
    over = page.locator(".jp-OutputArea").filter(has_text="As curl")
    expect(over).to_contain_text("which starts it, and then this one")
    numbers = page.locator(".jp-NotebookPanel:visible .jp-CodeCell .jp-InputPrompt")
    started, stopped = numbers.first, numbers.nth(list(CELLS).index("stop"))
    expect(stopped).to_have_text(re.compile(r"\[\d+\]:"))
    expect(over).to_contain_text(f"was stopped by cell {stopped.inner_text().rstrip(':')}.")
    way_back = f"run cell {started.inner_text().rstrip(':')}, which starts it, and then this one"
    expect(over).to_contain_text(way_back)
    expect(badge).to_contain_text(way_back)
    expect(over).to_contain_text('{"wait": 1.5}')
    expect(over).to_contain_text("200 OK")
    expect(page.get_by_text("The job is over.", exact=True)).to_be_visible()
    expect(page.get_by_text("The page is gone with its job")).to_be_visible()
    expect(page.locator("iframe")).to_have_count(0)
    photograph(lab_page, "widgets-stopped", "badge")

    assert lab_page.run_cell("run")
    assert lab_page.run_cell("panel")
    assert lab_page.run_cell("badge")
    expect(badge).to_contain_text("ready")
    page.get_by_label("Request", exact=True).fill('{"die": true}')
    page.get_by_role("button", name="Send", exact=True).click()
    expect(over).to_contain_text("scratch died with exit code 3")
    expect(badge).to_contain_text("died with exit code 3")
    photograph(lab_page, "widgets-died", "panel")


def test_a_saved_notebook_keeps_what_the_views_came_to(lab_page: LabPage, root: Path) -> None:
    lab_page.save()
    saved = nbformat.read(root / NAME, as_version=4)  # type: ignore[no-untyped-call]
    kept = {
        cell.id: "".join(output.data["text/html"] for output in cell.outputs)
        for cell in saved.cells[1:5]
    }
    assert "died with exit code 3" in kept["badge"]
    assert "Request" in kept["panel"]
    assert "The job is over." in kept["log"]
    assert "/api/v1/perform" in kept["swagger"]
    assert "<iframe" not in kept["swagger"]


def test_who_gets_a_saved_notebook_reads_it_all_without_trusting_it(
    lab_page: LabPage, page: Page, root: Path
) -> None:
    given = nbformat.read(root / NAME, as_version=4)  # type: ignore[no-untyped-call]
    given.cells[0].source += "  # not what was run here, and so not trusted"
    nbformat.write(given, root / "given.ipynb")  # type: ignore[no-untyped-call]
    lab_page.open("given.ipynb")
    shown = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-OutputArea")
    expect(shown.nth(1)).to_contain_text("scratch died with exit code 3")
    expect(shown.nth(2)).to_contain_text("died with exit code 3")
    expect(shown.nth(3)).to_contain_text("The job is over.")
    expect(shown.nth(4)).to_contain_text("/api/v1/perform")
    photograph(lab_page, "widgets-saved", "badge")


def test_after_a_restart_of_the_kernel_plain_pages_stand_for_the_widgets(
    lab_page: LabPage, page: Page
) -> None:
    lab_page.open(NAME)
    assert lab_page.run_cell("run")
    assert lab_page.run_cell("panel")
    send = page.get_by_role("button", name="Send", exact=True)
    expect(send).to_be_visible()
    page.evaluate("window.jupyterapp.shell.currentWidget.sessionContext.restartKernel()")
    expect(send).to_have_count(0)
    twin = page.locator(".jp-OutputArea").filter(has_text="Run this cell to edit the request")
    expect(twin).to_contain_text("perform of scratch")
    expect(page.locator(".jupyter-widgets-disconnected")).to_have_count(0)
    photograph(lab_page, "widgets-restarted", "panel")


def test_nothing_was_asked_of_another_machine_and_nothing_went_wrong(lab_page: LabPage) -> None:
    assert lab_page.elsewhere == []
    assert lab_page.faults == []
