from __future__ import annotations

import os
import shlex
import signal
import subprocess
from pathlib import Path

import pytest

from tests.left_behind import left_behind
from tests.tutorial.places import CHAPTERS, replace, tree
from workbench._written import changed_since_written
from workbench.bundle import diff_bundles, racetrack_bundle
from workbench.errors import StepFailed, UsageError
from workbench.run import clean, run_job
from workbench.tutorial import (
    STEPS,
    Moved,
    Playground,
    fill_before,
    goto,
    make_checks,
    reset,
    run_sample,
    run_step,
)
from workbench.tutorial.chapter import begin, record
from workbench.tutorial.steps import find_step

Left = dict[str, tuple[list[str], str, set[str]]]


def state(ground: Playground) -> tuple[list[str], str, set[str]]:
    """What git's diary says, what it holds, and which files there are besides its and our own."""
    recorded = ground.git("rev-parse", "--revs-only", "HEAD")
    return (
        ground.git("log", "--format=%an: %s").splitlines() if recorded else [],
        ground.git("ls-tree", "-r", "HEAD") if recorded else "",
        {
            name.removeprefix(f"{ground.path}/")
            for name in tree(ground.path)
            if ".workbench" not in name
        },
    )


def branches(ground: Playground) -> list[str]:
    return ground.git("for-each-ref", "--format=%(refname:short)", "refs/heads/mine").splitlines()


def shell(line: str) -> str:
    return subprocess.run(
        shlex.split(line), capture_output=True, text=True, check=True
    ).stdout.strip()


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> Left:
    """By the chapter that comes next: what those before it leave, when each is really done."""
    ground = Playground(tmp_path_factory.mktemp("walked") / "playground")
    found = {}
    for step in STEPS[:-1]:
        run_step(step, ground).raise_for_failure()
        record(step.id, strict=True, playground=ground)
        found[CHAPTERS[CHAPTERS.index(step.id) + 1]] = state(ground)
    return found


def test_each_chapter_begins_as_those_before_it_leave_the_playground(
    left: Left, tmp_path: Path
) -> None:
    ground = Playground(tmp_path / "playground")
    for chapter in [*CHAPTERS[1:], *reversed(CHAPTERS[1:])]:
        moved = goto(chapter, playground=ground)
        assert state(ground) == left[chapter]
        assert ground.git("status", "--porcelain") == ""
        assert ground.git("branch", "--show-current") == "main"
        assert moved.kept is None
    assert branches(ground) == []


def test_the_first_chapter_begins_with_nothing_recorded(ground: Playground) -> None:
    goto("01", playground=ground)
    assert state(ground) == ([], "", set())
    result = run_step("01", ground)
    assert result.ok
    assert ground.git("log", "--format=%s") == str(STEPS[0])


def test_a_chapter_that_was_gone_to_begins_without_a_word(ground: Playground) -> None:
    begin("06", playground=ground)
    goto("05", playground=ground)
    begun = begin("05", playground=ground)
    assert (begun.written.files, begun.written.kept, begun.changed) == ((), (), ())
    replace(ground.wrapper_dir / "server.go", "package main", "package main // mine")
    assert changed_since_written(ground.path)
    reset("03", "go_wrapper/server.go", playground=ground)
    assert list(changed_since_written(ground.path)) == []


def test_what_was_recorded_elsewhere_is_recorded_here_again(ground: Playground) -> None:
    goto("10", playground=ground)
    goto("09", playground=ground)
    record("09", strict=True, playground=ground)
    assert ground.git("log", "-1", "--format=%s") == str(STEPS[8])


def test_the_bundle_holds_the_same_as_that_of_the_real_command(
    ground: Playground, tmp_path: Path
) -> None:
    goto("10", playground=ground)
    real = racetrack_bundle(ground.plugin_dir, tmp_path)
    differ = list(diff_bundles(real, ground.bundle_path).rows())
    assert [row[1] for row in differ] == ["manifest: build_date"] * len(differ)
    for step in STEPS[:-1]:
        assert [check for check in make_checks(step, ground) if not check.ok] == []


def test_a_bundle_is_filled_in_from_the_files_that_are_there(ground: Playground) -> None:
    goto("10", playground=ground)
    replace(ground.plugin_dir / "plugin.py", "class Plugin", "mine = 1\n\n\nclass Plugin")
    ground.bundle_path.unlink()
    fill_before("09", ground)
    assert [check for check in make_checks("08", ground) if not check.ok] == []


def test_jobs_are_stopped(ground: Playground) -> None:
    job = run_sample(playground=ground)
    moved = goto("05", playground=ground)
    assert job.status == "stopped"
    assert job.address in "".join(moved.stopped)
    assert "Stopped: golang-function" in str(moved)


def test_only_jobs_are_stopped_and_named(ground: Playground) -> None:
    """A JupyterLab whose starter is gone may be the one in which `goto` was called."""
    with left_behind("job", "old-job 0.0.1"), left_behind("lab", "JupyterLab") as lab:
        with left_behind("job", "other-job 0.0.1", os.getpid()) as others:
            moved = goto("05", playground=ground)
            assert others.poll() is None
        assert lab.poll() is None
        assert "Stopped: job old-job 0.0.1 on port 41999" in str(moved)
        assert "Left to whoever started it: job other-job 0.0.1" in str(moved)
        assert "JupyterLab" not in str(moved) + moved._repr_html_()
        assert "lab JupyterLab on port 41999" in str(clean())
        assert lab.wait() == -signal.SIGTERM


