from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from workbench.authoring.magic import wbfile
from workbench.errors import UsageError
from workbench.notebooks import find_notebooks, fix_notebook, run_notebook
from workbench.notebooks.form import read_notebook
from workbench.tutorial import STEPS


class Shell:
    """What IPython's shell does with a magic."""

    def __init__(self) -> None:
        self.magics: dict[tuple[str, str], Callable[[str, str], object]] = {}

    def register_magic_function(
        self, func: Callable[[str, str], object], magic_kind: str, magic_name: str
    ) -> None:
        self.magics[magic_kind, magic_name] = func


def test_loading_the_extension_brings_the_magic(playground: Path) -> None:
    shell = Shell()
    wb.load_ipython_extension(shell)
    written = shell.magics["cell", "wbfile"](" a/b.txt ", "text\n")
    assert isinstance(written, wb.FileWritten)
    assert (playground / "a" / "b.txt").read_text() == "text\n"


def test_a_path_with_blanks_stands_in_quotes(playground: Path) -> None:
    assert wbfile("'a b.txt'", "text").file == playground / "a b.txt"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("", "%%wbfile names no file"),
        ("a.txt b.txt", "%%wbfile names 2 files"),
        ("'a.txt", "%%wbfile 'a.txt: No closing quotation"),
    ],
)
def test_a_wrong_first_line_says_how_it_goes(line: str, message: str) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        wbfile(line, "text")
    assert "begin the cell with a line such as `%%wbfile golang" in str(caught.value)


def test_the_extension_needs_no_ipython() -> None:
    code = (
        "import sys, workbench, workbench.authoring.magic as m\n"
        "print('IPython' in sys.modules, 'pygments' in sys.modules)"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "False False\n"


CELLS = [
    "import workbench as wb\n%load_ext workbench",
    "%%wbfile golang-job-type/go_wrapper/main.go\npackage main\n\nfunc main() {\n\tx := 'a\n}",
    "%%wbfile golang-job-type/go_wrapper/main.go\n"
    "package main\n\n// >>> {x} $x %x !x ?\nfunc main() {}",
    "wb.show('golang-job-type/go_wrapper/main.go', 'main')",
    "%%wbfile ../outside.txt\nno",
]


def outputs_of(folder: Path, playground: Path, *sources: str) -> list[list[Any]]:
    """What the cells of a notebook show, run in a kernel of its own."""
    cells: list[object] = [
        {
            "cell_type": "code",
            "execution_count": None,
            "id": f"cell-{'abcde'[number]}",
            "metadata": {"tags": ["raises-exception"]} if "outside" in source else {},
            "outputs": [],
            "source": source,
        }
        for number, source in enumerate(sources)
    ]
    path = folder / "a.ipynb"
    path.write_text(
        json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    )
    fix_notebook(path)
    run = run_notebook(path, env={"WORKBENCH_PLAYGROUND": str(playground)})
    return [cell.outputs for cell in run.notebook.cells]


def begin_cell(chapter: Path) -> str:
    """The text of a chapter's first cell of code."""
    return next(str(cell.source) for cell in read_notebook(chapter).cells if cell.id == "begin")


CHAPTERS = [path for path in find_notebooks() if path.stem in {step.id for step in STEPS}]


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_chapters_load_the_magic_by_beginning(chapter: Path) -> None:
    assert begin_cell(chapter) == f'import workbench as wb\n\nwb.begin("{chapter.stem}")'


def test_a_chapter_that_begins_again_has_nothing_to_say_of_the_magic(
    playground: Path, tmp_path: Path
) -> None:
    cells = [begin_cell(find_notebooks()[1])] * 2 + ["%%wbfile a.txt\nhere"]
    first, again, written = outputs_of(tmp_path, playground, *cells)
    assert [out.output_type for out in first + again] == ["display_data"] * 2
    assert "created" in written[0].data["text/html"]


def test_a_notebook_writes_and_quotes_a_file(playground: Path, tmp_path: Path) -> None:
    outputs = outputs_of(tmp_path, playground, *CELLS)
    file = playground / "golang-job-type" / "go_wrapper" / "main.go"
    assert file.read_text() == CELLS[2].split("\n", 1)[1] + "\n"
    assert outputs[0] == []
    assert (
        "mistake on line 4 (line 5 of this cell), column 7</b>: " in outputs[1][0].data["text/html"]
    )
    assert (
        "main.go:4:7 (line 5 of this cell): rune literal not terminated"
        in outputs[1][0].data["text/plain"]
    )
    assert "<b>changed (+2 -3)</b>" in outputs[2][0].data["text/html"]
    assert outputs[3][0].data["text/plain"].startswith("golang-job-type/go_wrapper/main.go, lines")
    assert "func</span> main() {}" in outputs[3][0].data["text/html"]
    assert outputs[4][0].traceback[0].startswith("UsageError: ../outside.txt leads out")
