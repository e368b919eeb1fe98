from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support import ROOT
from tests.tutorial.places import tree
from workbench.errors import StepFailed
from workbench.tutorial import (
    Playground,
    fill_before,
    make_checks,
    run_step,
)


def test_filling_in_writes_what_the_steps_before_would_have_written(tmp_path: Path) -> None:
    playground = Playground(tmp_path / "new" / "playground")
    written = fill_before("05-job-template", playground)
    names = {path.name for path in playground.plugin_dir.iterdir()}
    assert names == {"plugin-manifest.yaml", "go_wrapper", "base.Dockerfile"}
    assert playground.is_repository
    assert (playground.wrapper_dir / "swaggerui" / "swagger-ui-bundle.js").is_file()
    assert "golang-job-type/base.Dockerfile" in written.files
    assert written.kept == ()
    assert not playground.job_dir.exists()


def test_filling_in_twice_changes_nothing(ground: Playground) -> None:
    before = tree(ground.path)
    written = fill_before("10", ground)
    assert (written.files, written.kept) == ((), ())
    assert tree(ground.path) == before


def test_filling_in_leaves_what_a_learner_changed(ground: Playground) -> None:
    mine = ground.wrapper_dir / "main.go"
    mine.write_text("mine\n")
    (ground.plugin_dir / "plugin.py").unlink()
    written = fill_before("10", ground)
    assert mine.read_text() == "mine\n"
    assert written.kept == ("golang-job-type/go_wrapper/main.go",)
    assert written.files == ("golang-job-type/plugin.py",)


def test_filling_in_replaces_it_when_asked(ground: Playground) -> None:
    mine = ground.wrapper_dir / "main.go"
    mine.write_text("mine\n")
    assert fill_before("10", ground, overwrite=True).files == (
        "golang-job-type/go_wrapper/main.go",
    )
    assert mine.read_bytes() == (ROOT / "golang-job-type/go_wrapper/main.go").read_bytes()


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StepFailed, match="could not be written: Not a directory"):
        fill_before("03", Playground(tmp_path / "file" / "playground"))


def test_the_setting_moves_the_playground(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert Playground().path == ROOT / "playground"
    monkeypatch.setenv("WORKBENCH_PLAYGROUND", str(tmp_path / "mine"))
    assert Playground().path == tmp_path / "mine"


def test_git_follows_nobodys_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    (hooks / "pre-commit").write_text("#!/bin/sh\ntouch ../hooked\nexit 1\n")
    (hooks / "pre-commit").chmod(0o755)
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / ".gitconfig").write_text(
        f"[core]\n\thooksPath = {hooks}\n[commit]\n\tgpgsign = true\n[init]\n"
        f"\tdefaultBranch = elsewhere\n\ttemplateDir = {tmp_path / 'template'}\n"
    )
    (tmp_path / "template" / "hooks").mkdir(parents=True)
    shutil.copy(hooks / "pre-commit", tmp_path / "template" / "hooks")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "other"))
    playground = Playground(tmp_path / "playground")
    assert run_step("01", playground).ok
    assert run_step("02", playground).ok
    assert not (tmp_path / "hooked").exists()
    assert not (tmp_path / "other").exists()
    assert playground.git("log", "--format=%an: %s", "main").splitlines() == [
        "Tutorial: 02-plugin-manifest: Describe the plugin in its manifest",
        "Tutorial: 01-git-repository: Create a git repository",
    ]


def test_third_party_files_and_zips_are_not_recorded(ground: Playground) -> None:
    assert ground.commit("all of it")
    recorded = ground.git("ls-files").splitlines()
    assert "golang-job-type/go_wrapper/swaggerui/SHA256SUMS" in recorded
    assert not [name for name in recorded if "swagger-ui" in name or name.endswith(".zip")]
    assert not ground.commit("nothing new")


def test_a_repository_above_is_not_the_playgrounds(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    playground = Playground(tmp_path / "playground")
    playground.path.mkdir()
    (checked,) = make_checks("01", playground)
    assert not checked.ok
    assert "has no git repository of its own" in checked.seen
