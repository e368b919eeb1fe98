from __future__ import annotations

from pathlib import Path

import pytest

from workbench.errors import StepFailed
from workbench.tutorial import (
    STEPS,
    Checked,
    Playground,
    StepResult,
    find_step,
    run_step,
)


def test_a_step_tells_what_it_did_and_records_it(ground: Playground) -> None:
    (ground.plugin_dir / "plugin.py").unlink()
    ground.commit("before")
    result = run_step("06", ground)
    assert result.ok
    assert result.did == ("wrote golang-job-type/plugin.py", "recorded it in git")
    assert ground.git("log", "-1", "--format=%s") == str(find_step("06"))
    result.raise_for_failure()


def test_a_step_keeps_what_a_learner_wrote_and_says_why_it_does_not_hold(
    ground: Playground,
) -> None:
    mine = ground.plugin_dir / "plugin.py"
    mine.write_text("class Plugin\n    pass\n")
    ground.commit("before")
    result = run_step("06", ground)
    assert not result.ok
    assert result.did == ("left alone, since it differs: golang-job-type/plugin.py",)
    assert mine.read_text() == "class Plugin\n    pass\n"
    with pytest.raises(StepFailed, match="Step 06-plugin-py did not hold") as caught:
        result.raise_for_failure()
    assert "plugin.py:1" in str(caught.value)
    assert run_step("06", ground, overwrite=True).ok


def test_a_step_without_a_repository_says_what_to_do_first(tmp_path: Path) -> None:
    result = run_step("02", Playground(tmp_path))
    assert not result.ok
    (check,) = [check for check in result.checked if not check.ok]
    assert "is no git repository" in check.seen
    assert check.hint == "do the chapter 01-git-repository first."


def test_a_result_shows_itself_escaped() -> None:
    checked = (Checked("<i>", False, "<q>\n&", "<u>"),)
    page = StepResult(STEPS[0], ("<s>",), checked, 1.5)._repr_html_()
    for text in ("<i>", "<q>", "<u>", "<s>"):
        assert text not in page
    assert "not yet" in page
    assert "1.50 s" in page
