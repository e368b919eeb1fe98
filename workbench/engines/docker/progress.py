"""What BuildKit says while it builds (`--progress=plain`), read into steps of the Dockerfile.

A line is `#7 [build 3/5] COPY . .`, `#7 CACHED`, `#7 0.231 what the command wrote`, `#7 DONE 0.4s`
or `#7 ERROR: ...`. BuildKit counts, for each stage, its FROM (where that is an image) and all
instructions that make a layer; from that follows which line of the Dockerfile a step is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from workbench.dockerfile import Instruction, parse_dockerfile, stages
from workbench.engines.build_step import BuildStep
from workbench.errors import TemplateError

MAX_OUTPUT_LINES = 2000
"""Lines that are kept of what one step wrote; of more, the last ones."""

_COUNTED = ("ADD", "COPY", "RUN", "WORKDIR")
_NAME = re.compile(r"\[(?:(?P<stage>\S+) )?(?P<index>\d+)/(?P<total>\d+)\] (?P<text>.*)")
_LINE = re.compile(r"#(\d+) (.*)")
_TIMED = re.compile(r"\d+\.\d+ (.*)|\d+\.\d+$")
_DONE = re.compile(r"DONE (\d+\.\d+)s$")


class Progress:
    """Takes the lines of a build as they come, and calls back when a step has ended.

    Args:
        dockerfile: The Dockerfile that is built.
        on_step: Called with each step when it starts, and again when it has ended.
    """

    def __init__(self, dockerfile: str, on_step: Callable[[BuildStep], None]) -> None:
        self._lines = dict(_counted(dockerfile))
        self._first = next((stage for stage, _ in self._lines), "stage-0")
        self._on_step = on_step
        self._steps: dict[int, BuildStep] = {}
        self.other: list[str] = []
        """What belongs to no step, such as the reason why a build was refused."""
        self._others: dict[int, str] = {}

    @property
    def steps(self) -> tuple[BuildStep, ...]:
        """The steps of the Dockerfile, in the order in which they began."""
        return tuple(self._steps.values())

    @property
    def failed(self) -> BuildStep | None:
        """The step at which the build broke off; None where there is none."""
        return next((step for step in self._steps.values() if step.error), None)

    @property
    def running(self) -> BuildStep | None:
        """A step that began and has not ended."""
        return next(
            (step for step in self._steps.values() if step.seconds is None and not step.cached),
            None,
        )

    def __call__(self, line: str) -> None:
        """Take a line of BuildKit's output."""
        match = _LINE.match(line)
        if match is None:
            if line.strip():
                self.other.append(line)
            return
        number, said = int(match[1]), match[2]
        step = self._steps.get(number)
        if step is None:
            self._begin(number, said)
        elif said == "CACHED":
            step.cached, step.seconds = True, 0.0
            self._on_step(step)
        elif done := _DONE.match(said):
            step.seconds = float(done[1])
            # Nothing is built by a FROM: its image was here, or had to be brought.
            step.cached = step.keyword == "FROM" and not step.output
            self._on_step(step)
        elif said.startswith("ERROR: "):
            step.error = said.removeprefix("ERROR: ")
            self._on_step(step)
        elif timed := _TIMED.match(said):
            step.output.append(timed[1] or "")
            del step.output[:-MAX_OUTPUT_LINES]

    def _begin(self, number: int, said: str) -> None:
        name = _NAME.match(said)
        if name is None:
            if number not in self._others:
                self._others[number] = said
            elif said.startswith("ERROR: "):
                self.other.append(f"{self._others[number]}: {said.removeprefix('ERROR: ')}")
            return
        # A Dockerfile of one stage is built without its name.
        stage, index = name["stage"] or self._first, int(name["index"])
        text = name["text"]
        step = BuildStep(stage, text, self._lines.get((stage, index), 0))
        self._steps[number] = step
        self._on_step(step)


def _counted(dockerfile: str) -> Iterator[tuple[tuple[str, int], int]]:
    """The line of each instruction that BuildKit counts, by stage and number."""
    try:
        found = stages(parse_dockerfile(dockerfile))
    except TemplateError:
        return
    for stage in found:
        own = _own(stage.instructions, counts_base=not stage.parent and stage.base != "scratch")
        for index, instruction in enumerate(own, 1):
            yield (stage.name or f"stage-{stage.index}", index), instruction.line


def _own(instructions: Sequence[Instruction], *, counts_base: bool) -> list[Instruction]:
    rest = [one for one in instructions[1:] if one.keyword in _COUNTED]
    return [instructions[0], *rest] if counts_base else rest
