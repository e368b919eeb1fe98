"""Cells that write a file hold the text of the finished one: one place to edit, one command.

A cell with the tag `own-text` differs on purpose and is left alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any

from workbench._finished import finished_project
from workbench.authoring.magic import MAGIC, read_path
from workbench.errors import NotebookError, UsageError
from workbench.notebooks.form import Deviation, dump_notebook, read_notebook, write_notebook

OWN_TEXT = "own-text"
"""The tag of a cell that deliberately differs from the finished file."""


def check_quoted(path: str | Path) -> list[Deviation]:
    """Which `%%wbfile` cells of a notebook differ from the finished files; nothing is written.

    Raises:
        NotebookError: It cannot be read as a notebook.
    """
    path = Path(path)
    return [Deviation(path, cell, what) for cell, what, _ in _compare(read_notebook(path))]


def sync_quoted(path: str | Path) -> list[Deviation]:
    """Put the text of the finished files into the `%%wbfile` cells that differ from them.

    Returns:
        The cells that were rewritten; the file is left alone where there are none.

    Raises:
        NotebookError: It cannot be read as a notebook, or a cell writes what is no finished file.
    """
    path = Path(path)
    notebook = read_notebook(path)
    found = list(_compare(notebook))
    for cell, what, rewritten in found:
        if not rewritten:
            raise NotebookError(
                f"{path}: {cell}: {what}.", remedy=f"correct it, or give it the tag {OWN_TEXT}."
            )
    if found:
        write_notebook(path, dump_notebook(notebook))
    return [Deviation(path, cell, what) for cell, what, _ in found]


def _compare(notebook: Any) -> Iterator[tuple[str, str, bool]]:
    """Each cell that differs: its name, what differs, and whether `notebook` was mended there."""
    finished = finished_project()
    for number, cell in enumerate(notebook.cells, start=1):
        name = cell.get("id") or f"cell {number}"
        lines = cell.source.split("\n")
        if cell.cell_type != "code" or OWN_TEXT in cell.metadata.get("tags", []):
            continue
        if not _begins_with_magic(lines[0]):
            if any(map(_begins_with_magic, lines)):
                yield name, f"%%{MAGIC} is not on its first line, so it is not understood", False
            continue
        try:
            file = read_path(lines[0].removeprefix(f"%%{MAGIC}"))
        except UsageError as error:
            yield name, error.message.rstrip("."), False
            continue
        if file not in finished:
            yield name, f"{file} is no file of the finished project", False
            continue
        wanted = finished[file].read_text(encoding="utf-8").removesuffix("\n").split("\n")
        if lines[1:] != wanted:
            line = _first_difference(lines[1:], wanted)
            cell.source = "\n".join([lines[0], *wanted])
            yield name, f"differs from {file}, first on line {line}", True


def _begins_with_magic(line: str) -> bool:
    return line.split(maxsplit=1)[:1] == [f"%%{MAGIC}"]


def _first_difference(mine: list[str], wanted: list[str]) -> int:
    pairs = enumerate(zip_longest(mine, wanted), start=1)
    return next(number for number, (one, other) in pairs if one != other)
