from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import workbench as wb
from tests.support import ROOT
from tests.tutorial.places import CHAPTERS, replace, tree
from workbench.tutorial import Playground, progress


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A clock whose first element is the time now."""
    time = [1_000_000.0]
    monkeypatch.setattr(progress, "_now", lambda: time[0])
    return time


def learners(ground: Playground) -> dict[str, str]:
    return {name: text for name, text in tree(ground.path).items() if ".workbench" not in name}


def test_a_chapter_begins_with_what_comes_before_it(tmp_path: Path) -> None:
    ground = Playground(tmp_path / "playground")
    begun = wb.begin("04", playground=ground)
    assert (ground.wrapper_dir / "main.go").is_file()
    assert not (ground.plugin_dir / "base.Dockerfile").exists()
    assert "golang-job-type/plugin-manifest.yaml" in str(begun)
    assert "made a git repository" in str(begun)
    assert ground.git("log", "--format=%s") == "What comes before 04-base-dockerfile, filled in"
    assert ground.git("status", "--porcelain") == ""
    again = wb.begin("04", playground=ground)
    assert again.told() == []
    page = str(again._repr_html_())
    assert page.count("<a href=") == len(CHAPTERS)
    assert 'href="05-job-template.ipynb"' in page
    assert "here" in page


def test_what_a_learner_changed_is_left_alone_and_named(ground: Playground) -> None:
    wb.begin("03", playground=ground)
    (ground.plugin_dir / "plugin-manifest.yaml").write_text("mine\n")
    begun = wb.begin("03", playground=ground)
    assert ("left alone, since it differs", "golang-job-type/plugin-manifest.yaml") in begun.told()
    assert (ground.plugin_dir / "plugin-manifest.yaml").read_text() == "mine\n"


def test_a_file_changed_on_disk_since_a_cell_wrote_it_is_named(ground: Playground) -> None:
    manifest = ground.plugin_dir / "plugin-manifest.yaml"
    manifest.unlink()
    assert wb.begin("03", playground=ground).changed == ()
    replace(manifest, "0.0.0", "0.0.1")
    begun = wb.begin("03", playground=ground)
    assert begun.changed == ("golang-job-type/plugin-manifest.yaml",)
    assert "changed since a cell wrote it: golang-job-type/plugin-manifest.yaml" in str(begun)


def test_a_bundle_that_is_not_what_the_folder_gives_any_more_is_told(ground: Playground) -> None:
    assert wb.begin("10", playground=ground).bundle is None
    replace(ground.wrapper_dir / "main.go", "package main", "package main // changed")
    assert wb.begin("08", playground=ground).bundle is None, "it is made there"
    for chapter in ("09", "10"):
        begun = wb.begin(chapter, playground=ground)
        assert "the bundle is outdated: the ZIP is not what the plugin's folder" in str(begun)
        assert "go_wrapper/main.go" in str(begun)
        assert "bundle it again" in begun._repr_html_()
    verdict = wb.check_step("10", strict=False, playground=ground)
    assert [one.name for one in verdict.failed] == ["the bundle holds what it should"]


def test_fill_writes_what_is_missing_of_this_very_chapter(ground: Playground) -> None:
    (ground.wrapper_dir / "health.go").unlink()
    (ground.wrapper_dir / "main.go").write_text("mine\n")
    (ground.plugin_dir / "base.Dockerfile").unlink()
    filled = wb.fill("03", playground=ground)
    assert filled.written.files == ("golang-job-type/go_wrapper/health.go",)
    assert filled.written.kept == ("golang-job-type/go_wrapper/main.go",)
    assert (ground.wrapper_dir / "main.go").read_text() == "mine\n"
    assert not (ground.plugin_dir / "base.Dockerfile").exists()


@pytest.mark.parametrize("step", CHAPTERS)
def test_checking_never_changes_a_learners_file(ground: Playground, step: str) -> None:
    replace(ground.plugin_dir / "plugin.py", "golang:", "go:")
    before = learners(ground)
    wb.check_step(step, playground=ground)
    wb.hint(step, playground=ground)
    assert learners(ground) == before


def test_checking_makes_no_playground(tmp_path: Path) -> None:
    ground = Playground(tmp_path / "none")
    for step in CHAPTERS:
        assert not wb.check_step(step, playground=ground).ok
    assert not ground.path.exists()


def test_a_verdict_shows_rows_reasons_and_nested_hints(ground: Playground) -> None:
    good = wb.check_step("02", playground=ground)
    assert good.ok
    assert "holds" in good._repr_html_()
    assert "<details>" not in good._repr_html_()
    replace(ground.plugin_dir / "plugin-manifest.yaml", "0.0.0", "<0>")
    bad = wb.check_step("02", playground=ground)
    page = bad._repr_html_()
    assert not bad.ok
    assert page.count("<details>") == 3
    assert page.index("A hint") < page.index("The place") < page.index("The answer")
    assert "<0>" not in page
    assert "not yet  the manifest parses" in str(bad)
    assert str(ground.path) not in str(bad)
    assert repr(bad) == "<StepCheck 02-plugin-manifest: its check does not hold yet>"


def test_checks_that_wait_for_others_are_counted(ground: Playground) -> None:
    (ground.wrapper_dir / "Makefile").unlink()
    verdict = wb.check_step("03", playground=ground)
    assert (len(verdict.checked), verdict.waiting) == (6, 7)
    assert verdict.summary() == "5 of 6 checks hold, 7 wait for the rest"


def test_strict_raises_and_remembers_all_the_same(
    ground: Playground, monkeypatch: pytest.MonkeyPatch
) -> None:
    (ground.plugin_dir / "plugin-manifest.yaml").unlink()
    with pytest.raises(wb.StepFailed, match="Chapter 02-plugin-manifest does not hold yet"):
        wb.check_step("02", strict=True, playground=ground)
    monkeypatch.setenv("WORKBENCH_STRICT", "1")
    with pytest.raises(wb.StepFailed, match="there is no golang-job-type/plugin-manifest"):
        wb.record("02", playground=ground)
    assert not wb.check_step("02", strict=False, playground=ground).ok
    assert wb.progress(playground=ground).chapters[1].state == "begun"


def test_hints_come_one_by_one_and_are_counted(ground: Playground) -> None:
    manifest = ground.plugin_dir / "plugin-manifest.yaml"
    text = manifest.read_text()
    replace(manifest, "version", "versoin")
    given = [wb.hint("02", playground=ground) for _ in range(4)]
    assert [one.level for one in given] == [1, 2, 3, 3]
    assert given[1].text.startswith("golang-job-type/plugin-manifest.yaml:")
    assert "+version: 0.0.0" in given[2].text
    assert "2 of 3" in str(given[1])
    assert "The answer" in given[2]._repr_html_()
    found = wb.progress(playground=ground)
    assert found.hints == 3
    assert found.summary().endswith(", 3 hints asked for")
    assert "\nbegun      02-plugin-manifest  3 hints asked for\n" in str(found)
    assert "hints asked for</th>" in found._repr_html_()
    manifest.write_text(text)
    assert wb.hint("02", playground=ground).level == 0
    replace(manifest, "0.0.0", "x")
    assert wb.hint("02", playground=ground).level == 1, "a new trouble begins with a nudge"
    assert wb.progress(playground=ground).hints == 4


def test_a_recorded_chapter_is_a_line_in_the_log_and_done(ground: Playground) -> None:
    recorded = wb.record("06", playground=ground)
    assert recorded.ok
    assert recorded.log[0].endswith("06-plugin-py: Name the job type in plugin.py")
    assert recorded.following is not None
    assert recorded.following.notebook == "07-racetrackignore.ipynb"
    assert "Next: 07-racetrackignore.ipynb" in str(recorded)
    assert "href" not in recorded._repr_html_(), "the notebook's own last cell leads on"
    again = wb.record("06", playground=ground)
    assert (again.ok, again.new) == (True, False)
    assert again.log == recorded.log
    assert wb.record("09", playground=ground).new, "a chapter without files has its line too"
    chapters = {one.id: one.state for one in wb.progress(playground=ground).chapters}
    assert (chapters["06-plugin-py"], chapters["07-racetrackignore"]) == ("done", "not begun")


def test_what_was_checked_is_not_checked_again_unless_it_changed(
    ground: Playground, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert wb.check_step("02", playground=ground).ok
    with monkeypatch.context() as patch:
        patch.setattr("workbench.tutorial.chapter.make_checks", None)
        assert wb.record("02", playground=ground).ok
    replace(ground.plugin_dir / "plugin-manifest.yaml", "0.0.0", "x")
    head = ground.git("rev-parse", "HEAD")
    recorded = wb.record("02", playground=ground)
    assert not recorded.ok
    assert ground.git("rev-parse", "HEAD") == head
    assert "so nothing was recorded" in recorded._repr_html_()
    assert "not yet" in str(recorded)


def test_time_is_counted_without_long_pauses(ground: Playground, clock: list[float]) -> None:
    wb.begin("02", playground=ground)
    for pause in (60.0, progress.LONGEST_PAUSE + 1, 30.0, -5.0):
        clock[0] += pause
        wb.check_step("02", playground=ground)
    assert wb.progress(playground=ground).chapters[1].seconds == 90.0 + progress.LONGEST_PAUSE
    assert [progress.duration(n) for n in (0, 40, 90, 3900)] == ["", "40 s", "2 min", "1 h 05 min"]


def test_the_clock_of_a_chapter_stops_when_it_is_recorded(
    ground: Playground, clock: list[float]
) -> None:
    wb.begin("02", playground=ground)
    for _ in range(3):
        clock[0] += 20.0
        wb.record("02", playground=ground)
    assert wb.progress(playground=ground).chapters[1].seconds == 20.0


def test_progress_survives_a_restart_and_is_one_json_file(
    ground: Playground, tmp_path: Path
) -> None:
    wb.record("02", playground=ground)
    code = "import workbench as wb; print(wb.progress().chapters[1].state, wb.progress().next.id)"
    env = {**os.environ, "WORKBENCH_PLAYGROUND": str(ground.path), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", code]
    answer = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    assert answer.stdout == "done 01-git-repository\n"
    found = wb.progress(playground=ground).export(tmp_path / "progress.json")
    assert json.loads((tmp_path / "progress.json").read_text()) == found
    assert (found["done"], found["of"], found["next"]) == (1, 10, "01-git-repository")
    with pytest.raises(wb.WorkbenchError, match="could not be written: No such file"):
        wb.progress(playground=ground).export(tmp_path / "none" / "progress.json")


def test_a_foreign_record_is_told_and_kept(ground: Playground) -> None:
    wb.begin("02", playground=ground)
    file = ground.path / ".workbench" / "progress.json"
    file.write_text('{"version": 2, "chapters": []}')
    begun = wb.begin("02", playground=ground)
    assert "kept as progress-kept-1.json" in str(begun)
    assert "kept as progress-kept-1.json" in begun._repr_html_()
    assert "version" in (file.parent / "progress-kept-1.json").read_text()
    assert wb.progress(playground=ground).notice is None


def test_what_is_remembered_is_no_part_of_the_learners_repository(ground: Playground) -> None:
    replace(ground.path / ".gitignore", "/.workbench/\n", "")  # as playgrounds of before have it
    wb.record("02", playground=ground)
    assert (ground.path / ".workbench" / "progress.json").is_file()
    assert ".workbench" not in ground.git("ls-files")
    assert ground.git("status", "--porcelain") == ""


def test_a_job_that_the_learner_runs_is_not_stopped_by_a_check(ground: Playground) -> None:
    with wb.run_job(ground.job_dir, plugin=ground.plugin_dir) as job:
        assert wb.check_step("03", playground=ground).ok
        assert wb.check_step("10", playground=ground).ok
        assert job.perform(numbers=[40, 2]) == 42


def test_progress_shows_all_chapters_and_the_next(ground: Playground) -> None:
    wb.record("01", playground=ground)
    found = wb.progress(playground=ground)
    assert found.next is not None
    assert 'Next: <a href="02-plugin-manifest.ipynb">' in found._repr_html_()
    assert all(chapter in str(found) for chapter in CHAPTERS)
    assert repr(found).startswith("<Progress: 1 of 10 chapters done, ")


def test_a_chapter_without_a_repository_is_not_recorded(ground: Playground) -> None:
    shutil.rmtree(ground.path / ".git")
    with pytest.raises(wb.StepFailed, match="is no git repository") as caught:
        wb.record("02", playground=ground)
    assert caught.value.remedy == 'wb.fill("01-git-repository") makes one.'


def test_who_is_back_on_what_goto_kept_is_told_where_things_are_recorded(
    ground: Playground,
) -> None:
    wb.record("01", playground=ground)
    (ground.path / "notes.txt").write_text("mine\n")
    kept = wb.goto("03", playground=ground).kept
    assert "main" not in str(wb.begin("03", playground=ground))
    ground.git("switch", "--quiet", str(kept))
    told = f"not on main: what you record is on the branch {kept}"
    assert told in str(wb.begin("02", playground=ground))
    recorded = wb.record("02", playground=ground)
    assert f"recorded on the branch {kept}" in str(recorded)
    assert f"recorded on the branch {kept}" in recorded._repr_html_()
    assert wb.goto("05", playground=ground).kept == kept, "all of it is there"
    ground.git("switch", "--quiet", "--detach", str(kept))
    assert "what you record is on no branch" in str(wb.begin("02", playground=ground))
