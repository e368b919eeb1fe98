"""The form in which notebooks are kept: what JupyterLab itself writes, with nothing run.

JupyterLab fills in metadata that is missing and rewrites the layout, so any other form would change
on disk as soon as somebody opens the notebook and saves it. There are no outputs, and the ids of
cells are words that stay, so that a change of one line is a difference of one line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from workbench._atomic import replace_file
from workbench.errors import NotebookError
from workbench.settings import shipped

PYTHON_VERSION = "3.11.0"
"""What `language_info` says, whichever Python ran the notebook last."""

METADATA: dict[str, Any] = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {
        "codemirror_mode": {"name": "ipython", "version": 3},
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "nbconvert_exporter": "python",
        "pygments_lexer": "ipython3",
        "version": PYTHON_VERSION,
    },
}

CELL_METADATA = frozenset({"tags", "slideshow", "editable", "deletable"})
"""What an author may say about a cell; all else is how somebody last looked at it."""

_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
# What nbformat (eight digits) and JupyterLab (a UUID) invent for a new cell.
_RANDOM_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){0,3}(-[0-9a-f]{12})?")
_ID_WORDS = 5


@dataclass(frozen=True)
class Deviation:
    """Something in a notebook that is not in canonical form.

    Attributes:
        notebook: The file.
        cell: The cell's id, or its number from 1 where it has none; `notebook` for the whole.
        what: What is wrong.
    """

    notebook: Path
    cell: str
    what: str

    def __str__(self) -> str:
        return f"{self.notebook}: {self.cell}: {self.what}"


def find_notebooks(folder: str | Path | None = None) -> list[Path]:
    """The notebooks of a folder, in order; None for those of the workbench."""
    return sorted(Path(folder or shipped("notebooks")).glob("*.ipynb"))


def check_notebook(path: str | Path) -> list[Deviation]:
    """What keeps a notebook from canonical form; nothing is written.

    Raises:
        NotebookError: It cannot be read as a notebook.
    """
    return _canonical(Path(path))[1]


def fix_notebook(path: str | Path) -> list[Deviation]:
    """Bring a notebook into canonical form, by one atomic replacement of the file.

    Returns:
        What was mended; an empty list if the file was left alone.

    Raises:
        NotebookError: It cannot be read as a notebook.
    """
    path = Path(path)
    text, deviations = _canonical(path)
    if deviations:
        write_notebook(path, text)
    return deviations


def keep_python_version(*, model: dict[str, Any], path: str, **_: object) -> None:
    """Write the fixed Python version whenever JupyterLab saves one of our notebooks.

    A hook for the contents manager; `labconfig/jupyter_lab_config.json` names it.
    """
    if model["type"] == "notebook" and path.startswith("notebooks/"):
        metadata = model["content"]["metadata"]
        if "language_info" in metadata:
            metadata["language_info"]["version"] = PYTHON_VERSION


def read_notebook(path: Path) -> Any:
    """The notebook as it is on disk, neither upgraded nor mended.

    Raises:
        NotebookError: It cannot be read as a notebook.
    """
    return _parse(path, _read(path))


def _canonical(path: Path) -> tuple[str, list[Deviation]]:
    text = _read(path)
    notebook = _parse(path, text)
    found = []
    if dump_notebook(notebook) != text:
        found.append(("notebook", "its layout is not the one that JupyterLab writes"))
    found += _mend_metadata(notebook)
    found += _mend_cells(notebook)
    try:
        nbformat.validate(notebook)
    except nbformat.ValidationError as error:
        first = str(error).splitlines()[0]
        raise NotebookError(f"{path}: not a valid notebook: {first}.") from None
    return dump_notebook(notebook), [Deviation(path, cell, what) for cell, what in found]


def _mend_metadata(notebook: Any) -> Iterator[tuple[str, str]]:
    if notebook.get("nbformat_minor") != 5:
        yield "notebook", "nbformat_minor is not 5, the first with ids for cells"
        notebook.nbformat_minor = 5
    metadata = notebook.metadata
    for key in sorted(metadata.keys() - METADATA.keys()):
        yield "notebook", f"metadata.{key} belongs to a run, not to the text"
        del metadata[key]
    for key, wanted in METADATA.items():
        found = metadata.get(key)
        if isinstance(found, dict) and "version" in found:
            found = {**found, "version": PYTHON_VERSION}
        if found != wanted:
            yield "notebook", f"metadata.{key} is not what JupyterLab writes"
        metadata[key] = wanted


def _mend_cells(notebook: Any) -> Iterator[tuple[str, str]]:
    keep = [cell for cell in notebook.cells if cell.source.strip()]
    if len(keep) < len(notebook.cells):
        yield "notebook", f"{len(notebook.cells) - len(keep)} empty cell(s)"
    notebook.cells = keep
    seen: set[str] = set()
    for number, cell in enumerate(notebook.cells, start=1):
        name = cell.get("id") or f"cell {number}"
        for what in _mend_cell(cell, seen):
            yield name, what


def _mend_cell(cell: Any, seen: set[str]) -> Iterator[str]:
    found = cell.get("id", "")
    if not _ID.fullmatch(found) or _RANDOM_ID.fullmatch(found) or found in seen:
        cell.id = _new_id(cell.source, seen)
        why = "is used twice" if found in seen else "is not made of words"
        yield f"the id {why}; it would become {cell.id!r}"
    seen.add(cell.id)
    if cell.cell_type == "code":
        if cell.get("outputs"):
            yield "holds outputs"
        if cell.get("execution_count") is not None:
            yield f"execution_count is {cell.execution_count}"
        cell.outputs, cell.execution_count = [], None
    for key in sorted(cell.metadata.keys() - CELL_METADATA):
        yield f"metadata.{key} tells how somebody looked at it"
        del cell.metadata[key]
    stripped = "\n".join(line.rstrip() for line in cell.source.strip("\n").split("\n"))
    if stripped != cell.source:
        yield "has trailing spaces or blank lines at an end"
        cell.source = stripped


def _new_id(source: str, seen: set[str]) -> str:
    words = re.findall(r"[a-z0-9]+", source.lower())[:_ID_WORDS]
    base = "-".join(words)[:56].strip("-")
    if not re.match("[a-z]", base) or _RANDOM_ID.fullmatch(base):
        base = f"cell-{base}".rstrip("-")
    name, number = base, 2
    while name in seen:
        name, number = f"{base}-{number}", number + 1
    return name


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode()
    except (OSError, UnicodeDecodeError) as error:
        raise NotebookError(f"{path}: cannot be read: {error}.") from None


def _parse(path: Path, text: str) -> Any:
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise NotebookError(f"{path}: not a notebook: {error}.") from None
    if not _is_notebook(data):
        raise NotebookError(f"{path}: not a notebook of format 4.")
    return nbformat.v4.reads(text)  # type: ignore[no-untyped-call]


def _is_notebook(data: object) -> bool:
    return (
        isinstance(data, dict)
        and data.get("nbformat") == 4
        and isinstance(data.get("metadata"), dict)
        and isinstance(data.get("cells"), list)
        and all(
            isinstance(cell, dict)
            and isinstance(cell.get("metadata"), dict)
            and isinstance(cell.get("source"), str | list)
            and "cell_type" in cell
            for cell in data["cells"]
        )
    )


def dump_notebook(notebook: Any) -> str:
    """The text of a notebook, laid out as JupyterLab does."""
    return f"{nbformat.v4.writes(notebook)}\n"  # type: ignore[no-untyped-call]


def write_notebook(path: Path, text: str) -> None:
    """Replace a notebook's text, keeping the file's permissions."""
    replace_file(path, text.encode(), mode=path.stat().st_mode & 0o777)
