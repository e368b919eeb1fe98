from __future__ import annotations

import pytest

from tests.tutorial.places import CHAPTERS, FINISHED
from workbench.errors import UsageError
from workbench.tutorial import (
    STEPS,
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
