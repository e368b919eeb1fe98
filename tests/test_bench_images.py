"""The figures of images, each taken once on the real daemon."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from bench.figures.base_image import packages_of
from bench.figures.container import container_start
from bench.figures.images import job_image
from bench.programs import Programs
from bench.turns import Effort, NotMeasured
from tests.support import require
from workbench.engines.docker.client import connect
from workbench.errors import EngineUnavailable
from workbench.settings import shipped

ONE_RUN = Effort(runs=1, most=1, seconds=1, warm=False)


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Programs]:
    try:
        connect()
    except EngineUnavailable as problem:
        require(False, str(problem))
    with Programs(tmp_path_factory.mktemp("programs")) as programs:
        yield programs
    tags = {tag for image in connect().api.images.list() for tag in image.tags}
    assert not {tag for tag in tags if tag.endswith(f":{os.getpid()}")}, "they are removed"


def test_a_jobs_image_beside_the_published_and_openfaas(programs: Programs) -> None:
    rows = job_image(programs, ONE_RUN)
    assert [(row.figure, row.beside_name, row.goal) for row in rows] == [
        ("job image, one-line edit", "published", "<= 0.05 x"),
        ("job image, one-line edit", "OpenFaaS's layers", None),
        ("job image size", "the program in it", "<= 1.2 x"),
        ("job image size", "published", None),
        ("job image size", "OpenFaaS's layers", None),
    ]
    ours, published, openfaas = rows[2:]
    assert 1 < (ours.ratio or 0) < 1.2
    assert (published.ratio or 1) < 0.1
    assert (openfaas.ratio or 1) < 1


def test_a_containers_start_beside_a_bare_servers(programs: Programs) -> None:
    rows = container_start(programs, ONE_RUN)
    assert [(row.beside_name, row.goal) for row in rows] == [
        ("bare net/http", "<= 1.1 x"),
        ("published", None),
    ]


def test_the_packages_that_are_compiled_by_hand_are_those_of_the_base_image() -> None:
    text = (shipped("golang-job-type") / "base.Dockerfile").read_text()
    packages = packages_of(text).split()
    assert {"net/...", "embed", "time/..."} <= set(packages)
    assert all(name.replace("/...", "").isalpha() for name in packages)
    with pytest.raises(NotMeasured, match="names no packages"):
        packages_of("FROM scratch\nRUN go build -trimpath ./...\n")
