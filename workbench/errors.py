"""Every error that the workbench raises on purpose.

    WorkbenchError                 a step did not hold; has .message, .remedy and .log
    +-- UsageError                 the call itself was wrong (exit code 2 on the command line)
    +-- ManifestError              job.yaml or plugin-manifest.yaml: .path, .key
    +-- PluginError                the plugin folder, its ZIP or plugin.py: .path, .line
    +-- TemplateError              a Dockerfile template: .path, .line
    +-- BundleError                a bundle could not be written or read: .path
    +-- AssetsError                third-party assets are missing or not the listed ones
    +-- EngineUnavailable          what an engine needs is not on this machine
    +-- PortTaken                  .port
    +-- BuildError                 .command, .exit_code, .log, .locations
    +-- JobNotReady                also a TimeoutError
    +-- JobDied                    .exit_code
    +-- DeployError                a server did not deploy a job: .phase
    +-- PerformError               .status, .body
    +-- ConformanceError           a wrapper that breaks rules: .broken
    +-- NotebookError              a notebook that is not canonical or did not run
    +-- StepFailed                 a step of the tutorial did not hold

A message says what did not happen, after how long and in which state; the last log lines and the
remedy follow. In a notebook the text is shown instead of a traceback, because the mistake is in
the user's file and not in this package.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

LOG_TAIL_LINES = 20

PANIC_REMEDY = "the log tells where; a panic outside of Perform ends the whole process."
"""What to do about a job that ended by itself."""


@dataclass(frozen=True)
class Location:
    """A place in a file of the user's, and what is wrong there.

    Lines and columns count from 1; a column of 0 means that the whole line is meant.
    """

    file: Path
    line: int
    column: int
    message: str

    @property
    def place(self) -> str:
        """File, line and column, as compilers write them."""
        column = f":{self.column}" if self.column else ""
        return f"{self.file}:{self.line}{column}"

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


class WorkbenchError(Exception):
    """Something did not hold; says what, and what to do about it.

    Args:
        message: What did not happen, after how long, in which state.
        remedy: What the reader can do about it.
        log: Lines that led there; the last ones are part of the text.
    """

    def __init__(self, message: str, *, remedy: str | None = None, log: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.log = tuple(log)

    def __str__(self) -> str:
        parts = [self.message]
        if self.log:
            tail = self.log[-LOG_TAIL_LINES:]
            parts.append("Last log lines:")
            parts.extend(f"  {line}" for line in tail)
        if self.remedy:
            parts.append(f"Remedy: {self.remedy}")
        return "\n".join(parts)

    def _render_traceback_(self) -> list[str]:
        """Tell IPython to show the text alone."""
        return [f"{type(self).__name__}: {self}"]


class UsageError(WorkbenchError):
    """The call was wrong: a verb, option or argument that means nothing."""


class ManifestError(WorkbenchError):
    """A manifest that Racetrack would refuse, now or at deploy time."""

    def __init__(
        self,
        message: str,
        *,
        path: Path | None = None,
        key: str | None = None,
        remedy: str | None = None,
    ) -> None:
        super().__init__(message, remedy=remedy)
        self.path = path
        self.key = key


class _FileLineError(WorkbenchError):
    def __init__(
        self,
        message: str,
        *,
        path: Path | None = None,
        line: int | None = None,
        remedy: str | None = None,
        log: Sequence[str] = (),
    ) -> None:
        super().__init__(message, remedy=remedy, log=log)
        self.path = path
        self.line = line


class PluginError(_FileLineError):
    """A plugin that Racetrack could not load, or a hook of it that failed.

    Attributes:
        said: The text of the exception that a hook raised; empty where it raised none.
    """

    said: str = ""


class TemplateError(_FileLineError):
    """A Dockerfile template that does not render."""


class BundleError(WorkbenchError):
    """A bundle that could not be written or read."""

    def __init__(
        self, message: str, *, path: Path | None = None, remedy: str | None = None
    ) -> None:
        super().__init__(message, remedy=remedy)
        self.path = path


class AssetsError(WorkbenchError):
    """Third-party assets that are missing, or not the listed ones."""


class EngineUnavailable(WorkbenchError):
    """An engine cannot work on this machine; the remedy says what to install or start."""


class PortTaken(WorkbenchError):
    """Somebody else listens on the port that was asked for; the message names them."""

    def __init__(self, message: str, *, port: int, remedy: str | None = None) -> None:
        super().__init__(message, remedy=remedy)
        self.port = port


class BuildError(WorkbenchError):
    """A build that failed.

    Args:
        message: The compiler's message at the user's `file:line`, or what else went wrong.
        command: The command that failed, as an argument list.
        exit_code: Its exit code; None where it did not end by itself.
        locations: Where in the user's files the mistakes are.
        remedy: What the reader can do about it.
        log: The raw output of the build.
    """

    def __init__(
        self,
        message: str,
        *,
        command: Sequence[str] = (),
        exit_code: int | None = None,
        locations: Sequence[Location] = (),
        remedy: str | None = None,
        log: Sequence[str] = (),
    ) -> None:
        super().__init__(message, remedy=remedy, log=log)
        self.command = tuple(command)
        self.exit_code = exit_code
        self.locations = tuple(locations)


class JobNotReady(WorkbenchError, TimeoutError):
    """A job that did not answer its probes in time, or said itself that it cannot start."""


class JobDied(WorkbenchError):
    """A job whose process ended without being asked to.

    Args:
        message: Which job, when, and with which exit code or signal.
        exit_code: The process's exit code; negative for a signal, as in `subprocess`.
        remedy: What the reader can do about it.
        log: Its last lines.
    """

    def __init__(
        self,
        message: str,
        *,
        exit_code: int | None = None,
        remedy: str | None = None,
        log: Sequence[str] = (),
    ) -> None:
        super().__init__(message, remedy=remedy, log=log)
        self.exit_code = exit_code


class DeployError(WorkbenchError):
    """A job that a Racetrack did not deploy.

    Args:
        message: Which job, after how long, and the server's own words.
        phase: Where it stopped, in the server's words; None where it had not begun.
        log: What the server said besides: the build's output, or the job's last lines.
        remedy: What the reader can do about it.
    """

    def __init__(
        self,
        message: str,
        *,
        phase: str | None = None,
        remedy: str | None = None,
        log: Sequence[str] = (),
    ) -> None:
        super().__init__(message, remedy=remedy, log=log)
        self.phase = phase


class PerformError(WorkbenchError):
    """A call that the job answered with an error.

    Args:
        message: The call and the job's own words.
        status: The HTTP status code; None where there was no answer.
        body: The body of the answer, as text.
        remedy: What the reader can do about it.
        log: The job's last log lines.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        body: str = "",
        remedy: str | None = None,
        log: Sequence[str] = (),
    ) -> None:
        super().__init__(message, remedy=remedy, log=log)
        self.status = status
        self.body = body


class ConformanceError(WorkbenchError):
    """A wrapper that breaks rules.

    Args:
        message: Which rules, and what was seen of each.
        broken: Their ids, such as `W08`.
        remedy: What the reader can do about it.
    """

    def __init__(self, message: str, *, broken: Sequence[str], remedy: str | None = None) -> None:
        super().__init__(message, remedy=remedy)
        self.broken = tuple(broken)


class NotebookError(WorkbenchError):
    """A notebook that is not in canonical form, or a cell of it that failed."""


class StepFailed(WorkbenchError):
    """A step of the tutorial that did not hold."""


def exit_words(code: int) -> str:
    """An exit code in words; negative ones are signals."""
    return f"signal {-code}" if code < 0 else f"exit code {code}"
