from __future__ import annotations

import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from workbench.errors import NotebookError
from workbench.notebooks import check_notebook, find_notebooks, fix_notebook
from workbench.notebooks.form import METADATA, PYTHON_VERSION, keep_python_version

Change = Callable[[dict[str, Any]], object]


def canonical() -> dict[str, Any]:
    return {
        "cells": [
            {"cell_type": "markdown", "id": "title", "metadata": {}, "source": ["# A title"]},
            {
                "cell_type": "code",
                "execution_count": None,
                "id": "add-two-numbers",
                "metadata": {"tags": ["raises-exception"]},
                "outputs": [],
                "source": ["a = 1\n", "a + 1"],
            },
        ],
        "metadata": json.loads(json.dumps(METADATA)),
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def write(path: Path, notebook: dict[str, Any]) -> Path:
    """As JupyterLab's server lays a notebook out."""
    text = json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True)
    path.write_text(f"{text}\n")
    return path


def found(path: Path) -> list[str]:
    return [f"{deviation.cell}: {deviation.what}" for deviation in check_notebook(path)]


@pytest.mark.parametrize("path", find_notebooks(), ids=lambda path: path.name)
def test_our_notebooks_are_in_canonical_form(path: Path) -> None:
    assert [str(deviation) for deviation in check_notebook(path)] == []


def test_the_canonical_form_is_left_alone(tmp_path: Path) -> None:
    path = write(tmp_path / "a.ipynb", canonical())
    before = path.stat()
    assert found(path) == []
    assert fix_notebook(path) == []
    assert path.stat().st_mtime_ns == before.st_mtime_ns


def with_outputs(notebook: dict[str, Any]) -> None:
    text = {"name": "stdout", "output_type": "stream", "text": ["2"]}
    notebook["cells"][1].update(outputs=[text], execution_count=7)


DEVIATIONS: dict[str, tuple[Change, list[str]]] = {
    "outputs": (
        with_outputs,
        ["add-two-numbers: holds outputs", "add-two-numbers: execution_count is 7"],
    ),
    "widgets": (
        lambda notebook: notebook["metadata"].update(widgets={}),
        ["notebook: metadata.widgets belongs to a run, not to the text"],
    ),
    "another-kernel": (
        lambda notebook: notebook["metadata"]["kernelspec"].update(display_name="mine"),
        ["notebook: metadata.kernelspec is not what JupyterLab writes"],
    ),
    "no-language-info": (
        lambda notebook: notebook["metadata"].pop("language_info"),
        ["notebook: metadata.language_info is not what JupyterLab writes"],
    ),
    "old-format": (
        lambda notebook: notebook.update(nbformat_minor=4),
        ["notebook: nbformat_minor is not 5, the first with ids for cells"],
    ),
    "no-id": (
        lambda notebook: notebook["cells"][1].pop("id"),
        ["cell 2: the id is not made of words; it would become 'a-1-a-1'"],
    ),
    "random-id": (
        lambda notebook: notebook["cells"][0].update(id="3f0c2a9e"),
        ["3f0c2a9e: the id is not made of words; it would become 'a-title'"],
    ),
    "uuid": (
        lambda notebook: notebook["cells"][0].update(id="3f0c2a9e-12ab-4cde-8f00-0123456789ab"),
        [
            "3f0c2a9e-12ab-4cde-8f00-0123456789ab: the id is not made of words; "
            "it would become 'a-title'"
        ],
    ),
    "id-twice": (
        lambda notebook: notebook["cells"][1].update(id="title"),
        ["title: the id is used twice; it would become 'a-1-a-1'"],
    ),
    "looked-at": (
        lambda notebook: notebook["cells"][1]["metadata"].update(scrolled=True),
        ["add-two-numbers: metadata.scrolled tells how somebody looked at it"],
    ),
    "trailing-space": (
        lambda notebook: notebook["cells"][1].update(source=["a = 1 \n", "a + 1"]),
        ["add-two-numbers: has trailing spaces or blank lines at an end"],
    ),
    "trailing-line": (
        lambda notebook: notebook["cells"][0].update(source=["# A title\n"]),
        ["title: has trailing spaces or blank lines at an end"],
    ),
    "empty-cell": (
        lambda notebook: notebook["cells"].append(
            {"cell_type": "markdown", "id": "empty", "metadata": {}, "source": [" \n"]}
        ),
        ["notebook: 1 empty cell(s)"],
    ),
}


