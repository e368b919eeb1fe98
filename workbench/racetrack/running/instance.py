"""One start of a job's image: its container, its folder, and what it wrote so far."""

from __future__ import annotations

import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench.engines import Container, Engine, Image
from workbench.manifest import JobManifest

_KEPT_LINES = 200


@dataclass(frozen=True)
class Program:
    """What is needed to start a job, now and after a restart of the server.

    Attributes:
        image: What the engine built.
        env: The environment that the infrastructure gives to it, timestamp and token aside.
        folder: A folder of its own, with its files and, on the process engine, its program.
    """

    image: Image
    env: Mapping[str, str]
    folder: Path

    @classmethod
    def placed(cls, image: Image, env: Mapping[str, str], folder: Path) -> Program:
        """Copy what the job runs from into its own folder: builds reuse theirs.

        Raises:
            OSError: The disk is full.
        """
        files = folder / "files"
        shutil.copytree(image.manifest.workspace, files, symlinks=True)
        reference = image.reference
        if image.engine == "process":
            reference = str(shutil.copy2(image.reference, folder / "job"))
        placed = Image(
            role="job",
            engine=image.engine,
            reference=reference,
            manifest=image.manifest.placed_in(files),
            env=dict(image.env),
            dockerfile=image.dockerfile,
            fixed_port=image.fixed_port,
            id=image.id,
        )
        return cls(placed, dict(env), folder)

    def to_dict(self, jobs_dir: Path) -> dict[str, Any]:
        """As plain values; no secret is among them, since `env` is not."""
        return {
            "reference": self.image.reference,
            "env": dict(self.image.env),
            "dockerfile": self.image.dockerfile,
            "fixed_port": self.image.fixed_port,
            "id": self.image.id,
            "folder": str(self.folder.relative_to(jobs_dir)),
        }

    @classmethod
    def from_dict(
        cls,
        values: Mapping[str, Any],
        engine: str,
        manifest: JobManifest,
        env: Mapping[str, str],
        jobs_dir: Path,
    ) -> Program:
        """What `to_dict` gave, with the environment made anew."""
        folder = jobs_dir / values["folder"]
        image = Image(
            role="job",
            engine=engine,
            reference=values["reference"],
            manifest=manifest.placed_in(folder / "files"),
            env=values["env"],
            dockerfile=values["dockerfile"],
            fixed_port=values["fixed_port"],
            id=values["id"],
        )
        return cls(image, env, folder)

    @property
    def there(self) -> bool:
        """Whether all of it is on the disk, as far as this can be told without the engine."""
        files = (self.folder / "files").is_dir()
        return files and (self.image.engine != "process" or Path(self.image.reference).is_file())


@dataclass
class Instance:
    """A program that was started.

    Attributes:
        program: What runs.
        container: What runs it.
        timestamp: The whole Unix seconds that its `/live` has to carry.
        started: When, by the monotonic clock.
        before: The last lines of what ran before it in its place.
        restarts: How often it was started again since it crashed first.
        stopping: Whether it was asked to end.
        noticed: Whether its end was dealt with.
    """

    program: Program
    container: Container
    timestamp: int
    started: float = field(default_factory=time.monotonic)
    before: list[str] = field(default_factory=list)
    restarts: int = 0
    stopping: bool = False
    noticed: bool = False

    @classmethod
    def start(
        cls, engine: Engine, program: Program, timestamp: int, before: list[str], restarts: int
    ) -> Instance:
        """Start a program; it may not be ready yet.

        Raises:
            PortTaken: Its wrapper knows one port only, and that is taken.
            WorkbenchError: It could not be started.
        """
        env = {**program.env, "JOB_DEPLOYMENT_TIMESTAMP": str(timestamp)}
        container = engine.run(program.image, env)
        return cls(program, container, timestamp, before=before, restarts=restarts)

    @property
    def address(self) -> str:
        """Where it listens, such as `http://127.0.0.1:41873`."""
        return self.container.address

    @property
    def internal_name(self) -> str:
        """Host and port, as a real server names them."""
        return self.address.removeprefix("http://")

    def lines(self, tail: int) -> list[str]:
        """What it wrote, and what ran before it; the last lines, or all for 0."""
        own = self.container.log_lines(tail or None)
        whole = [*self.before, *own]
        return whole[-tail:] if tail else whole

    def kept(self, note: str) -> list[str]:
        """What the one that is started in its place shows before its own lines."""
        return [*self.lines(_KEPT_LINES), note][-_KEPT_LINES:]

    def stop(self) -> None:
        """Ask it to end, and wait until it has; calls in flight are answered first."""
        self.stopping = True
        self.container.stop()

    def forget(self) -> None:
        """Remove its folder, once nothing runs from it."""
        shutil.rmtree(self.program.folder, ignore_errors=True)
