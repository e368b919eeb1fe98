"""Copies of the finished plugin for tests on a daemon that others use too: names of their own."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import docker

from tests.support import ROOT, require
from workbench.engines.docker import names
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


@contextmanager
def dict_form(folder: Path) -> Iterator[PluginData]:
    """The plugin in today's form, with the finished plugin's wrapper beside it."""
    target = folder / "golang-job-type"
    shutil.copytree(ROOT / "tests" / "cases" / "dict-form", target)
    shutil.copytree(shipped("golang-job-type") / "go_wrapper", target / "go_wrapper")
    try:
        yield load_plugin(target)
    finally:  # what stood for the named context, where the docker command knows none
        client = docker.DockerClient(base_url=connect().host)
        ours = [f"{names.OURS}={names.workbench_id()}", f"{names.ROLE}=jobtype"]
        for image in client.images.list(filters={"label": ours}):
            client.images.remove(str(image.id), force=True)
        client.close()


def edit_wrapper(plugin: PluginData) -> None:
    """Change a file of the wrapper to what it never was, so that no builder knows it."""
    with (plugin.plugin_dir / "go_wrapper" / "health.go").open("a") as file:
        file.write(f"\n// Changed: {uuid.uuid4().hex}\n")


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
