from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import ROOT
from tests.tutorial.places import replace, tree
from workbench.authoring import write_file
from workbench.errors import BuildError, PluginError
from workbench.events import Event
from workbench.settings import get_settings
from workbench.tutorial import Playground, broken, fill_before, run_sample


def test_an_empty_playground_borrows_all_and_says_so(tmp_path: Path) -> None:
    ground = Playground(tmp_path / "none")
    events: list[Event] = []
    with run_sample(playground=ground, on_event=events.append) as job:
        assert job.perform(numbers=[40, 2]) == 42
    told = next(event.message for event in events if "not written yet" in event.message)
    assert "golang-job-type/plugin.py" in told
    assert "files of golang-job-type/go_wrapper" in told
    assert "sample-golang-function/perform.go" in told
    assert not ground.path.exists()


def test_a_whole_playground_runs_in_place_and_borrows_nothing(ground: Playground) -> None:
    events: list[Event] = []
    with run_sample(playground=ground, on_event=events.append) as job:
        assert job.manifest.workspace == ground.job_dir
    assert not [event for event in events if "not written yet" in event.message]


def test_the_playground_s_own_wrapper_is_the_one_that_runs(tmp_path: Path) -> None:
    ground = Playground(tmp_path / "playground")
    fill_before("04", ground)
    before = tree(ground.path)
    replace(ground.wrapper_dir / "health.go", '"live"', '"lively"')
    with run_sample(playground=ground) as job:
        assert job.live().body["status"] == "lively"
        first = job
        (ground.wrapper_dir / "more.go").write_text("package main\n\nvar more = 1\n")
        (ground.wrapper_dir / "health.go").write_bytes(
            (ROOT / "golang-job-type/go_wrapper/health.go").read_bytes()
        )
        with run_sample(playground=ground) as job:
            assert first.status == "stopped"
            assert job.live().body["status"] == "live"
            assert job.manifest.workspace.is_dir()
    (ground.wrapper_dir / "more.go").unlink()
    assert tree(ground.path) == before


def test_a_mistake_is_named_in_the_playground_s_file_and_not_in_its_copy(tmp_path: Path) -> None:
    ground = Playground(tmp_path / "playground")
    fill_before("04", ground)
    replace(ground.wrapper_dir / "main.go", "package main", "package main\n\nvar")
    with pytest.raises(BuildError) as caught:
        run_sample(playground=ground)
    assert "golang-job-type/go_wrapper/main.go:5" in caught.value.message
    assert str(tmp_path) not in str(caught.value)
    assert str(get_settings().home) not in str(caught.value)
    assert {one.file for one in caught.value.locations} == {ground.wrapper_dir / "main.go"}
    (ground.plugin_dir / "plugin.py").write_text("class Plugin\n")
    with pytest.raises(PluginError, match=r"golang-job-type/plugin\.py:1") as unloaded:
        run_sample(playground=ground)
    assert str(get_settings().home) not in str(unloaded.value)


def test_a_job_that_is_half_written_keeps_what_is_written(tmp_path: Path) -> None:
    ground = Playground(tmp_path / "playground")
    fill_before("10", ground)
    ground.write("sample-golang-function/perform.go")
    ground.write("sample-golang-function/go.mod")
    mine = ground.job_dir / "perform.go"
    replace(mine, "return sum, nil", "return -sum, nil")
    (ground.job_dir / "__pycache__").mkdir()
    (ground.job_dir / "__pycache__" / "a.pyc").write_text("")
    (ground.job_dir / "nowhere").symlink_to("nothing")
    with run_sample(playground=ground) as job:
        assert job.perform(numbers=[40, 2]) == -42
        assert sorted(path.name for path in job.manifest.workspace.iterdir()) == [
            "go.mod", "go.sum", "job.yaml", "perform.go",
        ]  # fmt: skip
    replace(mine, "return -sum", "return -som")
    with pytest.raises(BuildError, match=r"sample-golang-function/perform\.go:\d+") as caught:
        run_sample(playground=ground)
    assert [one.file for one in caught.value.locations] == [mine]


def test_a_cell_that_does_not_show_any_more_what_is_built_is_told(
    ground: Playground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBENCH_PLAYGROUND", str(ground.path))
    name = "sample-golang-function/perform.go"
    text = (ground.path / name).read_text()
    write_file(name, text)
    told: list[str] = []
    with broken(name, "return sum", "return -sum", playground=ground):
        run_sample(playground=ground, on_event=lambda one: told.append(one.message)).stop()
    assert "changed since a cell wrote it" not in "".join(told), "a break is told by itself"
    replace(ground.path / name, "return sum", "return -sum")
    run_sample(playground=ground, on_event=lambda one: told.append(one.message)).stop()
    assert f"changed since a cell wrote it: {name}" in told


def test_what_changed_is_told_of_the_playground_s_files(tmp_path: Path) -> None:
    ground = Playground(tmp_path / "playground")
    fill_before("04", ground)
    with run_sample(playground=ground) as job:
        assert list(job.outdated) == []
        fill_before("10", ground)
        ground.write("sample-golang-function")
        assert list(job.outdated) == []
        replace(ground.job_dir / "perform.go", "return sum", "return -sum")
        replace(ground.wrapper_dir / "health.go", "live", "lively")
        assert list(job.outdated) == [
            "golang-job-type/go_wrapper/health.go",
            "sample-golang-function/perform.go",
        ]
