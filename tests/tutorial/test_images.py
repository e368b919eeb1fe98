"""The calls of the chapters about images, with Docker and without."""

from __future__ import annotations

import shutil
import signal
import tempfile
import threading
from pathlib import Path

import psutil
import pytest

from tests.support import ROOT, require
from tests.tutorial.places import replace, tree
from workbench.engines import ENGINES, docker_is_here
from workbench.engines.explained import Plan, explain
from workbench.errors import BuildError, EngineUnavailable, UsageError
from workbench.events import Event, Phase
from workbench.tutorial import Playground, fill_before
from workbench.tutorial.images import build_base, build_sample, choose_engine


@pytest.fixture
def no_docker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WORKBENCH_ENGINE", raising=False)
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")


@pytest.fixture
def half_written(tmp_path: Path) -> Playground:
    """A playground as chapter 4 finds it after its first cell."""
    ground = Playground(tmp_path / "playground")
    fill_before("05", ground)
    return ground


def images_or_skip() -> None:
    require(docker_is_here(), "no Docker daemon answers")


@pytest.mark.usefixtures("no_docker")
def test_without_docker_one_panel_says_why_what_to_do_and_what_is_done() -> None:
    chosen = choose_engine()
    assert not chosen.builds_images
    assert chosen.engine.name == "process"
    words = [word for word, _ in chosen.told()]
    assert words == ["why", "remedy", "instead"]
    if shutil.which("docker"):
        assert "/nowhere/docker.sock" in chosen.why_not
    page = chosen._repr_html_()
    assert page.count('role="note"') == 1
    assert page.count("No images are built here.") == 1
    assert str(chosen).splitlines()[1].startswith("  why: ")


def test_the_setting_wins_and_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_ENGINE", "process")
    chosen = choose_engine()
    assert chosen.engine.name == "process"
    assert chosen.why_not == "The setting WORKBENCH_ENGINE=process asks for it."
    assert chosen.remedy.startswith("unset it")


@pytest.mark.usefixtures("no_docker")
def test_docker_that_is_asked_for_and_not_there_is_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("WORKBENCH_ENGINE", "docker")
    with pytest.raises(EngineUnavailable):
        choose_engine()


def test_where_docker_answers_it_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WORKBENCH_ENGINE", raising=False)
    images_or_skip()
    chosen = choose_engine()
    assert chosen.builds_images
    assert chosen.engine.name == "docker"
    assert "Docker is here." in str(chosen)


def test_without_images_the_base_image_is_a_plan(half_written: Playground) -> None:
    before = tree(half_written.path)
    events: list[Event] = []
    image = build_base(playground=half_written, engine="process", on_event=events.append)
    assert (image.role, image.engine, image.id) == ("base", "process", "")
    assert image.reference.endswith("/job-base/golang:0.0.0")
    told = [event.message for event in events if "not written yet" in event.message]
    assert len(told) == 1
    assert "golang-job-type/plugin.py" in told[0]
    plan = explain(image)
    assert isinstance(plan, Plan)
    assert "Base image: not built" in str(plan)
    assert tree(half_written.path) == before


def test_the_learner_s_own_dockerfile_is_the_one_that_counts(half_written: Playground) -> None:
    base = half_written.plugin_dir / "base.Dockerfile"
    replace(base, 'LABEL racetrack-component="job"', 'LABEL racetrack-component="mine"')
    image = build_base(playground=half_written, engine="process")
    assert 'racetrack-component="mine"' in image.dockerfile


def test_a_job_type_without_a_base_image_is_told(half_written: Playground) -> None:
    source = ROOT / "tests" / "cases" / "dict-form" / "plugin.py"
    (half_written.plugin_dir / "plugin.py").write_bytes(source.read_bytes())
    with pytest.raises(UsageError, match=r"golang:0\.0\.0 has no base image"):
        build_base(playground=half_written, engine="process")


@pytest.mark.parametrize("engine", list(ENGINES))
def test_the_sample_job_is_built_and_not_started(engine: str, half_written: Playground) -> None:
    if engine == "docker":
        images_or_skip()
    events: list[Event] = []
    image = build_sample(playground=half_written, engine=engine, on_event=events.append)
    assert image.role == "job"
    assert {event.phase for event in events} <= {
        Phase.PREPARING,
        Phase.BASE_IMAGE,
        Phase.JOB_IMAGE,
    }
    assert "perform.go" in next(one.message for one in events if "not written" in one.message)
    assert not half_written.job_dir.exists()


@pytest.mark.parametrize("engine", list(ENGINES))
def test_a_mistake_is_named_in_the_playground_s_file(engine: str, ground: Playground) -> None:
    if engine == "docker":
        images_or_skip()
    replace(ground.job_dir / "perform.go", "return sum, nil", "return sum")
    with pytest.raises(BuildError, match=r"sample-golang-function/perform\.go:\d+:\d+: ") as caught:
        build_sample(playground=ground, engine=engine)
    assert caught.value.locations[0].file == ground.job_dir / "perform.go"


def test_the_base_image_is_built_once_for_the_same_files(half_written: Playground) -> None:
    images_or_skip()
    first = build_base(playground=half_written, engine="docker")
    again = build_base(playground=half_written, engine="docker")
    assert again.id == first.id
    assert again.role == "base"
    assert not again.builds[0].needed
    text = str(explain(again))
    assert "Base image: was there, since nothing that it is made of changed" in text
    assert " MB in " in text


def test_a_base_image_that_does_not_build_names_the_line(half_written: Playground) -> None:
    images_or_skip()
    base = half_written.plugin_dir / "base.Dockerfile"
    replace(base, "\nENV CGO_ENABLED=0", "\nRUN no-such-program\nENV CGO_ENABLED=0")
    line = base.read_text().splitlines().index("RUN no-such-program") + 1
    with pytest.raises(BuildError, match=rf"at line {line} of the Dockerfile, RUN"):
        build_base(playground=half_written, engine="docker")


def test_an_interrupted_build_leaves_nothing(
    half_written: Playground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    images_or_skip()
    scratch = tmp_path / "tmp"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    base = half_written.plugin_dir / "base.Dockerfile"
    replace(base, "\nENV CGO_ENABLED=0", f"\nRUN sleep 60 # {tmp_path}\nENV CGO_ENABLED=0")

    def interrupt(event: Event) -> None:
        if "sleep 60" in event.message and event.state == "started":
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        build_base(playground=half_written, engine="docker", on_event=interrupt)
    assert list(scratch.iterdir()) == []
    assert [one.name() for one in psutil.Process().children() if "docker" in one.name()] == []
