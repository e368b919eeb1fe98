"""Running notebooks; ours run in a stage of their own, see tests/stages.py."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import psutil
import pytest

from tests.support import ROOT
from workbench.errors import NotebookError
from workbench.notebooks import NotebookRun, fix_notebook, run_notebook
from workbench.settings import get_settings


def notebook(folder: Path, *cells: str, tags: Sequence[str] = ()) -> Path:
    """A notebook with these code cells; the last one has the tags."""
    path = folder / "a.ipynb"
    code: list[object] = [
        {
            "cell_type": "code",
            "execution_count": None,
            "id": f"cell-{'abc'[number]}",
            "metadata": {"tags": list(tags)} if number == len(cells) - 1 else {},
            "outputs": [],
            "source": source,
        }
        for number, source in enumerate(cells)
    ]
    path.write_text(json.dumps({"cells": code, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    fix_notebook(path)
    return path


def text_of(run: NotebookRun, cell: int) -> str:
    return "".join(output.text for output in run.notebook.cells[cell].outputs)


def test_it_runs_in_its_own_folder_strictly_and_in_this_python(tmp_path: Path) -> None:
    path = notebook(
        tmp_path,
        "import os, sys, pathlib\nprint(pathlib.Path('a.ipynb').exists())",
        "print(os.environ['WORKBENCH_STRICT'], os.environ['MINE'])",
        f"print(sys.executable == {json.dumps(sys.executable)})",
    )
    run = run_notebook(path, env={"MINE": "here"})
    assert [text_of(run, cell) for cell in range(3)] == ["True\n", "1 here\n", "True\n"]
    assert run.cells == 3
    assert str(run).startswith("a.ipynb: 3 cells ran in ")


def test_a_failing_cell_is_quoted(tmp_path: Path) -> None:
    path = notebook(tmp_path, "a = 1", "a / 0", "print('not reached')")
    with pytest.raises(NotebookError) as caught:
        run_notebook(path)
    assert caught.value.message == "a.ipynb: cell-b: ZeroDivisionError: division by zero"
    assert "----> 1 a / 0" in str(caught.value)
    assert "\x1b" not in str(caught.value)


def test_an_error_of_ours_is_quoted_without_a_traceback(tmp_path: Path) -> None:
    path = notebook(
        tmp_path, "import workbench.errors as e\nraise e.BuildError('no go', remedy='get go')"
    )
    with pytest.raises(NotebookError) as caught:
        run_notebook(path)
    assert caught.value.log == ("BuildError: no go", "Remedy: get go")


def test_a_cell_may_fail_on_purpose_or_be_left_out(tmp_path: Path) -> None:
    path = notebook(tmp_path, "1", "1 / 0", tags=["raises-exception"])
    assert run_notebook(path).cells == 2
    path = notebook(tmp_path, "1", "1 / 0", tags=["skip-execution"])
    assert run_notebook(path).cells == 1


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import sys; print('mind', file=sys.stderr)", "a.ipynb: cell-a: wrote to stderr: mind"),
        ("import warnings; warnings.warn('old')", "cell-a: wrote to stderr: .*UserWarning: old"),
        ("import workbench; workbench.__path__", f"cell-a: shows a path of this machine, {ROOT}"),
        (
            "from IPython.display import HTML; import pathlib; HTML(f'<b>{pathlib.Path.home()}')",
            "cell-a: shows a path of this machine, /",
        ),
        (
            "import socket; s = socket.create_server(('127.0.0.1', 0))",
            r"left a listening port: \d+",
        ),
        ("import os; os._exit(3)", "a.ipynb: cell-a: the kernel died"),
    ],
    ids=["stderr", "warning", "path", "path-in-html", "port", "kernel-died"],
)
def test_what_a_notebook_may_not_do_is_told(tmp_path: Path, source: str, expected: str) -> None:
    with pytest.raises(NotebookError, match=expected):
        run_notebook(notebook(tmp_path, source))


@pytest.mark.parametrize("home", ["/", tempfile.gettempdir()])
def test_a_home_that_every_machine_has_tells_nothing(tmp_path: Path, home: str) -> None:
    path = notebook(tmp_path, f"print({tempfile.gettempdir() + '/stage'!r})")
    env = {"HOME": home, "WORKBENCH_HOME": str(tmp_path / "home")}
    assert text_of(run_notebook(path, env=env), 0) == f"{tempfile.gettempdir()}/stage\n"


def test_a_process_that_is_left_is_told_and_stopped(tmp_path: Path) -> None:
    path = notebook(
        tmp_path,
        "import subprocess, pathlib\n"
        "child = subprocess.Popen(['sleep', '600'], start_new_session=True)\n"
        "_ = pathlib.Path('pid').write_text(str(child.pid))",
    )
    with pytest.raises(NotebookError, match=r"a\.ipynb: left running: sleep"):
        run_notebook(path)
    assert not psutil.pid_exists(int((tmp_path / "pid").read_text()))


def test_the_time_is_that_of_the_whole_notebook(tmp_path: Path) -> None:
    path = notebook(tmp_path, "import threading", "threading.Event().wait(60)")
    with pytest.raises(NotebookError, match="cell-b: it did not end in the time for the whole"):
        run_notebook(path, timeout=2)


def test_the_user_s_own_kernels_and_profile_are_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("JUPYTER_PATH", "IPYTHONDIR"):
        monkeypatch.setenv(name, str(tmp_path / name))
    spec = tmp_path / "JUPYTER_PATH" / "kernels" / "python3"
    spec.mkdir(parents=True)
    (spec / "kernel.json").write_text(
        '{"argv": ["false"], "display_name": "b", "language": "python"}'
    )
    startup = tmp_path / "IPYTHONDIR" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "a.py").write_text("mine = 1")
    assert text_of(run_notebook(notebook(tmp_path, "print('mine' in dir())")), 0) == "False\n"


def test_settings_of_this_process_reach_the_kernel(tmp_path: Path) -> None:
    path = notebook(tmp_path, "import os; print(len(os.environ['WORKBENCH_HOME']))")
    assert text_of(run_notebook(path), 0) == f"{len(str(get_settings().home))}\n"
