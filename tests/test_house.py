"""The rules of the house that no linter knows."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import ROOT, tracked_files

CODE = {".go", ".js", ".py", ".sh", ".yml"}
MOST_LINES = 300

# Spelt so that this file does not hold what it looks for.
NOWHERE = [
    r"py" + r"pi\.(org|python)",
    r"python" + r"hosted\.org",
    r"proxy\." + r"golang\.org|sum\." + r"golang\.org",
    r"npm" + r"js\.(org|com)",
    r"crates" + r"\.io",
    r"deb\." + r"debian\.org",
    r"/(root|Users)/" + r"\w|/home/" + r"\w+/|/work/" + r"(main|shared)",
]


def _text(path: Path) -> str:
    return path.read_text(errors="replace")


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_files_of_code_are_short() -> None:
    code = [path for path in tracked_files() if path.suffix in CODE or path.name == "Makefile"]
    assert len(code) > 20
    lines = {_name(path): len(_text(path).splitlines()) for path in code}
    assert {name: count for name, count in lines.items() if count >= MOST_LINES} == {}


def test_the_plugin_stands_by_itself() -> None:
    plugin = [path for path in tracked_files() if _name(path).startswith("golang-job-type/")]
    assert ROOT / "golang-job-type" / "plugin-manifest.yaml" in plugin
    assert [_name(path) for path in plugin if "workbench" in _text(path).lower()] == []


@pytest.mark.parametrize("pattern", NOWHERE)
def test_nothing_names_a_registry_or_a_path_of_somebodys_machine(pattern: str) -> None:
    found = [_name(path) for path in tracked_files() if re.search(pattern, _text(path))]
    assert found == []


def test_no_notebook_looks_into_a_folder_that_other_sessions_use_as_well() -> None:
    # What is newest there may be another's, and gone a moment later.
    notebooks = [path for path in tracked_files() if path.suffix == ".ipynb"]
    assert len(notebooks) > 10
    shared = re.compile(r"\b(stage|run|log)_dir\b")
    assert [_name(path) for path in notebooks if shared.search(_text(path))] == []


def test_the_package_alone_imports_no_jupyter_and_no_docker() -> None:
    heavy = {"IPython", "docker", "ipykernel", "ipywidgets", "jupyterlab", "nbclient", "nbformat"}
    script = "import sys, workbench; print(*{name.split('.')[0] for name in sys.modules})"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT
    )
    loaded = set(done.stdout.split())
    assert "workbench" in loaded
    assert loaded & heavy == set()


def test_ci_runs_the_command_that_the_readme_gives() -> None:
    assert re.search(r"^\s*make test\b", _text(ROOT / "README.md"), flags=re.MULTILINE)
    assert _text(ROOT / ".ci" / "run").splitlines()[-1] == "make test"


def test_help_lists_every_target() -> None:
    told = subprocess.run(
        ["make", "--no-print-directory"], capture_output=True, text=True, check=True, cwd=ROOT
    )
    names = " ".join(line.split()[1] for line in told.stdout.splitlines())
    assert names == "help demo lab test check fix go notebooks bench clean"
