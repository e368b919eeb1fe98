"""When a base image is built anew, and what is said of why; a stale one is never used."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from tests.engines.docker.faults.conftest import SHELL
from tests.engines.docker.faults.daemon import Daemon
from workbench.engines import Image, get_engine
from workbench.engines.docker import names
from workbench.engines.docker.keeping import KEPT_IMAGES
from workbench.errors import BuildError
from workbench.events import Event, Phase
from workbench.manifest import load_job_manifest
from workbench.plugin import load_plugin

BASE = "job-base/small:0.0.1"


class Builds:
    """Builds the small job again and again; tells what was said of its base image."""

    def __init__(self, plugin: Path, job_dir: Path) -> None:
        self._plugin, self._job_dir = plugin, job_dir
        self.image: Image | None = None

    def __call__(self) -> str:
        events: list[Event] = []
        manifest = load_job_manifest(self._job_dir)
        job_type = load_plugin(self._plugin).job_type(manifest.get_jobtype())
        self.image = get_engine("docker").build(job_type, manifest, on_event=events.append)
        (told,) = (event.message for event in events if verdict(event))
        return told.partition(BASE)[2].lstrip(",").strip()


def verdict(event: Event) -> bool:
    """Whether an event is about the base image as a whole, and no step of a build."""
    about = BASE in event.message and not event.message.startswith("line ")
    return about and event.phase is Phase.BASE_IMAGE and event.state != "started"


@pytest.fixture
def build(daemon: Daemon, plugin: Path, job_dir: Path) -> Builds:
    """A base image that nobody built before is there, and is not built again for nothing."""
    with daemon.api() as api:
        for image in api.images.list(filters={"label": f"{names.ROLE}=base"}):
            api.images.remove(str(image.id), force=True)
    (plugin / "wrapper" / "unlike-others").write_text(str(plugin))
    made = Builds(plugin, job_dir)
    assert made() == "for the first time"
    assert made() == "is there: nothing that it is made of changed"
    return made


def test_an_edit_of_a_file_that_it_copies_is_named(build: Builds, plugin: Path) -> None:
    (plugin / "wrapper" / "name").write_text("another name")
    assert build() == "since wrapper/name changed"
    (plugin / "wrapper" / "more").write_text("a new file")
    (plugin / "wrapper" / "unlike-others").unlink()
    assert build() == "since wrapper/more, wrapper/unlike-others changed"
    dockerfile = plugin / "base.Dockerfile"
    dockerfile.write_text(dockerfile.read_text() + "ENV A=b\n")
    assert build() == "since base.Dockerfile changed"


def test_an_edit_of_what_it_does_not_copy_changes_nothing(build: Builds, plugin: Path) -> None:
    template = plugin / "job-template.Dockerfile"
    template.write_text(template.read_text() + "ENV A=b\n")
    (plugin / "notes.txt").write_text("nobody copies this")
    assert build() == "is there: nothing that it is made of changed"


def test_another_image_under_the_name_that_it_starts_from_is_noticed(
    build: Builds, daemon: Daemon
) -> None:
    with daemon.api() as api:
        before = api.images.get(f"{SHELL}:1")
        content = io.BytesIO()
        with tarfile.open(fileobj=content, mode="w") as tar:
            tar.addfile(tarfile.TarInfo("another"))
        try:
            api.api.import_image_from_data(content.getvalue(), repository=SHELL, tag="1")
            with pytest.raises(BuildError, match="small was not built"):
                build()  # there is no shell in it
        finally:
            before.tag(SHELL, "1")
    assert build() == f"since {SHELL}:1 changed"


def test_a_tag_that_somebody_moved_is_no_reason_to_use_their_image(
    build: Builds, daemon: Daemon
) -> None:
    image = build.image
    assert image is not None
    base = image.builds[0].reference
    with daemon.api() as api:
        own = api.images.get(base).id
        api.images.get(f"{SHELL}:1").tag(*base.rsplit(":", 1))
        assert api.images.get(base).id != own
    assert build() == "is there: nothing that it is made of changed"
    with daemon.api() as api:
        assert api.images.get(base).id == own, "and the name is its own again"


def test_one_that_tells_nothing_of_itself_is_not_trusted(build: Builds, daemon: Daemon) -> None:
    image = build.image
    assert image is not None
    base = image.builds[0].reference
    with daemon.api() as api:
        for tag in daemon.tags():
            if BASE in tag:
                api.images.remove(tag, force=True)
        api.images.get(f"{SHELL}:1").tag(*base.rsplit(":", 1))
    assert build() == "since the one that is there tells nothing of what it was built from"


def test_of_a_jobs_images_the_last_few_stay_and_those_of_others(
    build: Builds, daemon: Daemon, job_dir: Path
) -> None:
    with daemon.api() as api:
        stranger = api.images.get(f"{SHELL}:1").id
    made = []
    for content in ("first", "second", "third", "first", "fourth"):
        (job_dir / "content").write_text(f"{job_dir} {content}")
        build()
        assert build.image is not None
        made.append(build.image.id)
    first, second, *_ = made
    assert made[3] == first, "the same again is the same image"
    with daemon.api() as api:
        there = {str(image.id) for image in api.images.list()}
    assert there >= {*made[-KEPT_IMAGES:], stranger}
    assert second not in there, "the first was built later than it"


def test_another_image_under_the_name_that_jobs_build_on_is_noticed(
    build: Builds, daemon: Daemon
) -> None:
    assert build.image is not None
    tag = build.image.builds[0].reference
    with daemon.api() as api:
        exact = next(name for name in api.images.get(tag).tags if name.startswith(f"{tag}-"))
        api.images.get(f"{SHELL}:1").tag(*exact.rsplit(":", 1))
    assert build().startswith("since ")
    with daemon.api() as api:
        assert api.images.get(exact).labels[names.ROLE] == "base"