def test_the_answer_says_how_to_get_back(
    ground: Playground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ground.path.parent)
    (ground.path / "notes.txt").write_text("mine\n")
    before = tree(ground.path)
    moved = goto("07", playground=ground)
    assert moved.command == f"git -C ground switch {moved.kept}"
    assert moved.command in str(moved)
    page = moved._repr_html_()
    assert f"git switch {moved.kept}" in page
    assert page.index("git switch mine/") < page.index("What you record then goes to that branch")
    assert str(ground.path) not in page
    shell(moved.command)
    before.pop(str(ground.bundle_path))  # whoever needs it makes it again
    assert {name: one for name, one in tree(ground.path).items() if name in before} == before


def test_html_is_escaped(tmp_path: Path) -> None:
    page = Moved("<i>", (), "<b>", ("<u>",), ("<q>",), ("<s>",), 1.0, tmp_path)._repr_html_()
    for text in ("<i>", "<b>", "<u>", "<q>", "<s>"):
        assert text not in page


def test_a_chapter_may_be_given_as_a_number() -> None:
    assert find_step(5) is find_step("5")


def test_a_chapter_that_there_is_not(ground: Playground) -> None:
    before = tree(ground.path)
    with pytest.raises(UsageError, match="has no step '99'"):
        goto("99", playground=ground)
    with pytest.raises(UsageError, match="has no step '99'"):
        reset("99", playground=ground)
    assert tree(ground.path) == before


@pytest.mark.parametrize("name", ["go_wrapper/server.go", "golang-job-type/go_wrapper/server.go"])
def test_one_file_is_put_back(ground: Playground, name: str) -> None:
    ground.commit("all of it")
    file = ground.wrapper_dir / "server.go"
    finished = file.read_bytes()
    file.write_text("mine\n")
    (ground.wrapper_dir / "health.go").write_text("mine, too\n")
    moved = reset("03-wrapper", name, playground=ground)
    assert moved.files == ("golang-job-type/go_wrapper/server.go",)
    assert file.read_bytes() == finished
    assert (ground.wrapper_dir / "health.go").read_text() == "mine, too\n"
    assert ground.git("log", "-1", "--format=%s") == "all of it"
    shell(moved.command)
    assert file.read_text() == "mine\n"


def test_all_files_of_a_chapter_are_put_back(ground: Playground) -> None:
    wrapper = tree(ground.wrapper_dir)
    (ground.wrapper_dir / "server.go").write_text("mine\n")
    (ground.wrapper_dir / "health.go").unlink()
    (ground.wrapper_dir / "swaggerui" / "swagger-ui.css").write_text("mine\n")
    (ground.wrapper_dir / "more.go").write_text("package main\n")
    (ground.plugin_dir / "plugin.py").write_text("mine\n")
    moved = reset("03", playground=ground)
    assert {name: one for name, one in tree(ground.wrapper_dir).items() if name in wrapper} == (
        wrapper
    )
    assert (ground.wrapper_dir / "more.go").is_file()
    assert (ground.plugin_dir / "plugin.py").read_text() == "mine\n"
    assert "golang-job-type/go_wrapper/health.go" in moved.files
    assert "health.go" not in moved.command  # there was none to bring back
    shell(moved.command)
    assert (ground.wrapper_dir / "swaggerui" / "swagger-ui.css").read_text() == "mine\n"


def test_without_a_chapter_what_is_there_is_put_back_and_nothing_added(tmp_path: Path) -> None:
    ground = Playground(tmp_path / "playground")
    fill_before("04", ground)
    ground.commit("so far")
    (ground.wrapper_dir / "server.go").write_text("mine\n")
    (ground.wrapper_dir / "main.go").unlink()
    moved = reset(playground=ground)
    assert moved.files == ("golang-job-type/go_wrapper/server.go",)
    assert not (ground.wrapper_dir / "main.go").exists()
    assert not (ground.plugin_dir / "plugin.py").exists()


def test_what_was_committed_is_named_too(ground: Playground) -> None:
    (ground.plugin_dir / "plugin.py").write_text("mine\n")
    ground.commit("mine")
    moved = reset("06", playground=ground)
    assert ground.git("show", f"{moved.kept}:golang-job-type/plugin.py") == "mine"


def test_where_nothing_differs_nothing_is_done(ground: Playground) -> None:
    before = tree(ground.path)
    moved = reset("03", playground=ground)
    assert (moved.files, moved.kept, moved.command) == ((), None, "")
    assert str(moved).startswith("All was in its finished form")
    assert tree(ground.path) == before
    assert branches(ground) == []


def test_a_bundle_is_made_again(ground: Playground) -> None:
    ground.bundle_path.write_text("broken")
    reset("08", playground=ground)
    assert [check for check in make_checks("08", ground) if not check.ok] == []


def test_a_file_that_another_chapter_writes_is_told(ground: Playground) -> None:
    with pytest.raises(UsageError, match=r"03-wrapper has no file 'plugin\.py'") as caught:
        reset("03", "plugin.py", playground=ground)
    assert caught.value.remedy == "it is written in 06-plugin-py."
    with pytest.raises(UsageError, match="has no file 'nosuch'") as caught:
        reset("02", "nosuch", playground=ground)
    assert caught.value.remedy == "take one of: golang-job-type/plugin-manifest.yaml."


def test_putting_back_never_writes_through_a_link(ground: Playground, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    ground.plugin_dir.rename(outside)
    ground.plugin_dir.symlink_to(outside)
    (outside / "plugin.py").write_text("mine\n")
    with pytest.raises(StepFailed, match="leads out of the playground"):
        reset("06", playground=ground)
    assert (outside / "plugin.py").read_text() == "mine\n"
    goto("07", playground=ground)
    assert (outside / "plugin.py").read_text() == "mine\n"
    assert not ground.plugin_dir.is_symlink()


def test_a_job_outside_of_the_playground_ends_too(ground: Playground) -> None:
    with run_job(ground.job_dir) as job:
        goto("10", playground=ground)
        assert job.status == "stopped"
