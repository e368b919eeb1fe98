"""Mistakes in a template that only a build or a start shows, and how they are told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace as with_other
from pathlib import Path

import pytest

from tests.engines.docker.plugins import plugin_copy, replace
from workbench.engines.docker import DockerEngine
from workbench.engines.docker.explain import explain
from workbench.errors import BuildError, JobDied
from workbench.plugin import PluginData
from workbench.run import build_job, run_job

QUOTED = "build_env.items() %}\nENV {{ name }}={{ quoted(value) }}"


@pytest.fixture
def plugin(engine: DockerEngine, tmp_path: Path) -> Iterator[PluginData]:
    del engine  # skips where there is none, and looks for what is left
    with plugin_copy(tmp_path / "plugin") as made:
        yield made


def ruin(plugin: PluginData, old: str, new: str) -> Path:
    folder = Path(plugin.source)
    replace(folder / "job-template.Dockerfile", old, new)
    return folder


def test_a_value_without_quotes_is_told_with_its_line(plugin: PluginData, job_dir: Path) -> None:
    folder = ruin(plugin, QUOTED, QUOTED.replace("quoted(value)", "value"))
    manifest = job_dir / "job.yaml"
    manifest.write_text(f"{manifest.read_text()}\nbuild_env:\n  GREETING: say hello\n")
    with pytest.raises(BuildError) as caught:
        build_job(job_dir, plugin=folder, engine="docker")
    assert "at Dockerfile:2: ENV needs name=value, and hello is not that." in caught.value.message


def test_a_command_in_words_in_an_image_without_a_shell(plugin: PluginData, job_dir: Path) -> None:
    folder = ruin(plugin, 'CMD ["/usr/local/bin/job"]', "CMD /usr/local/bin/job")
    with pytest.raises(JobDied, match='its image has no program "/bin/sh"') as caught:
        run_job(job_dir, plugin=folder, engine="docker")
    assert "write CMD or ENTRYPOINT as a list" in str(caught.value.remedy)


def test_the_job_copied_before_its_modules_is_seen_in_the_build(
    plugin: PluginData, job_dir: Path
) -> None:
    folder = ruin(plugin, "COPY go.mo[d] go.su[m] ./", "COPY . ./")
    build_job(job_dir, plugin=folder, engine="docker")
    source = job_dir / "perform.go"
    source.write_text(f"{source.read_text()}\n// {job_dir}\n")
    found = explain(build_job(job_dir, plugin=folder, engine="docker"))
    first, *rest = [row for row in found.rebuilt if row.build.role == "job"]
    assert first.why == "perform.go changed"
    assert [row.step.text for row in rest if "go mod download" in row.step.text]


def test_a_stand_in_is_shown_as_one(engine: DockerEngine, job_dir: Path) -> None:
    del engine
    image = build_job(job_dir, engine="docker")
    found = explain(with_other(image, stand_in="go 1.26.8, busybox 1.35.0"))
    told = "The toolchain image is a stand-in, made of go 1.26.8, busybox 1.35.0"
    assert str(found).splitlines()[0] == told
    assert told in found._repr_html_()
    assert explain(with_other(image, stand_in="")).stand_in == ""
