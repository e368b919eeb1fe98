from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.support import ROOT
from tests.tutorial.places import replace, tree
from workbench.errors import BuildError, PluginError
from workbench.events import Event
from workbench.settings import get_settings
from workbench.tutorial import Playground, fill, run_sample, whole_plugin


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
    whole = whole_plugin(ground)
    assert (whole.plugin_dir, whole.job_dir) == (ground.plugin_dir, ground.job_dir)
    assert (whole.borrowed, whole.told()) == ((), "")
    with run_sample(playground=ground, on_event=events.append) as job:
        assert job.manifest.workspace == ground.job_dir
    assert not [event for event in events if "not written yet" in event.message]


def test_the_playground_s_own_wrapper_is_the_one_that_runs(tmp_path: Path) -> None:
    ground = Playground(tmp_path / "playground")
    fill("04", ground)
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
    copied = whole_plugin(ground).plugin_dir / "go_wrapper"
    assert not (copied / "more.go").exists()
    assert not list(copied.rglob("*_test.go"))


def test_a_mistake_is_named_in_the_playground_s_file_and_not_in_its_copy(tmp_path: Path) -> None:
    ground = Playground(tmp_path / "playground")
    fill("04", ground)
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


def test_litter_and_links_to_nowhere_do_no_harm(tmp_path: Path) -> None:
    ground = Playground(tmp_path / "playground")
    fill("03", ground)
    (ground.plugin_dir / "__pycache__").mkdir()
    (ground.plugin_dir / "__pycache__" / "plugin.pyc").write_text("")
    (ground.plugin_dir / "nowhere").symlink_to("nothing")
    whole = whole_plugin(ground)
    assert not (whole.plugin_dir / "__pycache__").exists()
    assert not (whole.plugin_dir / "nowhere").exists()
    assert "golang-job-type/plugin-manifest.yaml" not in whole.borrowed


def test_copies_of_old_playgrounds_are_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "home"))
    roots = [whole_plugin(Playground(tmp_path / f"p{number}")).root for number in range(9)]
    assert [root.is_dir() for root in roots] == [False, *[True] * 8]
    shutil.rmtree(tmp_path / "home")
