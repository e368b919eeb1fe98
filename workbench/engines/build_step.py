"""What is remembered of a build: the steps of its Dockerfile, and why they were built anew."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal


@dataclass
class BuildStep:
    """An instruction of a Dockerfile, as it was built.

    Attributes:
        stage: The stage's name, or `stage-0` and so on where it has none.
        text: The instruction, as the builder tells it.
        line: Its first line in the Dockerfile; 0 where that is not known.
        cached: Whether its result was there already.
        seconds: How long it took; None while it runs, and where it never ended.
        error: Why it failed; empty where it did not.
        output: What its command wrote.
    """

    stage: str
    text: str
    line: int
    cached: bool = False
    seconds: float | None = None
    error: str = ""
    output: list[str] = field(default_factory=list)

    @property
    def keyword(self) -> str:
        """`RUN`, `COPY` and the like."""
        return self.text.partition(" ")[0].upper()

    @property
    def ended(self) -> bool:
        """Whether it is over, in whichever way."""
        return self.seconds is not None or bool(self.error)

    @property
    def begun(self) -> str:
        """What is told while it runs."""
        where = f"line {self.line}: " if self.line else ""
        return f"{where}{self.short}"

    def __str__(self) -> str:
        ending = "cached" if self.cached else "failed" if self.error else "built"
        return f"{self.begun} ({ending})"

    @property
    def short(self) -> str:
        """The beginning of its instruction, on one line."""
        return _short(self.text)


@dataclass(frozen=True)
class Build:
    """One run of the builder, or the finding that none was needed.

    Attributes:
        role: `base` for a base image, `job` for a job's, `jobtype` for a plugin's own files.
        reference: The image's name.
        dockerfile: The Dockerfile that was built.
        steps: Its steps; none where the image was there already.
        changed: What differs from the build before, by name; empty where there was none, too.
        first: Whether there was no build before.
        seconds: How long it took.
    """

    role: Literal["base", "job", "jobtype"]
    reference: str
    dockerfile: str
    steps: tuple[BuildStep, ...]
    changed: tuple[str, ...] = ()
    first: bool = False
    seconds: float = 0.0

    @property
    def needed(self) -> bool:
        """Whether anything was built."""
        return bool(self.steps)


def _short(text: str, most: int = 60) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else f"{text[: most - 1]}\N{HORIZONTAL ELLIPSIS}"
