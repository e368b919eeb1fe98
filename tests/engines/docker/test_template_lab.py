"""What the template lab renders, Docker builds: what our parser takes has to suit BuildKit."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from workbench.engines import Image
from workbench.engines.docker import DockerEngine
from workbench.engines.docker.client import Client
from workbench.engines.docker.explain import explain
from workbench.template_matrix.lab import template_lab

UNLIKE = ["gomod", "odd values", "secrets", "longest name"]
"""Packages are left out: they need a base image with a package manager, and a network."""


def files_of(client: Client, image: Image, folder: str) -> set[str]:
    container = client.api.containers.create(image.id)
    try:
        chunks, _ = container.get_archive(folder)
        with tarfile.open(fileobj=io.BytesIO(b"".join(chunks))) as archive:
            return {one.name for one in archive if one.isfile()}
    finally:
        container.remove()


@pytest.mark.parametrize("name", UNLIKE)
def test_a_variant_becomes_an_image_without_its_secrets(
    name: str, engine: DockerEngine, client: Client, job_dir: Path
) -> None:
    lab = template_lab(job_dir=job_dir)
    image = lab.build(name, engine=engine)
    row = lab[name]
    assert image.manifest.workspace == job_dir
    found = files_of(client, image, "/job")
    assert "job/job.yaml" in found
    assert not {f"job/{secret}" for secret in row.variant.files} & found
    assert row.manifest.name in str(explain(image))
