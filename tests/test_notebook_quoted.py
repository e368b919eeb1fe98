"""What a notebook's cells write is what the finished plugin holds."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.support import ROOT
from workbench.errors import NotebookError
from workbench.notebooks import (
    check_notebook,
    check_quoted,
    find_notebooks,
    fix_notebook,
    sync_quoted,
)

NAME = "golang-job-type/plugin.py"
TEXT = (ROOT / NAME).read_text()


def notebook(folder: Path, *sources: str, tags: Sequence[str] = (), kind: str = "code") -> Path:
    run: dict[str, object] = {"execution_count": None, "outputs": []} if kind == "code" else {}
    cells: list[dict[str, object]] = [
        {"cell_type": kind, "id": f"cell-{'abc'[number]}", "metadata": {"tags": list(tags)}} | run
        for number in range(len(sources))
    ]
    for cell, source in zip(cells, sources, strict=True):
        cell["source"] = source
    path = folder / "a.ipynb"
    path.write_text(
        json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    )
    fix_notebook(path)
    return path


def found(path: Path) -> list[str]:
    return [f"{deviation.cell}: {deviation.what}" for deviation in check_quoted(path)]


@pytest.mark.parametrize("path", find_notebooks(), ids=lambda path: path.name)
def test_what_our_notebooks_write_is_what_the_finished_files_hold(path: Path) -> None:
    assert [str(deviation) for deviation in check_quoted(path)] == []


@pytest.mark.parametrize(
    "source",
    [f"%%wbfile {NAME}\n{TEXT}", f"%%wbfile  '{NAME}' \n{TEXT.rstrip()}", "x = 1", "%%time\nx"],
)
def test_the_same_text_is_fine(tmp_path: Path, source: str) -> None:
    path = notebook(tmp_path, source)
    before = path.stat()
    assert found(path) == []
    assert sync_quoted(path) == []
    assert path.stat().st_mtime_ns == before.st_mtime_ns


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (TEXT.replace("class Plugin", "class Plugins"), 10),
        (TEXT + "x = 1", 28),
        ("\n".join(TEXT.split("\n")[:4]), 5),
        ("", 1),
    ],
    ids=["changed", "longer", "shorter", "empty"],
)
def test_a_cell_that_differs_is_told_and_rewritten(tmp_path: Path, text: str, line: int) -> None:
    path = notebook(tmp_path, "x = 1", f"%%wbfile {NAME}\n{text}")
    expected = [f"cell-b: differs from {NAME}, first on line {line}"]
    assert found(path) == expected
    assert [f"{one.cell}: {one.what}" for one in sync_quoted(path)] == expected
    assert found(path) == []
    assert check_notebook(path) == []
    cells = json.loads(path.read_text())["cells"]
    assert "".join(cells[1]["source"]) == f"%%wbfile {NAME}\n{TEXT}".rstrip("\n")
    assert cells[0]["source"] == ["x = 1"]


def test_a_text_of_its_own_is_left_alone(tmp_path: Path) -> None:
    path = notebook(tmp_path, f"%%wbfile {NAME}\nmine", tags=["own-text"])
    before = path.read_bytes()
    assert found(path) == []
    assert sync_quoted(path) == []
    assert path.read_bytes() == before


def test_markdown_may_speak_of_the_magic(tmp_path: Path) -> None:
    assert found(notebook(tmp_path, f"%%wbfile {NAME}\nmine", kind="markdown")) == []


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("%%wbfile golang-job-type/plugins.py\nx", "plugins.py is no file of the finished project"),
        ("%%wbfile /etc/passwd\nx", "/etc/passwd is no file of the finished project"),
        ("%%wbfile\nx", "%%wbfile names no file"),
        (f"%%wbfile {NAME} b\nx", "%%wbfile names 2 files"),
        (f"x = 1\n%%wbfile {NAME}", "%%wbfile is not on its first line, so it is not understood"),
    ],
)
def test_a_cell_that_cannot_be_right_is_told_and_nothing_rewritten(
    tmp_path: Path, source: str, what: str
) -> None:
    path = notebook(tmp_path, f"%%wbfile {NAME}\nold", source)
    before = path.read_bytes()
    (_, told) = found(path)
    assert told.startswith("cell-b: ")
    assert told.endswith(what)
    with pytest.raises(NotebookError, match=r"a\.ipynb: cell-b: .*\nRemedy: correct it, or give"):
        sync_quoted(path)
    assert path.read_bytes() == before
