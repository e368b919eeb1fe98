from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.limits import open_folder, unprivileged
from tests.tutorial.places import tree
from tests.tutorial.test_breaking import break_and_die
from workbench.errors import StepFailed
from workbench.tutorial import Playground, broken, goto, moving, on_disk, reset
from workbench.tutorial.keeping import keep

Change = Callable[[Playground], object]


def kept(ground: Playground, branch: str | None) -> dict[str, str]:
    """The digest of every file on a branch, as git gives it back."""
    assert branch is not None
    copy = ground.path.parent / f"copy-of-{branch.replace('/', '-')}"
    ground.git("worktree", "add", "--quiet", "--force", str(copy), branch)
    found = {name.removeprefix(f"{copy}/"): one for name, one in tree(copy).items()}
    ground.git("worktree", "remove", "--force", str(copy))
    return found


def have(ground: Playground) -> dict[str, str]:
    """The digest of every file in the playground, as git would name it."""
    return {name.removeprefix(f"{ground.path}/"): one for name, one in tree(ground.path).items()}


def without_derived(files: dict[str, str]) -> dict[str, str]:
    ours = on_disk.third_party_files()
    return {
        name: one
        for name, one in files.items()
        if name not in ours and not name.startswith(".workbench") and "0.0.0.zip" not in name
    }


def test_all_that_a_learner_had(ground: Playground) -> None:
    ground.commit("all of it")
    (ground.plugin_dir / "plugin.py").write_text("changed\n")
    (ground.plugin_dir / "base.Dockerfile").unlink()
    (ground.path / "untracked" / "deep").mkdir(parents=True)
    (ground.path / "untracked" / "deep" / "notes.txt").write_bytes(b"a\r\nb\0")
    (ground.path / "ignored.zip").write_bytes(b"PK")
    (ground.path / 'ünï "code"\n.txt').write_text("odd name")
    (ground.path / ".gitattributes").write_text("* text eol=lf\n")
    (ground.path / "program.sh").write_text("#!/bin/sh\n")
    (ground.path / "program.sh").chmod(0o755)
    (ground.path / "link").symlink_to("nowhere")
    (ground.path / "staged.txt").write_text("staged\n")
    ground.git("add", "staged.txt")
    before = without_derived(have(ground))
    moved = goto("03", playground=ground)
    assert "ignored.zip" in before
    shown = ground.git("ls-tree", "-r", str(moved.kept))
    assert "100755" in next(line for line in shown.splitlines() if "program.sh" in line)
    assert "120000" in next(line for line in shown.splitlines() if line.endswith("\tlink"))
    raw = ground.git("cat-file", "-p", f"{moved.kept}:untracked/deep/notes.txt")
    assert raw == "a\r\nb\0"  # as it was, whatever .gitattributes says
    (ground.path / ".gitattributes").unlink(missing_ok=True)
    assert set(before) == set(kept(ground, moved.kept))
    assert not (ground.path / "untracked").exists()
    assert ground.git("log", "--format=%s", str(moved.kept)).splitlines() == [
        "Before going to 03-wrapper", "all of it",
    ]  # fmt: skip


def test_a_staged_version_that_is_nowhere_else(ground: Playground) -> None:
    ground.commit("all of it")
    file = ground.plugin_dir / "plugin.py"
    file.write_text("staged\n")
    ground.git("add", "--all")
    file.write_text("on disk\n")
    moved = goto("03", playground=ground)
    name = "golang-job-type/plugin.py"
    assert ground.git("show", f"{moved.kept}:{name}") == "on disk"
    assert ground.git("show", f"{moved.kept}~1:{name}") == "staged"
    assert ground.git("log", "-1", "--skip=2", "--format=%s", str(moved.kept)) == "all of it"


def test_a_folder_that_was_no_repository(ground: Playground) -> None:
    shutil.rmtree(ground.path / ".git")
    (ground.path / "notes.txt").write_text("mine\n")
    before = without_derived(have(ground))
    moved = goto("03", playground=ground)
    assert kept(ground, moved.kept) == before


def test_the_commits_of_every_branch(ground: Playground) -> None:
    ground.commit("on main")
    on_main = ground.git("rev-parse", "HEAD")
    ground.git("switch", "--quiet", "--create", "feature")
    (ground.path / "notes.txt").write_text("mine\n")
    ground.commit("on feature")
    on_feature = ground.git("rev-parse", "HEAD")
    ground.git("switch", "--quiet", "main")
    (ground.path / "other.txt").write_text("main again\n")
    ground.commit("on main again")
    again = ground.git("rev-parse", "HEAD")
    ground.git("switch", "--quiet", "--detach", on_feature)
    goto("03", playground=ground)
    for commit in (on_main, on_feature, again):
        assert ground.git("branch", "--list", "mine/*", "--contains", commit)
    assert ground.git("rev-parse", "feature") == on_feature


def test_going_back_to_it_and_away_again_loses_nothing(ground: Playground) -> None:
    (ground.path / "notes.txt").write_text("mine\n")
    first = goto("03", playground=ground)
    ground.git("switch", "--quiet", str(first.kept))
    same = goto("04", playground=ground)
    assert same.kept == first.kept
    ground.git("switch", "--quiet", str(first.kept))
    (ground.path / "notes.txt").write_text("more\n")
    second = goto("04", playground=ground)
    assert second.kept != first.kept
    assert ground.git("show", f"{first.kept}:notes.txt") == "mine"
    assert ground.git("show", f"{second.kept}:notes.txt") == "more"


