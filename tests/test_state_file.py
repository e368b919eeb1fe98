from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from pydantic import BaseModel

from tests.support import ROOT
from workbench._state_file import StateFile
from workbench._written import changed_since_written, note_written


class Count(BaseModel):
    number: int = 0


def counter(folder: Path) -> StateFile[Count]:
    return StateFile(folder / ".workbench" / "count.json", Count)


def add(state: Count) -> None:
    state.number += 1


def test_what_was_written_is_read_again_and_git_is_told_to_ignore_it(tmp_path: Path) -> None:
    assert counter(tmp_path).read().state.number == 0
    assert not list(tmp_path.iterdir()), "reading made something"
    counter(tmp_path).update(add)
    counter(tmp_path).update(add)
    assert counter(tmp_path).read().state.number == 2
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    (tmp_path / "mine.txt").write_text("")
    status = ["git", "-C", str(tmp_path), "status", "--porcelain"]
    seen = subprocess.run(status, capture_output=True, text=True, check=True)
    assert seen.stdout == "?? mine.txt\n"


@pytest.mark.parametrize("content", [b"{", b"", b"[1]", b'{"number": "x"}', b"\xff\xfe"])
def test_a_file_that_is_not_ours_is_kept_and_told(tmp_path: Path, content: bytes) -> None:
    file = counter(tmp_path)
    file.update(add)
    file.path.write_bytes(content)
    kept = file.update(add)
    assert kept.state.number == 1
    assert kept.notice is not None
    assert "kept as count-kept-1.json, and begun anew." in kept.notice
    assert (file.path.parent / "count-kept-1.json").read_bytes() == content
    assert file.read().notice is None
    file.path.write_bytes(content)
    assert "count-kept-2.json" in (file.read().notice or "")


def test_a_place_that_cannot_be_written_is_told_and_not_raised(tmp_path: Path) -> None:
    (tmp_path / ".workbench").write_text("a file in the way")
    kept = counter(tmp_path).update(add)
    assert kept.state.number == 0
    assert kept.notice == ".workbench/count.json could not be written: File exists."


def test_processes_at_the_same_time_lose_nothing(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from tests.test_state_file import add, counter\n"
        "for _ in range(40): counter(Path(sys.argv[1])).update(add)"
    )
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", code, str(tmp_path)]
    children = [subprocess.Popen(command, env=env, cwd=ROOT) for _ in range(3)]
    assert [child.wait(60) for child in children] == [0, 0, 0]
    assert counter(tmp_path).read().state.number == 120


def test_who_changes_it_waits_for_whoever_does(tmp_path: Path) -> None:
    file = counter(tmp_path)
    other = threading.Thread(target=file.update, args=(add,))

    def slowly(state: Count) -> None:
        other.start()
        other.join(0.3)
        assert other.is_alive()
        add(state)

    file.update(slowly)
    other.join()
    assert file.read().state.number == 2


def test_a_file_that_somebody_else_changed_or_removed_is_named(tmp_path: Path) -> None:
    for name in ("a.go", "b.go", "c.go"):
        (tmp_path / name).write_text("before")
    assert note_written(tmp_path, ["a.go", "b.go", "c.go"]) is None
    assert changed_since_written(tmp_path) == ()
    (tmp_path / "c.go").unlink()
    (tmp_path / "a.go").write_text("after")
    assert changed_since_written(tmp_path) == ("a.go", "c.go")
    note_written(tmp_path, ["a.go", "c.go"])
    assert changed_since_written(tmp_path) == ()