@pytest.mark.parametrize(("change", "expected"), DEVIATIONS.values(), ids=DEVIATIONS)
def test_a_deviation_is_named_and_mended(
    tmp_path: Path, change: Change, expected: list[str]
) -> None:
    notebook = canonical()
    change(notebook)
    path = write(tmp_path / "a.ipynb", notebook)
    before = path.read_bytes()
    assert found(path) == expected
    assert path.read_bytes() == before, "checking does not write"
    assert [f"{one.cell}: {one.what}" for one in fix_notebook(path)] == expected
    assert found(path) == []


def test_fixing_gives_the_bytes_that_a_clean_notebook_has(tmp_path: Path) -> None:
    wanted = write(tmp_path / "wanted.ipynb", canonical()).read_bytes()
    notebook = canonical()
    with_outputs(notebook)
    notebook["metadata"].update(widgets={"state": {}})
    path = write(tmp_path / "a.ipynb", notebook)
    path.chmod(0o640)
    fix_notebook(path)
    assert path.read_bytes() == wanted
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a.ipynb", "wanted.ipynb"]


def test_another_layout_is_told_and_mended(tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    path.write_text(json.dumps(canonical(), indent=2))
    assert found(path) == ["notebook: its layout is not the one that JupyterLab writes"]
    fix_notebook(path)
    assert path.read_bytes() == write(tmp_path / "wanted.ipynb", canonical()).read_bytes()


def test_any_python_may_have_run_it(tmp_path: Path) -> None:
    notebook = canonical()
    notebook["metadata"]["language_info"]["version"] = "3.13.1"
    assert found(write(tmp_path / "a.ipynb", notebook)) == []


def test_ids_that_are_words_stay_and_new_ones_do_not_collide(tmp_path: Path) -> None:
    notebook = canonical()
    code = notebook["cells"][1]
    notebook["cells"] += [{**code, "id": name} for name in ("0", "A_b", "x" * 3)]
    path = write(tmp_path / "a.ipynb", notebook)
    fix_notebook(path)
    ids = [cell["id"] for cell in json.loads(path.read_text())["cells"]]
    assert ids == ["title", "add-two-numbers", "a-1-a-1", "a-1-a-1-2", "xxx"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{", "not a notebook: Expecting"),
        ("[]", "not a notebook of format 4"),
        ('{"nbformat": 3, "metadata": {}, "cells": []}', "not a notebook of format 4"),
        ('{"nbformat": 4, "metadata": {}, "cells": [{"source": 5}]}', "not a notebook of format 4"),
        (
            '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": '
            '[{"cell_type": "song", "id": "a", "metadata": {}, "source": "b"}]}',
            "not a valid notebook",
        ),
    ],
    ids=["no-json", "a-list", "format-3", "odd-cell", "odd-kind"],
)
def test_what_is_no_notebook_is_told_and_left_alone(
    tmp_path: Path, text: str, expected: str
) -> None:
    path = tmp_path / "a.ipynb"
    path.write_text(text)
    with pytest.raises(NotebookError, match=rf"a\.ipynb: {expected}"):
        fix_notebook(path)
    assert path.read_text() == text


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotebookError, match="cannot be read"):
        check_notebook(tmp_path / "a.ipynb")


def test_saving_in_jupyterlab_keeps_the_python_version_of_our_notebooks_alone() -> None:
    model: dict[str, Any] = {"type": "notebook", "content": canonical()}
    info = model["content"]["metadata"]["language_info"]
    for path, expected in [("mine/a.ipynb", "3.13.1"), ("notebooks/a.ipynb", PYTHON_VERSION)]:
        info["version"] = "3.13.1"
        keep_python_version(model=model, path=path, contents_manager=None)
        assert info["version"] == expected
    keep_python_version(model={"type": "file", "content": "text"}, path="notebooks/a.txt")
    bare = {"type": "notebook", "content": {"metadata": {}}}
    keep_python_version(model=bare, path="notebooks/a.ipynb")
    assert bare["content"] == {"metadata": {}}