def test_a_repository_within_stays_as_it_is(ground: Playground) -> None:
    inner = ground.path / "inner"
    subprocess.run(["git", "init", "--quiet", inner], check=True)
    (inner / "notes.txt").write_text("mine\n")
    head = (inner / ".git" / "HEAD").read_bytes()
    moved = goto("03", playground=ground)
    assert (inner / ".git" / "HEAD").read_bytes() == head
    assert ground.git("show", f"{moved.kept}:inner/notes.txt") == "mine"


def test_a_file_that_a_killed_kernel_left_broken_is_kept_whole(ground: Playground) -> None:
    name = "golang-job-type/plugin-manifest.yaml"
    whole = (ground.path / name).read_text().strip()
    (ground.path / "notes.txt").write_text("mine\n")
    break_and_die(ground, name)
    moved = goto("01", playground=ground)
    assert ground.git("show", f"{moved.kept}:{name}") == whole


def test_going_elsewhere_within_a_block_that_broke_a_file(ground: Playground) -> None:
    file = ground.plugin_dir / "plugin.py"
    before = file.read_bytes()
    with (
        pytest.raises(StepFailed, match="was removed by somebody else"),
        broken("plugin.py", "class Plugin", "class Plug", playground=ground),
    ):
        goto("03", playground=ground)
    assert file.read_bytes() == before


REFUSED: list[tuple[str, Change, str]] = [
    ("merge", lambda g: (g.path / ".git" / "MERGE_HEAD").write_text("0" * 40), "A merge is under"),
    ("rebase", lambda g: (g.path / ".git" / "rebase-merge").mkdir(), "A rebase is under way"),
    ("branch", lambda g: g.git("branch", "mine"), "is called `mine`"),
]


@pytest.mark.parametrize(("name", "change", "says"), REFUSED, ids=[one[0] for one in REFUSED])
def test_what_cannot_be_kept_is_refused_and_nothing_changes(
    ground: Playground, name: str, change: Change, says: str
) -> None:
    del name
    ground.commit("all of it")
    (ground.plugin_dir / "plugin.py").write_text("mine\n")
    change(ground)
    before, refs = have(ground), ground.git("for-each-ref")
    for move, step in ((goto, "03"), (reset, "06")):
        with pytest.raises(StepFailed, match=says) as caught:
            move(step, playground=ground)
        assert caught.value.remedy
        assert (have(ground), ground.git("for-each-ref")) == (before, refs)


def test_a_file_that_cannot_be_read_is_told_before_anything_is_changed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with open_folder() as folder:
        monkeypatch.setenv("WORKBENCH_HOME", str(folder / "home"))
        secret = folder / "secret.txt"
        secret.write_text("mine\n")
        secret.chmod(0)
        with unprivileged(), pytest.raises(StepFailed, match=r"secret\.txt cannot be read"):
            on_disk.files_of(Playground(folder))


def test_what_somebody_writes_at_that_very_moment_stays(
    ground: Playground, monkeypatch: pytest.MonkeyPatch
) -> None:
    ground.commit("all of it")
    file = ground.plugin_dir / "plugin.py"

    def keep_slowly(*args: object, **kwargs: object) -> str | None:
        found = keep(*args, **kwargs)  # type: ignore[arg-type]
        file.write_text("at that very moment\n")
        return found

    monkeypatch.setattr(moving, "keep", keep_slowly)
    with pytest.raises(StepFailed, match=r"plugin\.py was changed by somebody else") as caught:
        goto("03", playground=ground)
    assert "kept on the branch mine/" in caught.value.message
    assert file.read_text() == "at that very moment\n"


class StopHereError(Exception):
    """What ends a move in these tests."""


@pytest.mark.parametrize("kind", [StopHereError, KeyboardInterrupt, OSError])
@pytest.mark.parametrize("where", ["_remove", "_write", "_write-2", "_point_main", "git reset"])
def test_nothing_is_lost_where_it_ends_halfway(
    ground: Playground,
    monkeypatch: pytest.MonkeyPatch,
    where: str,
    kind: type[BaseException],
) -> None:
    ground.commit("all of it")
    last = ground.git("rev-parse", "HEAD")
    for name in ("plugin.py", "base.Dockerfile", "go_wrapper/main.go", "go_wrapper/server.go"):
        (ground.plugin_dir / name).write_text("mine\n")
    (ground.path / "notes.txt").write_text("mine\n")
    before = without_derived(have(ground))
    name, _, wait = where.partition("-")
    calls = 0

    def stop(*args: object) -> None:
        nonlocal calls
        calls += 1
        if calls > int(wait or 1):
            raise kind
        real(*args)

    def stop_git(self: Playground, *words: str, stdin: Path | None = None) -> str:
        if words[0] == "reset":
            raise kind
        return real_git(self, *words, stdin=stdin)

    real_git = Playground.git
    with monkeypatch.context() as patch:
        if name == "git reset":
            patch.setattr(Playground, "git", stop_git)
        elif name == "_point_main":
            patch.setattr(moving, name, lambda *_: (_ for _ in ()).throw(kind()))
        else:
            real = getattr(on_disk, name)
            patch.setattr(on_disk, name, stop)
        with pytest.raises((kind, StepFailed)) as caught:
            goto("05", playground=ground)
    error = caught.value
    told = str(error) if isinstance(error, StepFailed) else "\n".join(error.__notes__)
    branch = told.split("kept on the branch ")[1].split(".")[0]
    assert kept(ground, branch) == before
    assert ground.git("merge-base", last, branch) == last
    goto("05", playground=ground)
    assert (ground.plugin_dir / "base.Dockerfile").read_text() != "mine\n"
    assert kept(ground, branch) == before
