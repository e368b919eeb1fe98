"""The unmodified `racetrack` command, run where it can harm nothing of the user's."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from workbench.bundle import RacetrackRun, run_racetrack
from workbench.errors import WorkbenchError
from workbench.settings import shipped


@pytest.fixture
def job_dir(tmp_path: Path) -> Path:
    return Path(shutil.copytree(shipped("sample-golang-function"), tmp_path / "job"))


def test_validate_shows_the_manifest_and_leaves_no_settings(job_dir: Path) -> None:
    before = set(Path.home().rglob("*"))
    answer = run_racetrack("validate", cwd=job_dir)
    assert answer.ok
    assert "jobtype: golang:latest\nname: golang-function\n" in answer.output
    assert set(Path.home().rglob("*")) == before
    assert repr(answer).startswith("$ racetrack validate\n")
    assert repr(answer).endswith("version: 0.0.1\n(exit code 0)")


def test_what_it_refuses_is_told_without_the_places_in_its_source(job_dir: Path) -> None:
    manifest = job_dir / "job.yaml"
    manifest.write_text(manifest.read_text().replace("version: 0.0.1", "version: 1.0"))
    answer = run_racetrack("validate", cwd=job_dir)
    assert (answer.ok, answer.exit_code) == (False, 70)
    assert "Input should be a valid string" in answer.output
    assert ".py:" not in answer.output
    assert answer.output.endswith("cause=ValidationError")


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match="nowhere is no folder to run racetrack in"):
        run_racetrack("validate", cwd=tmp_path / "nowhere")


def test_its_page_is_escaped_and_tells_the_exit_code_in_words() -> None:
    page = RacetrackRun(("validate", "a b"), "<name>", 70, 1.23)._repr_html_()
    assert "racetrack validate &#39;a b&#39;" in page
    assert "&lt;name&gt;" in page
    assert "exit code 70</b>, 1.2 s" in page
