"""Copies of the finished plugin for tests on a daemon that others use too: names of their own."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import docker

from tests.support import require
from workbench.engines.docker.client import Client, connect
from workbench.errors import EngineUnavailable
from workbench.plugin import PluginData, load_plugin
from workbench.settings import shipped

TOOLCHAIN = "golang:1.26-alpine"


def client_or_skip() -> Client:
    """The client of the daemon here; skips the test where none answers."""
    try:
        return connect()
    except EngineUnavailable as problem:
        require(False, str(problem))
        raise


@contextmanager
def plugin_copy(folder: Path, toolchain: str = TOOLCHAIN) -> Iterator[PluginData]:
    """The finished plugin under a version of its own; its base images are removed in the end.

    Args:
        folder: Where the copy goes.
        toolchain: The image that its base image starts from.
    """
    version = f"0.0.0-test-{uuid.uuid4().hex[:8]}"
    target = folder / "golang-job-type"
    shutil.copytree(shipped("golang-job-type"), target)
    replace(target / "plugin-manifest.yaml", "version: 0.0.0", f"version: {version}")
    replace(target / "base.Dockerfile", f"FROM {TOOLCHAIN}", f"FROM {toolchain}")
    try:
        yield load_plugin(target)
    finally:
        remove_images(f":{version}")


def replace(path: Path, former: str, latter: str) -> None:
    """Change the one place of a file that reads `former`."""
    text = path.read_text()
    assert text.count(former) == 1, (path, former)
    path.write_text(text.replace(former, latter))


def remove_images(part: str) -> None:
    """Remove the images with `part` in their name, and the containers that were made of them."""
    client = docker.DockerClient(base_url=connect().host)
    for image in client.images.list():
        for name in image.tags:
            if part in name:
                client.images.remove(name, force=True)
    client.close()
