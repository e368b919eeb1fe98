"""What an engine is: it builds a job's image, and runs it.

`ProcessEngine` (`process.py`) builds with this machine's Go and runs a child. Whoever adds another
one writes a file beside it and a line in `ENGINES` (`__init__.py`); the contract tests in
`tests/engines` then run over it as well.
"""

from __future__ import annotations

import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol, runtime_checkable

from workbench.dockerfile import Instruction
from workbench.engines.build_step import Build
from workbench.errors import EngineUnavailable
from workbench.events import Sink
from workbench.job_type import JobType
from workbench.manifest import JobManifest


@dataclass(frozen=True)
class Image:
    """Something built that an engine can run.

    Attributes:
        role: `base` or `job`.
        engine: The name of the engine that built it.
        reference: The image's tag, or the path of the binary where there are no images.
        manifest: The job that it was built for.
        env: What the Dockerfile's `ENV` lines say.
        dockerfile: The Dockerfile as it was rendered.
        not_executed: The instructions of the Dockerfile that this engine left out.
        fixed_port: The port of a wrapper that cannot be told another one; else None.
        seconds: How long the build took.
        id: The image's id; empty where there are no images.
        builds: How it was built: its base image, where it has one, and itself.
        stand_in: What its toolchain was made of, where that is a stand-in; else empty.
    """

    role: Literal["base", "job"]
    engine: str
    reference: str
    manifest: JobManifest
    env: Mapping[str, str]
    dockerfile: str
    not_executed: tuple[Instruction, ...] = ()
    fixed_port: int | None = None
    seconds: float = 0.0
    id: str = ""
    builds: tuple[Build, ...] = ()
    stand_in: str = ""

    def __repr__(self) -> str:
        return f"<Image {self.role} of {self.manifest.name} by {self.engine}>"


@dataclass(frozen=True)
class Surroundings:
    """What is wrong, on purpose, where a program is started; by default nothing.

    Attributes:
        full_log: Whether its log is on a disk without room: nothing that it writes arrives.
        taken_port: Whether somebody listens already on the port that wrappers listen on.
    """

    full_log: bool = False
    taken_port: bool = False


NOTHING_WRONG = Surroundings()


class Container(Protocol):
    """A running image; for the process engine, a child."""

    @property
    def address(self) -> str:
        """Where it listens, such as `http://127.0.0.1:41873`."""

    @property
    def exit_code(self) -> int | None:
        """Its exit code, negative for a signal; None while it runs."""

    @property
    def ending(self) -> str:
        """Why it ended, where more is known than its exit code; else empty."""

    @property
    def log_file(self) -> Path | None:
        """The file that holds all it wrote; None where it is kept elsewhere."""

    def log_lines(self, tail: int | None = None) -> list[str]:
        """What it wrote; the last `tail` lines, or all."""

    def log_since(self, offset: int) -> tuple[list[str], int]:
        """The lines finished after the first `offset` bytes, and the offset to go on from."""

    def signal(self, number: int) -> None:
        """Send a signal to its first process alone; one that has ended gets none."""

    def handles(self, number: int) -> bool:
        """Whether its first process handles a signal; True where nobody can tell.

        The first process of a real container gets no other signals; a child of ours ends by all.
        """

    def stop(self, grace: float = ...) -> int:
        """Ask it to end, and kill it after `grace` seconds; gives its exit code."""


class PrivateContainer(Container, Protocol):
    """A running image in a network of its own; it listens there as nothing told it otherwise."""

    def connect(self, timeout: float) -> socket.socket:
        """A connection to port 7000 of it.

        Args:
            timeout: Seconds for connecting, and then for each wait on the socket.

        Raises:
            OSError: Nobody listens there.
        """

    def listeners(self) -> tuple[tuple[str, int], ...]:
        """Address and port of each socket in its network that listens."""


class Engine(Protocol):
    """Builds and runs jobs. Implemented by `ProcessEngine`."""

    name: str

    def available(self) -> EngineUnavailable | None:
        """None if the engine can work on this machine, else the error to raise."""

    def build(
        self, job_type: JobType, manifest: JobManifest, *, on_event: Sink, strict: bool = True
    ) -> Image:
        """Build the image of the job in `manifest.workspace`.

        Args:
            job_type: The job type that the manifest asks for.
            manifest: The job.
            on_event: Where progress is reported.
            strict: Whether a name that a template does not know is an error; else it is empty
                text, as on a server.

        Returns:
            The job's image.

        Raises:
            EngineUnavailable: The engine cannot build this plugin's jobs.
            TemplateError: The Dockerfile template does not render.
            BuildError: The build failed; names the user's file and line.
        """

    def run(self, image: Image, env: Mapping[str, str], *, port: int | None = None) -> Container:
        """Start the image and return at once; it listens on loopback only.

        Args:
            image: What `build` gave.
            env: The environment that the infrastructure gives to a job.
            port: The port of this machine to listen on; None for a free one.

        Returns:
            The started container, which may not be ready yet.

        Raises:
            PortTaken: Somebody listens on `port` already.
        """

    def host_address(self) -> str:
        """The address by which a job that runs reaches this machine.

        Raises:
            EngineUnavailable: There is none, or the engine does not say.
        """

    def isolates(self) -> EngineUnavailable | None:
        """None if `run_private` works on this machine, else the error that it would raise."""

    def run_private(
        self, image: Image, env: Mapping[str, str], around: Surroundings = NOTHING_WRONG
    ) -> PrivateContainer:
        """Start the image in a network of its own and return at once.

        Nothing tells it where to listen, so any number may run side by side; this machine's own
        programs do not reach it, except through `PrivateContainer.connect`.

        Args:
            image: What `build` gave.
            env: The environment that the infrastructure gives to a job.
            around: What is wrong there.

        Returns:
            The started container, which may not listen yet.

        Raises:
            EngineUnavailable: This system gives no such network.
        """


@runtime_checkable
class BuildsBase(Protocol):
    """An engine that can build a base image by itself, before there is any job."""

    def build_base(self, job_type: JobType, manifest: JobManifest, *, on_event: Sink) -> Image:
        """Build the base image that a job of this type starts from, unless it is there.

        Args:
            job_type: The job type; it has to have a base image.
            manifest: A job that would be built on it.
            on_event: Where progress is reported.

        Raises:
            EngineUnavailable: What it starts from is not to be had, or the daemon went away.
            BuildError: It does not build.
        """
