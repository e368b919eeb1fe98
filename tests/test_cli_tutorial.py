"""The verbs for moving about in the tutorial, run as a person runs them."""

from __future__ import annotations

import re
import shlex
import signal
import subprocess
from pathlib import Path

import psutil
import pytest

from tests.command_line import running, workbench
from tests.tutorial.places import tree

PLUGIN_PY = Path("golang-job-type", "plugin.py")


@pytest.fixture
def playground(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the chapters write; there is nothing yet."""
    monkeypatch.setenv("WORKBENCH_PLAYGROUND", str(tmp_path / "playground"))
    return tmp_path / "playground"


def test_goto_and_back(playground: Path) -> None:
    first = workbench("goto", "7")
    assert (first.returncode, first.stdout) == (0, "")
    assert first.stderr.startswith(
        "The playground is as the chapters before 07-racetrackignore leave it ("
    )
    (playground / PLUGIN_PY).write_text("mine\n")
    second = workbench("goto", "05-job-template", cwd=playground.parent)
    assert second.returncode == 0
    assert not (playground / PLUGIN_PY).exists()
    assert re.fullmatch(r"git -C playground switch mine/[\d-]+\n", second.stdout)
    subprocess.run(shlex.split(second.stdout), cwd=playground.parent, check=True)
    assert (playground / PLUGIN_PY).read_text() == "mine\n"


def test_reset_one_file_and_all(playground: Path) -> None:
    workbench("goto", "7")
    finished = (playground / PLUGIN_PY).read_bytes()
    for words in (("6", "plugin.py"), ("6",), ()):
        (playground / PLUGIN_PY).write_text(f"mine {words}\n")
        answer = workbench("reset", *words, cwd=playground.parent)
        assert answer.returncode == 0, answer.stderr
        assert answer.stderr.startswith("Put back: golang-job-type/plugin.py (")
        assert (playground / PLUGIN_PY).read_bytes() == finished
        subprocess.run(shlex.split(answer.stdout), cwd=playground.parent, check=True)
        assert (playground / PLUGIN_PY).read_text() == f"mine {words}\n"


def test_a_playground_that_git_cannot_work_in_is_told(playground: Path) -> None:
    playground.write_text("a file")
    answer = workbench("goto", "3")
    assert answer.returncode == 1
    assert answer.stderr.startswith("error: ")
    assert "Traceback" not in answer.stderr


def test_lab_works_on_a_copy_that_is_removed(playground: Path, tmp_path: Path) -> None:
    workbench("goto", "4")
    (playground / "notes.txt").write_text("mine\n")
    before = tree(playground.parent)
    log = tmp_path / "log"
    with running("lab", "--scratch", "--no-browser", log=log) as (child, address):
        assert address.startswith("http://127.0.0.1:")
        root = Path(log.read_text().split("Working on a copy in ")[1].split(":")[0])
        (server,) = psutil.Process(child.pid).children()
        assert server.environ()["WORKBENCH_PLAYGROUND"] == str(root / "playground")
        assert f"--ServerApp.root_dir={root}" in server.cmdline()
        assert (root / "notebooks" / "00-start-here.ipynb").is_file()
        assert (root / "playground" / "notes.txt").read_text() == "mine\n"
        assert (root / "playground" / ".git" / "HEAD").is_file()
        (root / "playground" / "notes.txt").write_text("changed\n")
        child.send_signal(signal.SIGINT)
        assert child.wait(30) == 130
    assert not root.exists()
    assert f"{root} is removed, with all that was changed there" in log.read_text()
    log.unlink()
    assert tree(playground.parent) == before


def test_lab_without_a_playground_to_copy(playground: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    with running("lab", "--scratch", "--no-browser", log=log) as (child, _):
        child.terminate()
        assert child.wait(30) == 143
    assert not playground.exists()
    assert "is removed" in log.read_text()
