"""Images to measure, built by the docker command that the engine takes, and removed in the end."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from time import perf_counter

from docker.errors import DockerException, ImageNotFound

from bench.turns import NotMeasured
from workbench import _process
from workbench.engines.docker.client import connect
from workbench.engines.docker.toolchain import ensure_toolchain
from workbench.settings import GO_VERSION

TOOLCHAIN = f"golang:{GO_VERSION}-alpine"
_BUILD_SECONDS = 1800


class Images:
    """Builds images under names of this run's own; the image of Go is there already.

    Args:
        work: A folder for Dockerfiles; it is made where there is none.

    Attributes:
        client: The docker command and the daemon.

    Raises:
        EngineUnavailable: There is no Docker that builds with BuildKit.
    """

    def __init__(self, work: Path) -> None:
        self.client = connect()
        self.work = work
        work.mkdir(exist_ok=True)
        ensure_toolchain(self.client.api, TOOLCHAIN)
        self._names: set[str] = set()

    def name(self, word: str) -> str:
        """The name in this run of the image that is called `word`."""
        return f"racetrack-workbench-bench/{word}:{os.getpid()}"

    def build(
        self,
        word: str,
        dockerfile: str,
        context: Path,
        *,
        network: str = "default",
        cache: bool = True,
        arguments: Mapping[str, str] | None = None,
    ) -> float:
        """Build an image.

        Args:
            word: What it is called here.
            dockerfile: The text of its Dockerfile.
            context: The folder that it copies from.
            network: What its `RUN` steps have for a network.
            cache: Whether steps may be taken from the builder's cache.
            arguments: Its build arguments.

        Returns:
            The seconds that it took.

        Raises:
            NotMeasured: It failed.
        """
        path = self.work / f"{word}.Dockerfile"
        path.write_text(dockerfile)
        former = self._id(word)
        words: list[str | Path] = [
            self.client.command.path, "--host", self.client.host, "build", "--progress=plain",
            f"--network={network}", "--tag", self.name(word), "--file", path,
            *(["--no-cache"] if not cache else []),
            *(f"--build-arg={name}={value}" for name, value in (arguments or {}).items()),
            context,
        ]  # fmt: skip
        self._names.add(self.name(word))
        start = perf_counter()
        answer = _process.run(words, env=self.client.environment(), timeout=_BUILD_SECONDS)
        seconds = perf_counter() - start
        if answer.returncode != 0:
            told = "\n".join(answer.stderr.splitlines()[-20:])
            raise NotMeasured(f"the image {word} was not built:\n{told}")
        if former is not None and former != self._id(word):
            with suppress(DockerException):  # else each run leaves one
                self.client.api.images.remove(former)
        return seconds

    def has(self, word: str) -> bool:
        """Whether the image was built already, for this figure or another one."""
        return self._id(word) is not None

    def size(self, word: str) -> int:
        """The bytes of an image, as `docker image inspect` tells them."""
        return int(self.client.api.images.get(self.name(word)).attrs["Size"])

    def remove_all(self) -> None:
        """Remove what was built; the builder's cache stays."""
        for name in self._names:
            with suppress(DockerException):
                self.client.api.images.remove(name, force=True)

    def _id(self, word: str) -> str | None:
        try:
            return str(self.client.api.images.get(self.name(word)).id)
        except ImageNotFound:
            return None
