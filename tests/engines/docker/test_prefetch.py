"""What `prefetch` makes ahead for Docker."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.engines.docker.base_image import TOOLCHAIN
from workbench.engines.docker.client import Client
from workbench.engines.docker.toolchain import toolchain_in_words
from workbench.errors import EngineUnavailable
from workbench.prefetch import prefetch


def test_the_images_are_there_afterwards_and_made_once(client: Client) -> None:
    prefetch("docker")
    assert toolchain_in_words(TOOLCHAIN) is not None
    assert client.api.images.list("ghcr.io/theracetrack/racetrack/job-base/golang")
    assert prefetch("docker").did == ()


def test_docker_that_is_wanted_and_not_there_is_an_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/docker.sock")
    with pytest.raises(EngineUnavailable, match="No Docker daemon runs"):
        prefetch("docker")
    assert not any("image" in one for one in prefetch("auto").did)
