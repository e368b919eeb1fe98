from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import ROOT
from tests.tutorial.places import replace, tree
from workbench.errors import BuildError, PluginError
from workbench.plugin import load_plugin
from workbench.run import run_job
from workbench.tutorial import Playground
from workbench.tutorial.parts import plugin_with

SAMPLE = ROOT / "sample-golang-function"


def test_what_is_missing_comes_from_the_finished_plugin(tmp_path: Path) -> None:
    playground = Playground(tmp_path)
    playground.write("golang-job-type/go_wrapper", "golang-job-type/plugin-manifest.yaml")
    (playground.wrapper_dir / "health.go").unlink()
    (playground.wrapper_dir / "Makefile").write_text("mine\n")
    (playground.plugin_dir / "old.zip").write_text("")
    before = tree(tmp_path)
    with plugin_with(playground) as plugin:
        assert "golang-job-type/go_wrapper/health.go" in plugin.filled
        assert "golang-job-type/plugin.py" in plugin.filled
        assert "golang-job-type/plugin-manifest.yaml" not in plugin.filled
        assert (plugin.path / "go_wrapper" / "Makefile").read_text() == "mine\n"
        assert not (plugin.path / "old.zip").exists()
        assert load_plugin(plugin.path).job_type("golang:latest")
    assert not plugin.path.exists()
    assert tree(tmp_path) == before


def test_a_playground_that_is_not_there_yet_gives_the_finished_plugin(tmp_path: Path) -> None:
    with plugin_with(Playground(tmp_path / "none")) as plugin:
        assert (plugin.path / "go_wrapper" / "main.go").is_file()
    assert not (tmp_path / "none").exists()


def test_parts_that_were_not_asked_for_are_the_finished_ones(ground: Playground) -> None:
    (ground.plugin_dir / "plugin.py").write_text("class Plugin\n")
    with plugin_with(ground, "go_wrapper") as plugin:
        assert load_plugin(plugin.path).job_type("golang:latest")


def test_an_error_names_the_file_of_the_playground(ground: Playground) -> None:
    (ground.plugin_dir / "plugin.py").write_text("class Plugin\n")
    with pytest.raises(PluginError) as wrong, plugin_with(ground) as plugin:
        load_plugin(plugin.path)
    assert f"{ground.plugin_dir}/plugin.py:1" in str(wrong.value)
    assert "workbench-parts-" not in str(wrong.value)


def test_a_wrapper_that_does_not_compile_is_told_at_its_place(ground: Playground) -> None:
    replace(ground.wrapper_dir / "health.go", "package main", "package main\n\nvar x int = true")
    with pytest.raises(BuildError) as wrong, plugin_with(ground, "go_wrapper") as plugin:
        run_job(SAMPLE, plugin=plugin.path)
    (where,) = wrong.value.locations
    assert where.file == ground.wrapper_dir / "health.go"
    assert "workbench-parts-" not in str(wrong.value)
