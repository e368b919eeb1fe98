"""A variant is built from a copy of the job that is thrown away."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.template_matrix.plugins import GOOD, images, plugin
from workbench.engines import Image, ProcessEngine
from workbench.errors import (
    BuildError,
    EngineUnavailable,
    TemplateError,
    UsageError,
    WorkbenchError,
)
from workbench.events import Event, Sink, silent
from workbench.job_type import JobType
from workbench.lint.variants import MODULE, VARIANTS, Variant
from workbench.manifest import JobManifest, load_job_manifest
from workbench.template_matrix.lab import TemplateLab, template_lab

NAMES = tuple(variant.name for variant in VARIANTS)


class Watcher(ProcessEngine):
    """An engine that builds nothing, and keeps what it was given."""

    name = "watcher"

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.manifest: JobManifest | None = None
        self.files: dict[str, str] = {}
        self.reread: JobManifest | None = None

    def build(
        self,
        job_type: JobType,
        manifest: JobManifest,
        *,
        on_event: Sink = silent,
        strict: bool = True,
    ) -> Image:
        del job_type, on_event, strict
        self.manifest = manifest
        self.files = files(manifest.workspace)
        self.reread = load_job_manifest(manifest.workspace)
        if self.error:
            raise self.error
        return Image("job", self.name, "nothing", manifest, {}, "")

    @property
    def workspace(self) -> Path:
        assert self.manifest is not None
        return self.manifest.workspace


def files(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): path.read_text()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture(autouse=True)
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where temporary folders are made; at the end of each test there is none."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    assert list(folder.iterdir()) == []


@pytest.fixture
def lab(job: Path) -> TemplateLab:
    return template_lab(job_dir=job)


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.name)
def test_the_engine_gets_a_job_that_keeps_every_rule(
    variant: Variant, lab: TemplateLab, job: Path
) -> None:
    before = files(job)
    engine = Watcher()
    image = lab.build(variant.name, engine=engine)
    row = lab[variant.name]
    assert engine.reread is not None
    assert engine.reread.model_dump() == row.manifest.model_dump()
    for name, text in variant.files.items():
        assert engine.files[name] == text
    for source, target in variant.moved.items():
        assert engine.files[target] == before[source]
        assert source not in engine.files
    assert engine.files["perform.go"] == before["perform.go"]
    assert engine.workspace.name == "my-job"
    assert not engine.workspace.exists()
    assert files(job) == before
    assert image.manifest.workspace == job


def test_the_jobs_own_manifest_is_not_touched(lab: TemplateLab, job: Path) -> None:
    engine = Watcher()
    lab.build("as it is", engine=engine)
    assert engine.files == files(job)


def test_a_job_that_extends_another_manifest_stays_what_it_is(job: Path) -> None:
    (job.parent / "base.yaml").write_text((job / "job.yaml").read_text())
    (job / "job.yaml").write_text("extends: ../base.yaml\nname: extended\n")
    seen = []

    class Names(Watcher):
        def build(
            self,
            job_type: JobType,
            manifest: JobManifest,
            *,
            on_event: Sink = silent,
            strict: bool = True,
        ) -> Image:
            del job_type, on_event, strict
            seen.append((manifest.name, manifest.get_jobtype(), manifest.workspace == job))
            return Image("job", self.name, "nothing", manifest, {}, "")

    template_lab(job_dir=job).build("as it is", engine=Names())
    assert seen == [("extended", "golang:latest", False)]


def test_links_of_a_job_are_not_written_through(job: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "build.env").write_text("KEEP=me\n")
    (job / "secrets").symlink_to(outside)
    (job / "gone").symlink_to(tmp_path / "nosuch")
    engine = Watcher()
    template_lab(job_dir=job).build("secrets", engine=engine)
    assert engine.files["secrets/build.env"] == "TOKEN=made-up\n"
    assert files(outside) == {"build.env": "KEEP=me\n"}


def test_a_job_without_go_mod_gets_one_where_gomod_says(job: Path) -> None:
    (job / "go.mod").unlink()
    engine = Watcher()
    template_lab(job_dir=job).build("gomod", engine=engine)
    assert engine.files[MODULE].startswith("module job\n")


def test_nothing_is_left_where_the_build_fails(lab: TemplateLab) -> None:
    engine = Watcher(BuildError("no luck"))
    with pytest.raises(BuildError, match="no luck"):
        lab.build("secrets", engine=engine)
    assert not engine.workspace.exists()


def test_a_job_that_cannot_be_copied_is_told(job: Path) -> None:
    os.mkfifo(job / "pipe")
    with pytest.raises(WorkbenchError, match=r"my-job could not be copied: .*pipe"):
        template_lab(job_dir=job).build("plain", engine=Watcher())


def test_the_process_engine_builds_what_is_most_unlike_the_rest(lab: TemplateLab) -> None:
    events: list[Event] = []
    for name in ("everything", "odd values"):
        image = lab.build(name, engine="process", on_event=events.append)
        assert Path(image.reference).is_file()
        assert image.dockerfile == lab[name].dockerfile
    assert "template-lab 0.0.1" in " ".join(event.message for event in events)


def test_a_mistake_in_the_job_is_named_where_it_is(job: Path) -> None:
    (job / "perform.go").write_text("package job\n\nfunc Perform( {\n")
    with pytest.raises(BuildError, match=r"my-job/perform\.go:3:"):
        template_lab(job_dir=job).build("gomod", engine="process")


def test_what_cannot_be_built_is_one_error(tmp_path: Path, lab: TemplateLab) -> None:
    other = template_lab(
        plugin(tmp_path / "plugin", images("a.Dockerfile", "b.Dockerfile"), a=GOOD, b=GOOD)
    )
    with pytest.raises(EngineUnavailable, match="its plugin has no go_wrapper"):
        other.build("plain", engine="process")
    with pytest.raises(UsageError, match=r"plain, image 1 is image 1 of other:1\.0\.0"):
        other.build("plain, image 1", engine=Watcher())
    with pytest.raises(UsageError, match="There is no engine 'nosuch'"):
        lab.build("plain", engine="nosuch")
    with pytest.raises(UsageError, match="There is no variant nosuch"):
        lab.build("nosuch", engine=Watcher())
    broken = template_lab(plugin(tmp_path / "broken", images("a.Dockerfile"), a="FROM {{"))
    (tmp_path / "broken" / "go_wrapper").mkdir()
    for name in ("go.mod", "main.go"):
        (tmp_path / "broken" / "go_wrapper" / name).write_text("")
    with pytest.raises(TemplateError, match=r"a\.Dockerfile:1"):
        broken.build("plain", engine="process")
