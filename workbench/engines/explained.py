"""What an image is made of, line by line; where none was built, what Docker would have done."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup

from workbench import _html
from workbench.dockerfile import Instruction, parse_dockerfile
from workbench.engines.base import Image

if TYPE_CHECKING:
    from workbench.engines.docker.explain import Explanation

MOST_SHOWN = 64
"""Signs of an instruction that a table shows."""


@dataclass(frozen=True)
class PlannedStep:
    """An instruction that was not given to Docker.

    Attributes:
        line: Where it begins in the Dockerfile.
        text: The instruction, on one line and cut short.
        would: What Docker would do with it.
        here: What was done in its place.
    """

    line: int
    text: str
    would: str
    here: str


@dataclass(frozen=True, repr=False)
class Plan:
    """What Docker would do, where nobody built an image.

    Attributes:
        image: What was made instead.
        steps: The Dockerfile's instructions.
    """

    image: Image
    steps: tuple[PlannedStep, ...]

    @property
    def instead(self) -> str:
        """What there is in the image's place, in words."""
        if self.image.role == "base":
            return "nothing: where jobs run as plain programs, Go and its own cache do its work"
        size = Path(self.image.reference).stat().st_size / 1e6
        return f"a program of {size:.1f} MB, compiled in {self.image.seconds:.2f} s"

    @property
    def layers(self) -> int:
        """How many of the instructions would make a layer."""
        return sum(_makes_a_layer(step.text.partition(" ")[0]) for step in self.steps)

    def __str__(self) -> str:
        lines = [self._headline(), f"instead: {self.instead}"]
        for step in self.steps:
            here = f"; here: {step.here}" if step.here else ""
            lines.append(f"{step.line:>4}  {step.text}  <- would {step.would}{here}")
        return "\n".join(lines)

    def __repr__(self) -> str:
        return f"<Plan of a {self.image.role} image: {len(self.steps)} instructions, none built>"

    def _repr_html_(self) -> Markup:
        rows = (
            (step.line, _html.code(step.text), f"would {step.would}", step.here)
            for step in self.steps
        )
        return _html.as_it_is(
            _html.join(
                [
                    Markup("<p><b>{}</b><br>Instead: {}.</p>").format(
                        self._headline(), self.instead
                    ),
                    _html.table(("line", "instruction", "Docker", "here"), rows),
                ]
            )
        )

    def _headline(self) -> str:
        kind = {"base": "Base image", "job": "Job image"}[self.image.role]
        return f"{kind}: not built. Of {len(self.steps)} instructions {self.layers} make a layer"


def explain(image: Image, **beside: Image) -> Explanation | Plan:
    """Say which line of the Dockerfiles was built anew and why, and what the image holds.

    Args:
        image: What `build_job` gave, or a job's `image`.
        beside: Other images to draw beside it, each by a name, such as `published=...`.

    Returns:
        The steps with their causes, the layers with their sizes. Where the image is none of
        Docker's: what Docker would do with each instruction.

    Raises:
        UsageError: An image is not there any more; or one beside it is none of Docker's.
        EngineUnavailable: No Docker daemon answers.
    """
    if image.engine != "docker":
        return Plan(
            image, tuple(_planned(one, image) for one in parse_dockerfile(image.dockerfile))
        )
    from workbench.engines.docker.explain import explain as explain_layers

    return explain_layers(image, **beside)


def _planned(one: Instruction, image: Image) -> PlannedStep:
    text = " ".join(f"{one.keyword} {one.value}".split())
    here = ""
    if image.role == "job" and one.keyword == "ENV":
        here = "set for the program"
    elif image.role == "job" and one.keyword == "RUN" and " jobbuild " in f" {one.value} ":
        here = "done by this machine's Go"
    return PlannedStep(one.line, _short(text), _would(one), here)


def _would(one: Instruction) -> str:
    if one.keyword == "FROM":
        start = next((word for word in one.words), "")
        return "begin with nothing" if start == "scratch" else f"begin with {start}"
    if one.keyword == "RUN":
        return "run it, and keep what it changed as a layer"
    if one.keyword in ("COPY", "ADD"):
        where = one.flag("from")
        source = f"the stage {where}" if where else "the folder that is built from"
        return f"copy from {source}, as a layer"
    if one.keyword == "WORKDIR":
        return "make the folder, as a layer"
    if one.keyword == "ARG":
        return "take it from whoever builds"
    return "write it into the image's description"


def _makes_a_layer(keyword: str) -> bool:
    return keyword in ("RUN", "COPY", "ADD", "WORKDIR")


def _short(text: str) -> str:
    if len(text) <= MOST_SHOWN:
        return text
    return f"{text[: MOST_SHOWN - 1]}\N{HORIZONTAL ELLIPSIS}"
