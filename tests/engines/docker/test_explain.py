"""What is said of a build: which line was built anew, since what, and what the image holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engines.docker import pretenders
from tests.limits import open_folder
from workbench.engines import Image, ProcessEngine
from workbench.engines.docker import DockerEngine
from workbench.engines.docker import explain as explain_module
from workbench.engines.docker.client import Client
from workbench.engines.docker.explain import Row, explain
from workbench.errors import EngineUnavailable, UsageError
from workbench.events import silent
from workbench.manifest import load_job_manifest
from workbench.plugin import load_plugin
from workbench.settings import shipped


def build(engine: DockerEngine, job_dir: Path) -> Image:
    job_type = load_plugin(shipped("golang-job-type")).job_type("golang:latest")
    return engine.build(job_type, load_job_manifest(job_dir), on_event=silent)


def test_a_changed_file_is_named_at_the_line_that_copies_it(
    engine: DockerEngine, job_dir: Path
) -> None:
    build(engine, job_dir)
    source = job_dir / "perform.go"
    source.write_text(source.read_text() + f"\n// {job_dir}\n")
    image = build(engine, job_dir)
    found = explain(image)
    job = [row for row in found.rows if row.build.role == "job"]
    lines = image.dockerfile.splitlines()
    first, *rest = [row for row in job if not row.step.cached]
    assert first.why == "perform.go changed"
    assert lines[first.step.line - 1].startswith("COPY --chown")
    assert lines[rest[0].step.line - 1].startswith("RUN --mount=type=tmpfs")
    assert rest[0].why == f"comes after line {first.step.line}"
    before = [row for row in job if row.step.cached and row.step.keyword == "COPY"]
    assert [lines[row.step.line - 1] for row in before] == ["COPY go.mo[d] go.su[m] ./"]
    assert not image.builds[0].needed, "the base image stays"
    text = str(found)
    assert "Base image: was there, since nothing that it is made of changed" in text
    assert "<- perform.go changed" in text
    assert "perform.go changed" in found._repr_html_()


def test_a_second_build_of_the_same_is_all_cached(engine: DockerEngine, job_dir: Path) -> None:
    build(engine, job_dir)
    found = explain(build(engine, job_dir))
    assert found.rebuilt == ()
    assert {type(row) for row in found.rows} == {Row}


def test_layers_add_up_and_others_are_drawn_beside(
    engine: DockerEngine, client: Client, job_dir: Path
) -> None:
    image = build(engine, job_dir)
    other = build(engine, job_dir)
    found = explain(image, the_other_one=other)
    assert found.size == client.api.images.get(image.id).attrs["Size"]
    made_by = [layer.made_by for layer in found.layers if layer.size > 10_000]
    assert made_by == ["COPY /out/image/ /"]
    page = found._repr_html_()
    assert page.count("<svg") == 2
    assert "the other one" in page
    assert "golang-function, this one" in page


def test_what_has_no_layers_is_told_so(job_dir: Path) -> None:
    job_type = load_plugin(shipped("golang-job-type")).job_type("golang:latest")
    image = ProcessEngine().build(job_type, load_job_manifest(job_dir))
    with pytest.raises(UsageError, match="has no layers"):
        explain(image)


def test_an_image_that_was_removed_is_told_so(
    engine: DockerEngine, client: Client, job_dir: Path
) -> None:
    source = job_dir / "perform.go"
    source.write_text(source.read_text() + f"\n// gone {job_dir}\n")
    image = build(engine, job_dir)
    client.api.images.remove(image.id, force=True)
    with pytest.raises(UsageError, match="is not there any more"):
        explain(image)


def test_a_daemon_that_is_too_busy_to_tell_of_an_image_is_told_so(
    engine: DockerEngine, job_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = build(engine, job_dir)
    with open_folder() as folder, pretenders.busy(folder) as client:
        monkeypatch.setattr(explain_module, "connect", lambda: client)
        with pytest.raises(EngineUnavailable, match=r"were not read, after .* took too long"):
            explain(image)
