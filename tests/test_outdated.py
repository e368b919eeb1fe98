from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

from workbench import _sources
from workbench._sources import Sources, outdated_words
from workbench.bundle import bundle_plugin
from workbench.job import Job
from workbench.notebooks import fix_notebook, run_notebook
from workbench.plugin import load_plugin
from workbench.run import run_job
from workbench.settings import shipped
from workbench.widgets import perform_panel
from workbench.widgets.outdated import OutdatedNote

GO = "package job\n"


@pytest.fixture
def places(tmp_path: Path) -> tuple[Path, Path]:
    """A copy of the sample job and of the plugin."""
    plugin = shutil.copytree(
        shipped("golang-job-type"),
        tmp_path / "my-plugin",
        ignore=shutil.ignore_patterns("*.map", "testdata"),
    )
    return Path(shutil.copytree(shipped("sample-golang-function"), tmp_path / "my-job")), plugin


@pytest.fixture
def job(places: tuple[Path, Path]) -> Iterator[Job]:
    with run_job(places[0], plugin=places[1]) as running:
        yield running


def note(job: Job) -> str:
    """What views say of the job's files."""
    looked = OutdatedNote(job)
    looked.look()
    return looked.html()


def touch(path: Path, text: str | None = None) -> None:
    """Write the file anew, at another time than before."""
    path.write_text(path.read_text() if text is None else text)
    os.utime(path, ns=(1, 1))


# A file; what becomes of it (None: removed, "same": saved again); whether that counts.
CHANGES = [
    ("my-job/perform.go", GO, True),
    ("my-job/perform.go", "same", False),
    ("my-job/go.sum", None, True),
    ("my-job/added.go", GO, True),
    ("my-job/output.txt", "read by no build", False),
    ("my-job/.hidden.go", GO, False),
    ("my-plugin/plugin.py", GO, True),
    ("my-plugin/job-template.Dockerfile", "FROM x", True),
    ("my-plugin/README.md", "words", False),
    ("my-plugin/go_wrapper/health.go", GO, True),
    ("my-plugin/go_wrapper/main_test.go", GO, False),
    ("my-plugin/go_wrapper/handler/perform.go", GO, False),
]


@pytest.mark.parametrize(("name", "text", "counts"), CHANGES)
def test_what_counts_as_changed(
    places: tuple[Path, Path], name: str, text: str | None, *, counts: bool
) -> None:
    sources = Sources(*places)
    assert list(sources.changed()) == []
    file = places[0].parent / name
    if text is None:
        file.unlink()
    else:
        touch(file, None if text == "same" else text)
    assert list(sources.changed()) == [name] * counts
    assert list(sources.changed()) == [name] * counts


