"""Building one image by the docker command with BuildKit."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from workbench import _process
from workbench._home import make_own
from workbench.engines.build_step import BuildStep
from workbench.engines.docker.answering import answers
from workbench.engines.docker.client import Client
from workbench.engines.docker.context import Context
from workbench.engines.docker.failures import build_failure
from workbench.engines.docker.progress import Progress
from workbench.errors import BuildError
from workbench.events import Event, Phase, Sink
from workbench.settings import get_settings

BUILD_TIMEOUT = 1800.0
"""Seconds that a build may take; a cold one compiles the standard library."""


@dataclass(frozen=True)
class Recipe:
    """What is built.

    Attributes:
        name: What it is, in words, for messages.
        dockerfile: The text of its Dockerfile.
        context: The folder that it copies from.
        tag: Its name in the end.
        labels: Its labels, beside those of the Dockerfile.
        contexts: Further folders that it copies from, by name.
        secrets: Files with secrets that a step may mount, by id.
        network: The network of its RUN steps, such as `none`; None for Docker's default.
    """

    name: str
    dockerfile: str
    context: Context
    tag: str
    labels: Mapping[str, str]
    contexts: Mapping[str, Path] = field(default_factory=dict)
    secrets: Mapping[str, Path] = field(default_factory=dict)
    network: str | None = None


def build(
    client: Client, recipe: Recipe, phase: Phase, on_event: Sink
) -> tuple[str, tuple[BuildStep, ...]]:
    """Build an image, and report each step as it ends.

    An interrupt, and the end of `BUILD_TIMEOUT`, end the build; what was built so far is cached.

    Returns:
        The image's id, and the steps.

    Raises:
        BuildError: A step failed; names the user's file and line where the output does.
        EngineUnavailable: The daemon went away, or an image is not to be had.
    """
    stages = make_own(get_settings().stage_dir)

    def tell(step: BuildStep) -> None:
        if not step.ended:
            on_event(Event(phase, step.begun, "started"))
        else:
            on_event(Event(phase, str(step), seconds=None if step.cached else step.seconds))
            for line in step.output:
                if line.startswith("notice: "):
                    on_event(Event(phase, line.removeprefix("notice: ")))

    progress = Progress(recipe.dockerfile, tell)
    with tempfile.TemporaryDirectory(dir=stages, prefix="docker-") as name:
        folder = Path(name)
        (folder / "Dockerfile").write_text(recipe.dockerfile)
        (folder / "Dockerfile.dockerignore").write_text("\n".join(recipe.context.ignore) + "\n")
        words = _command(client, recipe, folder)
        try:
            answer = _process.run(
                words, env=client.environment(), timeout=BUILD_TIMEOUT, on_line=progress, bound=True
            )
        except _process.ChildTimeoutError as late:
            raise BuildError(
                f"{recipe.name} was not built within {late.completed.seconds:.0f} s.",
                command=late.completed.args,
                log=late.completed.stderr.splitlines(),
                remedy="run it again: what was built so far is cached.",
            ) from None
        if answer.returncode != 0:
            raise build_failure(
                recipe.name,
                progress,
                command=answer.args,
                exit_code=answer.returncode,
                stderr=answer.stderr,
                seconds=answer.seconds,
                folder=recipe.context.folder,
                dockerfile=recipe.dockerfile,
                gone=not answers(client),
            )
        return (folder / "id").read_text().strip(), progress.steps


def _command(client: Client, recipe: Recipe, folder: Path) -> list[str | Path]:
    # Like Racetrack's own call; the id tells which image it was, whoever moves the tag later.
    words: list[str | Path] = [
        client.command.path, "--host", client.host, "build", "--progress=plain",
        "--tag", recipe.tag, "--file", folder / "Dockerfile", "--iidfile", folder / "id",
    ]  # fmt: skip
    words += _pairs("--label", recipe.labels)
    if recipe.network:
        words.append(f"--network={recipe.network}")
    if "SOURCE_DATE_EPOCH" in client.environment() and "SOURCE_DATE_EPOCH" in recipe.dockerfile:
        words += ["--build-arg", "SOURCE_DATE_EPOCH"]
    for name, path in recipe.contexts.items():
        words += ["--build-context", f"{name}={path}"]
    for name, path in recipe.secrets.items():
        words += ["--secret", f"id={name},src={path}"]
    return [*words, recipe.context.folder]


def _pairs(flag: str, values: Mapping[str, str]) -> Sequence[str]:
    return [word for name, value in values.items() for word in (flag, f"{name}={value}")]
