"""One start of a job's image: its container, its folder, and what it wrote so far."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench._log_file import LogFile
from workbench.engines import Container, Engine, Image
from workbench.manifest import JobManifest
from workbench.racetrack.hiding import able_to_hide, hide

_KEPT_LINES = 200
_LONGEST_LINE = 4_000
_SECRET_FILES = ("secret_build_env_file", "secret_runtime_env_file")


@dataclass(frozen=True)
class Program:
    """What is needed to start a job, now and after a restart of the server.

    Attributes:
        image: What the engine built.
        env: The environment that the infrastructure gives to it, timestamp and token aside.
        folder: A folder of its own, with its files and, on the process engine, its program.
        secret_names: Which variables of `env` are secret.
        hidden: The values that no text may show.
    """

    image: Image
    env: Mapping[str, str] = field(repr=False)
    folder: Path
    secret_names: tuple[str, ...] = ()
    hidden: frozenset[str] = field(default=frozenset(), repr=False)

    @classmethod
    def placed(
        cls,
        image: Image,
        env: Mapping[str, str],
        folder: Path,
        secret_names: Collection[str] = (),
        hidden: Collection[str] = (),
    ) -> Program:
        """Copy what the job runs from into its own folder: builds reuse theirs.

        Files with secrets stay behind, and so does the Dockerfile, which may show them.

        Raises:
            OSError: The disk is full.
        """
        files = folder / "files"
        shutil.copytree(image.manifest.workspace, files, symlinks=True)
        for name in filter(None, (getattr(image.manifest, key) for key in _SECRET_FILES)):
            secret = (files / name).resolve()
            if secret.is_relative_to(files.resolve()):  # any other is somebody else's
                secret.unlink(missing_ok=True)
        reference = image.reference
        if image.engine == "process":
            reference = str(shutil.copy2(image.reference, folder / "job"))
        placed = Image(
            role="job",
            engine=image.engine,
            reference=reference,
            manifest=image.manifest.placed_in(files),
            env=dict(image.env),
            dockerfile="",
            fixed_port=image.fixed_port,
            id=image.id,
        )
        return cls(placed, dict(env), folder, tuple(sorted(secret_names)), frozenset(hidden))

    def to_dict(self, jobs_dir: Path) -> dict[str, Any]:
        """As plain values; no secret is among them, since `env` is not."""
        return {
            "reference": self.image.reference,
            "env": dict(self.image.env),
            "secret_names": list(self.secret_names),
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
            dockerfile="",
            fixed_port=values["fixed_port"],
            id=values["id"],
        )
        hidden = frozenset({env["AUTH_TOKEN"]} if "AUTH_TOKEN" in env else ())
        return cls(image, env, folder, tuple(values.get("secret_names", ())), hidden)

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
    _blotted: int = field(default=0, repr=False, compare=False)
    _cutting: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

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
        """What it wrote, and what ran before it; the last lines, or all for 0; no secrets."""
        with self._cutting:
            own = self.container.log_lines(tail or None)
            whole = [*self.before, *self._without_secrets(own)]
        return whole[-tail:] if tail else whole

    def lines_since(self, offset: int) -> tuple[list[str], int]:
        """The lines finished after the first `offset` bytes, and the offset to go on from."""
        lines, after = self.container.log_since(offset)
        return self._without_secrets(lines), after

    def _without_secrets(self, lines: list[str]) -> list[str]:
        return [hide(line, self.program.hidden) for line in lines]

    def kept(self, note: str) -> list[str]:
        """What the one that is started in its place shows before its own lines."""
        return [*_shortened(self.lines(_KEPT_LINES)), note][-_KEPT_LINES:]

    def bound_log(self, most: int) -> None:
        """Let its log begin anew once it has more than `most` bytes; its last lines stay."""
        path = self.container.log_file
        if path is not None and path.stat().st_size > most:
            note = f"--- more than {most:,} bytes: older lines are left out ---"
            with self._cutting:  # nobody sees it emptied, and not yet what is kept
                own = self._without_secrets(LogFile(path).take()[-_KEPT_LINES:])
                self._blotted = 0
                self.before = [note, *_shortened([*self.before, *own])[-_KEPT_LINES:]]

    def blot_log(self) -> None:
        """Write over the secrets that it told its log since this was done before."""
        path = self.container.log_file
        secrets = able_to_hide(self.program.hidden)
        if path is not None and secrets:
            with self._cutting:
                self._blotted = LogFile(path).blot(secrets, self._blotted)

    def stop(self) -> None:
        """Ask it to end, and wait until it has; calls in flight are answered first."""
        self.stopping = True
        self.container.stop()
        with suppress(OSError):
            self.blot_log()

    def forget(self) -> None:
        """Remove its folder, once nothing runs from it."""
        shutil.rmtree(self.program.folder, ignore_errors=True)


def _shortened(lines: list[str]) -> list[str]:
    return [line[:_LONGEST_LINE] for line in lines]