def test_contents_are_read_again_only_where_time_or_size_differ(
    places: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    sources = Sources(*places)
    touch(places[0] / "perform.go")
    read: list[str] = []

    def read_bytes(path: Path) -> bytes:
        read.append(path.name)
        return b""

    monkeypatch.setattr(Path, "read_bytes", read_bytes)
    sources.changed()
    assert read == ["perform.go"]


def test_of_a_large_file_only_time_and_size_count(
    places: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_sources, "MOST_DIGESTED", 10)
    sources = Sources(*places)
    assert list(sources.changed()) == []
    touch(places[0] / "perform.go")
    assert list(sources.changed()) == ["my-job/perform.go"]


def test_what_was_borrowed_counts_once_it_is_there_and_differs(places: tuple[Path, Path]) -> None:
    job_dir, plugin = places
    finished = (plugin / "plugin.py").rename(plugin.parent / "finished.py")
    sources = Sources(job_dir, plugin, {"my-plugin/plugin.py": finished})
    assert list(sources.changed()) == []
    shutil.copy(finished, plugin / "plugin.py")
    assert list(sources.changed()) == []
    touch(plugin / "plugin.py", "mine")
    assert list(sources.changed()) == ["my-plugin/plugin.py"]


def test_a_job_says_so_while_it_runs(job: Job, places: tuple[Path, Path]) -> None:
    assert list(job.outdated) == []
    assert "outdated" not in repr(job) + job._repr_html_() + note(job)
    touch(places[0] / "perform.go", GO)
    assert list(job.outdated) == ["my-job/perform.go"]
    assert "outdated" in repr(job)
    assert "changed since this job was built: my-job/perform.go" in job._repr_html_()
    panel = perform_panel(job, numbers=[1])
    assert "my-job/perform.go; run it again" in panel.note.value
    assert "my-job/perform.go; run it again" in panel.html()
    job.stop()
    assert "outdated" not in repr(job) + job._repr_html_() + note(job)


def test_a_plugin_in_a_zip(places: tuple[Path, Path], tmp_path: Path) -> None:
    job_dir, plugin = places
    bundle = bundle_plugin(plugin, tmp_path).path
    with run_job(job_dir, plugin=bundle) as job:
        touch(plugin / "plugin.py", "not the bundle's")
        assert list(job.outdated) == []
        bundle.write_bytes(b"another one")
        assert list(job.outdated) == [bundle.name]


CELLS = """\
import workbench as wb
job = wb.run_job({job!r}, plugin={plugin!r})
job.perform(numbers=[1])
---
from pathlib import Path
file = Path({job!r}, "perform.go")
file.write_text(file.read_text().replace("return sum", "return -sum"))
---
print([job.perform(numbers=[1]) for _ in range(3)], job.live().status)
---
job = wb.run_job({job!r}, plugin={plugin!r})
print(job.perform(numbers=[1]))
job.stop()
"""


def test_a_cell_that_calls_says_so_once(places: tuple[Path, Path], tmp_path: Path) -> None:
    text = CELLS.format(job=str(places[0]), plugin=str(places[1]))
    cells = [nbformat.v4.new_code_cell(one) for one in text.split("---\n")]  # type: ignore[no-untyped-call]
    path = tmp_path / "a.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)  # type: ignore[no-untyped-call]
    fix_notebook(path)
    pages = [
        "".join(out.get("data", {}).get("text/html", "") + out.get("text", "") for out in outputs)
        for outputs in (cell.outputs for cell in run_notebook(path).notebook.cells)
    ]
    assert [page.count("changed since this job was built") for page in pages] == [0, 0, 1, 0]
    assert "built: my-job/perform.go; run it again to call the new version." in pages[2]
    assert "[1, 1, 1] 200" in pages[2]
    assert pages[3].endswith("-1\n")


def test_a_plugin_is_loaded_again_where_its_files_changed(
    places: tuple[Path, Path], tmp_path: Path
) -> None:
    """A wrapper is read when a job is built; plugin.py and a ZIP are read before that."""
    job_dir, plugin_dir = places
    told: list[str] = []
    bundle = bundle_plugin(plugin_dir, tmp_path).path
    for source in (plugin_dir, bundle):
        plugin = load_plugin(source)
        assert list(plugin.outdated) == []
        manifest = plugin_dir / "plugin-manifest.yaml"
        manifest.write_text(manifest.read_text().replace("0.0.", "0.1."))
        if source == bundle:
            bundle_plugin(plugin_dir, tmp_path).path.replace(bundle)
        assert plugin.outdated
        with run_job(job_dir, plugin=plugin, on_event=lambda one: told.append(one.message)) as job:
            assert list(job.outdated) == []
        manifest.write_text(manifest.read_text().replace("0.1.", "0.0."))
    again = [text for text in told if "loaded again" in text]
    assert again == [
        "golang-function 0.0.1 on golang:0.1.0, loaded again since plugin-manifest.yaml changed",
        f"golang-function 0.0.1 on golang:0.1.0, loaded again since {bundle.name} changed",
    ]


def test_many_files_are_not_all_listed() -> None:
    assert outdated_words([]) == ""
    assert outdated_words("abc") == "changed since this job was built: a, b, c"
    assert outdated_words("abcde") == "changed since this job was built: a, b, c and 2 more"
