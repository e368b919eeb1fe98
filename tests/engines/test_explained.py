"""What is said where no image was built."""

from __future__ import annotations

import pytest

from workbench.engines import Image, ProcessEngine
from workbench.engines.explained import MOST_SHOWN, Plan, explain
from workbench.manifest import load_job_manifest
from workbench.plugin import load_plugin
from workbench.settings import shipped


@pytest.fixture(scope="module")
def image() -> Image:
    job_type = load_plugin(shipped("golang-job-type")).job_type("golang:latest")
    return ProcessEngine().build(job_type, load_job_manifest(shipped("sample-golang-function")))


@pytest.fixture
def plan(image: Image) -> Plan:
    found = explain(image)
    assert isinstance(found, Plan)
    return found


def test_each_instruction_says_what_docker_would_do_and_what_was_done(plan: Plan) -> None:
    lines = plan.image.dockerfile.splitlines()
    for step in plan.steps:
        assert lines[step.line - 1].startswith(step.text.split()[0])
        assert step.would
        assert len(step.text) <= MOST_SHOWN
    done = {step.text.split()[0]: step.here for step in plan.steps if step.here}
    assert done == {"ENV": "set for the program", "RUN": "done by this machine's Go"}
    starts = [step.would for step in plan.steps if step.text.startswith("FROM")]
    assert starts[0].startswith("begin with ghcr.io/")
    assert starts[-1] == "begin with nothing"


def test_what_there_is_instead_is_told_without_a_path(plan: Plan) -> None:
    text = str(plan)
    assert text.startswith("Job image: not built. Of ")
    assert "instead: a program of " in text
    assert plan.image.reference not in text
    assert plan.image.reference not in plan._repr_html_()


def test_the_layers_that_would_be_made_are_counted(plan: Plan) -> None:
    words = ("RUN ", "COPY ", "ADD ", "WORKDIR ")
    assert plan.layers == sum(step.text.startswith(words) for step in plan.steps)
