from __future__ import annotations

import os
import resource
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support import ROOT
from workbench._written import changed_since_written, note_written
from workbench.authoring import write_file
from workbench.errors import UsageError, WorkbenchError

MANIFEST = "golang-job-type/plugin-manifest.yaml"
TEXT = "name: a\nversion: 0.0.1\n"


def left_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_new_file_is_made_with_its_folders(playground: Path) -> None:
    made = write_file(MANIFEST, TEXT)
    file = playground / MANIFEST
    assert file.read_text() == TEXT
    assert stat.S_IMODE(file.stat().st_mode) == 0o644
    assert (made.path, made.file, made.outcome, made.ok) == (MANIFEST, file, "created", True)
    assert str(made) == f"{MANIFEST}: created (2 lines)"
    assert "<details>" not in made._repr_html_()
    assert left_in(file.parent) == ["plugin-manifest.yaml"]


@pytest.mark.parametrize(
    "slip", ["golang-job-typ/plugin-manifest.yaml", "golang-job-type/plugin-manifst.yaml"]
)
def test_a_slip_in_the_name_of_a_new_file_is_asked_about(playground: Path, slip: str) -> None:
    made = write_file(slip, TEXT)
    assert (playground / slip).read_text() == TEXT
    question = f"No file of the tutorial is called so. Did you mean {MANIFEST}?"
    assert str(made) == f"{slip}: created (2 lines)\n{question}"
    assert question in made._repr_html_()
    assert "Did you mean" not in str(write_file(slip, TEXT)), "once is enough"
    (playground / slip).unlink()
    write_file(MANIFEST, TEXT)
    assert write_file(slip, TEXT).meant == "", "a file beside it"


def test_a_name_of_ones_own_is_no_slip(playground: Path) -> None:
    assert write_file("my-job/perform.go", "package job\n").meant == ""
    assert (playground / "my-job" / "perform.go").is_file()


def test_the_same_text_again_leaves_the_file_alone(playground: Path) -> None:
    write_file(MANIFEST, TEXT)
    before = (playground / MANIFEST).stat()
    again = write_file(MANIFEST, TEXT)
    assert str(again) == f"{MANIFEST}: unchanged"
    assert (again.added, again.removed, again.diff) == (0, 0, "")
    after = (playground / MANIFEST).stat()
    assert (after.st_mtime_ns, after.st_ino) == (before.st_mtime_ns, before.st_ino)


def test_what_changed_is_counted_and_shown_folded(playground: Path) -> None:
    write_file(MANIFEST, TEXT)
    (playground / MANIFEST).chmod(0o600)
    changed = write_file(MANIFEST, "name: <b>\nversion: 0.0.1\nurl: c\n")
    assert (changed.outcome, changed.added, changed.removed) == ("changed", 2, 1)
    assert changed.diff == "@@ -1,2 +1,3 @@\n-name: a\n+name: <b>\n version: 0.0.1\n+url: c"
    page = changed._repr_html_()
    assert "<b>changed (+2 -1)</b>" in page
    assert "<details><summary>what changed</summary>" in page
    assert "+name: &lt;b&gt;" in page
    assert stat.S_IMODE((playground / MANIFEST).stat().st_mode) == 0o644
    assert str(playground) not in page + str(changed) + repr(changed)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("a: 1", "a: 1\n"),
        ("a: 1\n\n\n", "a: 1\n"),
        ("a: 1\r\nb: 2\rc: 3\r\n", "a: 1\nb: 2\nc: 3\n"),
        ("\n# first\na: 1 \n", "\n# first\na: 1 \n"),
    ],
    ids=["no-end", "many-ends", "other-systems", "blanks-stay"],
)
def test_line_ends_are_those_of_linux_and_the_last_line_has_one(
    playground: Path, given: str, kept: str
) -> None:
    write_file(MANIFEST, given)
    assert (playground / MANIFEST).read_bytes() == kept.encode()


def test_an_empty_text_is_an_empty_file(playground: Path) -> None:
    assert str(write_file("a/go.sum", "\n")) == "a/go.sum: created (0 lines)"
    assert (playground / "a" / "go.sum").read_bytes() == b""
    (playground / "a" / "go.sum").write_bytes(b"x")
    emptied = write_file("a/go.sum", "")
    assert emptied.diff.split("\n")[1:] == ["-x", "-\\ no line end at the end of the file"]


def test_bytes_that_were_no_text_are_replaced(playground: Path) -> None:
    playground.mkdir()
    (playground / "a.txt").write_bytes(b"\xff\n")
    assert write_file("a.txt", "\ufffd\n").outcome == "changed"
    assert (playground / "a.txt").read_text() == "\ufffd\n"


@pytest.mark.parametrize(
    "path",
    ["../a.txt", "a/../../b.txt", "/etc/passwd", "~/a.txt", "link/a.txt", "dangling", "loop/a"],
)
def test_no_path_leaves_the_playground(playground: Path, tmp_path: Path, path: str) -> None:
    playground.mkdir()
    (tmp_path / "outside").mkdir()
    (playground / "link").symlink_to(tmp_path / "outside")
    (playground / "dangling").symlink_to(tmp_path / "outside" / "new.txt")
    (playground / "loop").symlink_to(playground / "loop")
    before = left_in(playground)
    with pytest.raises(UsageError, match=r"leads out of the playground|cannot be the name"):
        write_file(path, "text")
    assert left_in(tmp_path / "outside") == []
    assert left_in(playground) == before


