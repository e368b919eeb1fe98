from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tutorial.places import tree
from workbench.errors import StepFailed, UsageError
from workbench.tutorial import Playground, broken, make_checks, mend_broken
from workbench.tutorial.breaking import broken_now
from workbench.tutorial.chapter import begin

MANIFEST = "golang-job-type/plugin-manifest.yaml"


def test_the_file_is_broken_within_the_block_and_as_before_after_it(ground: Playground) -> None:
    before = tree(ground.path)
    with broken(MANIFEST, "name: golang", "name: Golang", playground=ground) as change:
        assert "name: Golang-job-type" in (ground.path / MANIFEST).read_text()
        (checked,) = make_checks("02", ground)
        assert not checked.ok
        assert ground.git("status", "--porcelain", "--", ".workbench") == ""
    assert {name: digest for name, digest in tree(ground.path).items() if name in before} == before
    assert change.path == MANIFEST
    assert "-name: golang-job-type" in change.diff
    assert "+name: Golang-job-type" in change.diff
    assert not list(ground.state_dir.glob("broken-*"))


def test_whatever_ends_the_block(ground: Playground) -> None:
    before = (ground.path / MANIFEST).read_bytes()
    for error in (ValueError, KeyboardInterrupt, SystemExit):
        with pytest.raises(error), broken(MANIFEST, "name", "nom", playground=ground):
            raise error
        assert (ground.path / MANIFEST).read_bytes() == before


def test_permissions_and_line_ends_stay(ground: Playground) -> None:
    script = ground.plugin_dir / "run.sh"
    script.write_bytes(b"one\r\ntwo\r\n")
    script.chmod(0o755)
    with broken("run.sh", "two", "2", playground=ground):
        assert script.read_bytes() == b"one\r\n2\r\n"
        assert script.stat().st_mode & 0o777 == 0o755
    assert script.read_bytes() == b"one\r\ntwo\r\n"
    assert script.stat().st_mode & 0o777 == 0o755


def test_blocks_within_blocks(ground: Playground) -> None:
    before = tree(ground.plugin_dir)
    with (
        broken(MANIFEST, "name", "nom", playground=ground),
        broken(MANIFEST, "nom", "nombre", playground=ground),
        broken("go_wrapper/main.go", "func main", "func Main", playground=ground),
    ):
        assert (ground.path / MANIFEST).read_text().startswith("nombre")
    assert tree(ground.plugin_dir) == before


@pytest.mark.parametrize(
    ("path", "old", "new", "says"),
    [
        (MANIFEST, "nosuch", "x", "(?s)it is there 0 times.*write yours into this cell"),
        ("go_wrapper/main.go", "a", "b", r"it is there \d+ times"),
        (MANIFEST, "", "b", "it is there 0 times"),
        (MANIFEST, "name", "name", "that is what it shall become, too"),
        ("../outside.txt", "name", "nom", "is not within the playground"),
        ("/etc/passwd", "root", "nom", "is not within the playground"),
        ("link.txt", "name", "nom", "is not within the playground"),
        (".git/HEAD", "ref", "nom", "is not within the playground"),
    ],
)
def test_what_cannot_be_broken(
    ground: Playground, path: str, old: str, new: str, says: str
) -> None:
    outside = ground.path.parent / "outside.txt"
    outside.write_text("name")
    (ground.path / "link.txt").symlink_to(outside)
    before = tree(ground.path)
    with pytest.raises(UsageError, match=says), broken(path, old, new, playground=ground):
        pytest.fail("the block was entered")
    assert tree(ground.path) == before
    assert outside.read_text() == "name"


def test_a_file_that_is_not_written_yet(tmp_path: Path) -> None:
    with (
        pytest.raises(StepFailed, match="There is no file") as caught,
        broken(MANIFEST, "a", "b", playground=Playground(tmp_path)),
    ):
        pytest.fail("the block was entered")
    assert caught.value.remedy


def test_what_somebody_else_wrote_meanwhile_is_kept_beside_it(ground: Playground) -> None:
    file = ground.path / MANIFEST
    before = file.read_bytes()
    with (
        pytest.raises(StepFailed, match=r"kept in plugin-manifest\.yaml\.kept"),
        broken(MANIFEST, "name", "nom", playground=ground),
    ):
        file.write_text("mine\n")
    assert file.read_bytes() == before
    assert file.with_name("plugin-manifest.yaml.kept").read_text() == "mine\n"
    assert not broken_now()
    assert not list(ground.state_dir.glob("broken-*.json"))


def test_what_could_not_be_put_back_is_put_back_by_the_same_kernel_later(
    ground: Playground,
) -> None:
    before = (ground.path / MANIFEST).read_bytes()
    away = ground.path / "away"
    with (
        pytest.raises(StepFailed, match="could not be written"),
        broken(MANIFEST, "name", "nom", playground=ground),
    ):
        ground.plugin_dir.rename(away)
    away.rename(ground.plugin_dir)
    assert not broken_now()
    assert mend_broken(ground) == (MANIFEST,)
    assert (ground.path / MANIFEST).read_bytes() == before


def break_and_die(ground: Playground, name: str) -> None:
    """Let another process break the file's word `name`, and kill it within the block."""
    code = (
        "import os, pathlib, signal\n"
        "from workbench.tutorial import Playground, broken\n"
        f"with broken({name!r}, 'name', 'nom', playground=Playground(pathlib.Path('.'))):\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ground.path,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        check=False,
    )
    assert ended.returncode == -signal.SIGKILL


@pytest.mark.parametrize("edited", [False, True])
def test_a_kernel_that_was_killed_within_the_block(ground: Playground, *, edited: bool) -> None:
    file = ground.path / MANIFEST
    before = file.read_bytes()
    break_and_die(ground, MANIFEST)
    assert file.read_text().startswith("nom:")
    if edited:
        file.write_text("mine\n")
    assert mend_broken(ground) == (() if edited else (MANIFEST,))
    assert file.read_bytes() == (b"mine\n" if edited else before)
    assert mend_broken(ground) == ()


def test_a_broken_file_shows_itself_escaped(ground: Playground) -> None:
    with broken(MANIFEST, "name", "<b>&", playground=ground) as change:
        page = change._repr_html_()
    assert "+&lt;b&gt;&amp;: golang-job-type" in page
    assert "broken on purpose" in page
    assert str(change).startswith(f"{MANIFEST}:\n")


def test_a_chapter_begins_whole_where_the_last_kernel_died_in_a_break(ground: Playground) -> None:
    before = (ground.path / MANIFEST).read_bytes()
    break_and_die(ground, MANIFEST)
    begun = begin("03", playground=ground)
    assert begun.mended == (MANIFEST,)
    assert ("put back after a break", MANIFEST) in begun.told()
    assert (ground.path / MANIFEST).read_bytes() == before
