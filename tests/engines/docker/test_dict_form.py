"""Today's form of a job type: no base image, and the wrapper by `COPY --from=jobtype`."""

from __future__ import annotations

import dataclasses
import re
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engines.docker.plugins import (
    client_or_skip,
    dict_form,
    edit_wrapper,
    remove_images,
    replace,
)
from workbench.engines.build_step import Build
from workbench.engines.docker.building import Recipe
from workbench.engines.docker.client import Client
from workbench.engines.docker.context import Context
from workbench.engines.docker.engine import DockerEngine
from workbench.engines.docker.job_type_files import with_job_type_files
from workbench.engines.docker.keeping import KEPT_IMAGES
from workbench.engines.docker.toolchain import ensure_toolchain
from workbench.events import silent
from workbench.plugin import PluginData
from workbench.run import run_job
from workbench.settings import shipped


@pytest.fixture
def plugin(tmp_path: Path) -> Iterator[PluginData]:
    with dict_form(tmp_path / "plugin") as plugin:
        yield plugin


@pytest.fixture
def job(tmp_path: Path) -> Iterator[Path]:
    name = f"dict-form-{uuid.uuid4().hex[:8]}"
    folder = tmp_path / "job"
    shutil.copytree(shipped("sample-golang-function"), folder)
    replace(folder / "job.yaml", "name: golang-function", f"name: {name}")
    yield folder
    remove_images(f"/{name}:")


def _built_and_asked(plugin: PluginData, job: Path) -> tuple[Build, object]:
    with run_job(job, plugin=plugin, engine=DockerEngine()) as running:
        (build,) = running.image.builds
        return build, running.perform(numbers=[40, 2])


def _anew(build: Build) -> list[str]:
    """The instructions that were not cached, in short."""
    return [" ".join(step.text.split()[:2]) for step in build.steps if not step.cached]


def test_the_form_is_known(plugin: PluginData) -> None:
    job_type = plugin.job_type("golang:latest")
    assert job_type.images[0].base_dockerfile is None
    assert job_type.images[0].source == "jobtype"


def test_of_the_plugins_files_the_last_few_states_stay(plugin: PluginData) -> None:
    client = client_or_skip()
    job_type = plugin.job_type("golang:latest")
    context = Context(plugin.plugin_dir, (), ())
    recipe = Recipe("a job", "FROM scratch\nCOPY --from=jobtype / /\n", context, "unused", {})
    taken = []
    for _ in range(KEPT_IMAGES + 2):
        edit_wrapper(plugin)
        now = with_job_type_files(replace_client(client), recipe, job_type, silent)
        taken.append(re.findall(r"from=(\S+)", now.dockerfile)[0])
    there = {tag for image in client.api.images.list() for tag in image.tags}
    assert [tag in there for tag in taken] == [False] * 2 + [True] * KEPT_IMAGES


def replace_client(client: Client) -> Client:
    """The client as one whose docker command has no named build contexts."""
    return dataclasses.replace(client, command=dataclasses.replace(client.command, buildx=False))


def test_a_job_is_built_and_an_edit_makes_only_what_follows_from_it_anew(
    plugin: PluginData, job: Path
) -> None:
    ensure_toolchain(client_or_skip().api, "golang:1.26-alpine")
    _, answer = _built_and_asked(plugin, job)
    assert answer == 42
    replace(job / "perform.go", "return sum, nil", "return sum + 1, nil")
    build, answer = _built_and_asked(plugin, job)
    assert answer == 43
    assert "RUN jobbuild" in _anew(build)
    assert not {"RUN go", "COPY --from=jobtype"} & set(_anew(build))
    edit_wrapper(plugin)
    build, answer = _built_and_asked(plugin, job)
    assert answer == 43
    assert {"RUN go", "RUN jobbuild"} <= set(_anew(build))
