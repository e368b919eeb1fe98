from __future__ import annotations

import json

import pytest

from tests.tutorial.places import CHAPTERS, FINISHED
from workbench.errors import UsageError
from workbench.settings import shipped
from workbench.tutorial import (
    STEPS,
    Step,
    find_step,
)
from workbench.tutorial.playground import tutorial_files


def test_the_steps_are_the_chapters() -> None:
    assert [step.id for step in STEPS] == CHAPTERS


def test_together_the_steps_write_all_of_the_finished_project_once() -> None:
    written = [
        str(relative)
        for step in STEPS
        for name in step.writes
        for _, relative in tutorial_files(name)
    ]
    everything = [str(path) for name in FINISHED for _, path in tutorial_files(name)]
    assert "golang-job-type/go_wrapper/jobbuild/main.go" in everything
    assert not [path for path in everything if "test" in path]
    assert sorted(written) == sorted(everything)


@pytest.mark.parametrize("name", ["03-wrapper", "03", "3"])
def test_a_step_is_found_by_id_and_number(name: str) -> None:
    assert find_step(name).id == "03-wrapper"


@pytest.mark.parametrize("name", ["", "11", "wrapper", "03-", "0"])
def test_an_unknown_step_is_refused_with_those_there_are(name: str) -> None:
    with pytest.raises(UsageError, match=f"no step '{name}'") as caught:
        find_step(name)
    assert caught.value.remedy is not None
    assert "10-deploy-sample-job" in caught.value.remedy


HEADINGS = (
    "## Break it",
    "## A question",
    "## Check it",
    "## What differs from the published tutorial, and why",
    "## Record it",
)


def _cells(step: Step) -> list[str]:
    notebook = json.loads((shipped("notebooks") / f"{step.id}.ipynb").read_text())
    return [
        "".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "markdown"
    ]


@pytest.mark.parametrize("step", STEPS, ids=str)
def test_every_chapter_has_the_same_parts_under_the_same_headings(step: Step) -> None:
    lines = "\n".join(_cells(step)).splitlines()
    assert [line for line in lines if line in HEADINGS] == list(HEADINGS)
    assert any(line.startswith("**At the end you will have**") for line in lines)
    assert any(line.startswith("| published | here | why |") for line in lines)


def test_a_chapter_is_called_the_same_on_its_page_and_wherever_a_link_leads_to_it() -> None:
    titles = [_cells(step)[0].splitlines()[0].removeprefix("# ") for step in STEPS]
    for number, (step, title) in enumerate(zip(STEPS, titles, strict=True), 1):
        assert title.replace("`", "") == f"{number}. {step.title}"
        if number < len(STEPS):
            assert _cells(step)[-1] == f"Next: [{titles[number]}]({STEPS[number].id}.ipynb)"
    start = json.dumps(json.loads((shipped("notebooks") / "00-start-here.ipynb").read_text()))
    for step, title in zip(STEPS, titles, strict=True):
        assert f"[{title}]({step.id}.ipynb)" in start