@pytest.mark.parametrize("path", ["", ".", "a/", "a/..", "a\0b", ".git/config", ".GIT/HEAD"])
def test_what_is_no_file_of_the_learners_is_refused(playground: Path, path: str) -> None:
    with pytest.raises(UsageError, match=r"no name of a file|cannot be the name|belongs to git"):
        write_file(path, "text")
    assert not playground.exists()


def test_a_path_may_be_absolute_and_go_through_links_within(playground: Path) -> None:
    playground.mkdir()
    (playground / "real").mkdir()
    (playground / "link").symlink_to("real")
    assert write_file(playground / "link" / "a.txt", "text").path == "real/a.txt"
    assert (playground / "real" / "a.txt").read_text() == "text\n"


def test_half_a_character_is_told_with_its_line(playground: Path) -> None:
    with pytest.raises(UsageError, match=r"a\.txt:2: holds '\\ud800', which is half a character"):
        write_file("a.txt", "a\nb\ud800\n")
    assert not (playground / "a.txt").exists()


def test_a_folder_in_the_way_is_told(playground: Path) -> None:
    (playground / MANIFEST).mkdir(parents=True)
    with pytest.raises(WorkbenchError, match="a folder of that name is there"):
        write_file(MANIFEST, TEXT)
    assert (playground / MANIFEST).is_dir()


def test_a_file_where_a_folder_must_be_is_told(playground: Path) -> None:
    playground.mkdir()
    (playground / "golang-job-type").write_text("mine")
    with pytest.raises(WorkbenchError, match="golang-job-type is a file, and no folder"):
        write_file(MANIFEST, TEXT)
    assert (playground / "golang-job-type").read_text() == "mine"


def test_a_playground_that_is_a_file_is_told(playground: Path) -> None:
    playground.write_text("mine")
    with pytest.raises(WorkbenchError, match="playground is a file, and no folder"):
        write_file(MANIFEST, TEXT)


def test_a_file_above_the_playground_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "above").write_text("mine")
    monkeypatch.setenv("WORKBENCH_PLAYGROUND", str(tmp_path / "above" / "playground"))
    with pytest.raises(WorkbenchError, match="above is a file, and no folder"):
        write_file(MANIFEST, TEXT)


def test_a_name_that_no_file_can_have_is_told(playground: Path) -> None:
    playground.mkdir()
    with pytest.raises(WorkbenchError, match="could not be written: File name too long"):
        write_file("a" * 300, TEXT)


def test_a_pipe_is_not_waited_for(playground: Path) -> None:
    playground.mkdir()
    os.mkfifo(playground / "pipe")
    with pytest.raises(WorkbenchError, match="it is no ordinary file"):
        write_file("pipe", TEXT)


def test_a_read_only_file_stays(playground: Path) -> None:
    write_file(MANIFEST, TEXT)
    (playground / MANIFEST).chmod(0o444)
    with pytest.raises(WorkbenchError, match="it is read-only") as caught:
        write_file(MANIFEST, "name: b\n")
    assert f"chmod u+w {MANIFEST}" in str(caught.value)
    assert (playground / MANIFEST).read_text() == TEXT


@contextmanager
def no_room_beyond(size: int) -> Iterator[None]:
    """Let no file of this process grow beyond `size` bytes, as on a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_where_there_is_no_room_the_old_text_stays(playground: Path) -> None:
    write_file(MANIFEST, TEXT)
    with (
        no_room_beyond(1000),
        pytest.raises(WorkbenchError, match="could not be written: File too large"),
    ):
        write_file(MANIFEST, "name: b\n" * 1000)
    assert (playground / MANIFEST).read_text() == TEXT
    assert left_in(playground / "golang-job-type") == ["plugin-manifest.yaml"]
    assert changed_since_written(playground) == ()


def test_a_change_by_somebody_else_is_noticed(playground: Path) -> None:
    write_file(MANIFEST, TEXT)
    write_file("b.txt", "b")
    write_file("c.txt", "c")
    assert changed_since_written(playground) == ()
    (playground / MANIFEST).write_text("name: theirs\n")
    (playground / "b.txt").unlink()
    assert changed_since_written(playground) == ("b.txt", MANIFEST)
    note_written(playground, [MANIFEST, "b.txt"])
    assert changed_since_written(playground) == ()
    (playground / MANIFEST).write_text(TEXT)
    assert changed_since_written(playground) == (MANIFEST,)
    assert write_file(MANIFEST, TEXT).outcome == "unchanged"
    assert changed_since_written(playground) == ()


def test_every_finished_file_is_written_as_it_is(playground: Path) -> None:
    for name in ("go_wrapper/server.go", "job-template.Dockerfile", "plugin.py"):
        source = ROOT / "golang-job-type" / name
        written = write_file(f"golang-job-type/{name}", source.read_text())
        assert written.ok, str(written)
        assert (playground / "golang-job-type" / name).read_bytes() == source.read_bytes()
