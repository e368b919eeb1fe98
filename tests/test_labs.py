"""Labs: notebooks that are no steps of the tutorial, and yet belong to it."""

from __future__ import annotations

import ast
import re
import shutil
from pathlib import Path

import pytest

from tests.support import require
from workbench import settings
from workbench._private_network import private_networks
from workbench.engines.docker.names import was_used, workbench_id
from workbench.errors import UsageError
from workbench.notebooks import find_notebooks, rehearse, run_notebook
from workbench.notebooks.form import read_notebook
from workbench.settings import shipped
from workbench.tutorial import STEPS

START = "00-start-here"
CHAPTERS = [START, *(step.id for step in STEPS)]
LABS = [path for path in find_notebooks() if path.stem not in CHAPTERS]


def text_of(path: Path, kind: str = "markdown") -> str:
    return "\n\n".join(c.source for c in read_notebook(path).cells if c.cell_type == kind)


def test_a_notebook_is_the_start_a_chapter_or_a_lab_and_labs_come_last() -> None:
    names = [path.stem for path in find_notebooks()]
    assert names == [*CHAPTERS, *(path.stem for path in LABS)]
    assert [path for path in LABS if not re.match(r"1[1-9]-[a-z-]+$", path.stem)] == []


def test_the_start_lists_each_lab_by_its_title() -> None:
    listed = re.findall(
        r"\| \[(.+?)\]\((1[1-9]-.+?)\.ipynb\) \|", text_of(shipped("notebooks") / f"{START}.ipynb")
    )
    wanted = [(read_notebook(path).cells[0].source.splitlines()[0], path.stem) for path in LABS]
    assert [(f"# Lab {title}", name) for title, name in listed] == wanted


@pytest.mark.parametrize("path", LABS, ids=lambda path: path.name)
def test_a_lab_leads_back_and_touches_no_playground(path: Path) -> None:
    first = read_notebook(path).cells[0]
    number = path.stem[:2]
    assert first.cell_type == "markdown"
    assert first.source.startswith(f"# Lab {number}. ")
    assert f"]({START}.ipynb)" in first.source
    assert "It is no chapter" in first.source
    code = text_of(path, "code")
    assert not re.search(r"%%wbfile|wb\.(begin|fill|check_step|record|goto|reset)\b", code)
    links = re.findall(r"\]\(([^):]+\.ipynb)\)", text_of(path))
    assert [link for link in links if not (path.parent / link).is_file()] == []


def test_a_lab_is_rehearsed_like_a_chapter() -> None:
    require(private_networks() is None, "this system gives no network namespace")
    done = rehearse([shipped("notebooks") / "12-fault-lab.ipynb"])
    assert done.ok, str(done.chapters[0].problem)
    assert done.chapters[0].wanted == ()


def test_the_careless_copy_of_the_fault_lab_is_really_changed() -> None:
    """Else the learner's first try would show nothing."""
    wrapper = shipped("golang-job-type") / "go_wrapper" / "perform.go"
    cell = next(
        cell
        for cell in read_notebook(shipped("notebooks") / "12-fault-lab.ipynb").cells
        if cell.id == "careless"
    )
    (old,) = re.findall(r'text\.replace\("(.+?)", ', cell.source)
    assert wrapper.read_text().count(old) == 1


def test_the_fault_lab_goes_on_where_there_is_no_published_wrapper(tmp_path: Path) -> None:
    require(private_networks() is None, "this system gives no network namespace")
    path = Path(shutil.copy(shipped("notebooks") / "12-fault-lab.ipynb", tmp_path))
    text = path.read_text()
    assert text.count('wb.shipped(\\"published\\")') == 1
    path.write_text(text.replace('wb.shipped(\\"published\\")', 'wb.shipped(\\"not-here\\")'))
    cells = {cell.id: cell for cell in run_notebook(path).notebook.cells}
    assert "is not beside this installation" in cells["published"].outputs[0].text
    assert "nothing to compare with" in str(cells["compare"].outputs)


def test_the_published_wrapper_is_in_a_clone_only(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (shipped("published") / "plugin.py").is_file()
    monkeypatch.setattr(settings, "PACKAGE_DIR", Path("/nowhere/workbench"))
    with pytest.raises(UsageError, match="'published' is not beside this installation"):
        shipped("published")


IMAGES = shipped("notebooks") / "13-images.ipynb"


def test_the_lab_about_images_ends_without_docker_and_says_why_once() -> None:
    """Nobody asks for an engine here, and no daemon is to be had; there was one before."""
    workbench_id()
    assert was_used()
    run = run_notebook(IMAGES, env={"DOCKER_HOST": "unix:///nowhere/docker.sock"})
    cells = {cell.id: str(cell.outputs) for cell in run.notebook.cells if cell.cell_type == "code"}
    assert [name for name, told in cells.items() if "No images are built here." in told] == [
        "setup"
    ]
    assert "What Docker would do with each line" in cells["first"]
    assert "nothing to put side by side" in cells["theirs"]
    assert "so it runs: 42" in cells["no-shell"]
    assert "perform.go:" in cells["compile-error"]
    assert "42" in cells["end"]


def test_the_bad_dockerfile_of_the_lab_is_really_changed() -> None:
    """Each mistake is made at a line that the template has, once; lint finds two of the three."""
    template = (shipped("golang-job-type") / "job-template.Dockerfile").read_text()
    cell = next(cell for cell in read_notebook(IMAGES).cells if cell.id == "ruin")
    calls = [node for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.Call)]
    changes = [one.args for one in calls if getattr(one.func, "id", "") == "change"]
    assert len(changes) == 3
    for _, old, new in changes:
        before, after = ast.literal_eval(old), ast.literal_eval(new)
        assert template.count(before) == 1
        template = template.replace(before, after)
