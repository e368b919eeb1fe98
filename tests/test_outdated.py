from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from workbench import _sources
from workbench._sources import Sources, outdated_words
from workbench.bundle import bundle_plugin
from workbench.job import Job
from workbench.run import run_job
from workbench.settings import shipped
from workbench.widgets import perform_panel
from workbench.widgets.outdated import outdated_note

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
    assert "outdated" not in repr(job) + job._repr_html_() + outdated_note(job)
    touch(places[0] / "perform.go", GO)
    assert list(job.outdated) == ["my-job/perform.go"]
    assert "outdated" in repr(job)
    assert "changed since this job was built: my-job/perform.go" in job._repr_html_()
    panel = perform_panel(job, numbers=[1])
    assert "my-job/perform.go; run it again" in panel.note.value
    assert "my-job/perform.go; run it again" in panel.html()
    job.stop()
    assert "outdated" not in repr(job) + job._repr_html_() + outdated_note(job)


def test_a_plugin_in_a_zip(places: tuple[Path, Path], tmp_path: Path) -> None:
    job_dir, plugin = places
    bundle = bundle_plugin(plugin, tmp_path).path
    with run_job(job_dir, plugin=bundle) as job:
        touch(plugin / "plugin.py", "not the bundle's")
        assert list(job.outdated) == []
        bundle.write_bytes(b"another one")
        assert list(job.outdated) == [bundle.name]


def test_many_files_are_not_all_listed() -> None:
    assert outdated_words([]) == ""
    assert outdated_words("abc") == "changed since this job was built: a, b, c"
    assert outdated_words("abcde") == "changed since this job was built: a, b, c and 2 more"
