"""Dockerfiles to judge: parsed, and with the place in the plugin's own file of every line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from workbench.dockerfile import (
    Instruction,
    Rendered,
    Stage,
    dockerfile_env,
    parse_dockerfile,
    stages,
)
from workbench.errors import TemplateError


@dataclass(frozen=True, eq=False)
class Document:
    """A Dockerfile as Docker would get it.

    Attributes:
        rendered: Its text, and the line of its source of each of its lines.
        name: Its source, relative to the plugin's folder.
        instructions: What is in it.
        base: For a job's Dockerfile, the one its base image is built from and the name of that
            image, where the job type has one.
    """

    rendered: Rendered
    name: str
    instructions: tuple[Instruction, ...]
    base: tuple[str, Document] | None = None

    @classmethod
    def read(
        cls, rendered: Rendered, name: str, base: tuple[str, Document] | None = None
    ) -> Document:
        """Parse what was rendered.

        Raises:
            TemplateError: A here-document in it, or a default of a global `ARG`, is never closed;
                names the line of its source.
        """
        try:
            found = cls(rendered, name, tuple(parse_dockerfile(rendered.text)), base)
            _ = found.stages
        except TemplateError as error:
            raise _at_the_source(error, rendered) from None
        return found

    @cached_property
    def stages(self) -> Sequence[Stage]:
        """Its stages; none where there is no `FROM`."""
        return stages(self.instructions)

    def where(self, instruction: Instruction) -> str:
        """The place of an instruction: `file:line`."""
        return f"{self.name}:{self.rendered.lines[instruction.line - 1]}"

    def final(self) -> list[tuple[Document, Instruction]]:
        """All instructions that the image it gives is made of, those of a known base first."""
        if not self.stages:
            return []
        known = self.known_base()
        found = known.final() if known else []
        lineage = self.stages[-1].lineage()
        return found + [(self, one) for stage in lineage for one in stage.instructions]

    def env(self) -> dict[str, str]:
        """The environment of the image it gives, that of a known base included.

        Raises:
            TemplateError: An `ENV` that Docker refuses.
        """
        known = self.known_base()
        return dockerfile_env(self.instructions, inherited=known.env() if known else None)

    def known_base(self) -> Document | None:
        """The Dockerfile of the image that the last stage starts from, if the plugin has it."""
        if self.base is None or not self.stages:
            return None
        name, document = self.base
        return document if self.stages[-1].lineage()[0].base == name else None

    def outer_base(self) -> str:
        """The image that it starts from and that no Dockerfile of the plugin describes."""
        known = self.known_base()
        if known:
            return known.outer_base()
        return self.stages[-1].lineage()[0].base if self.stages else ""


def _at_the_source(error: TemplateError, rendered: Rendered) -> TemplateError:
    """An error about a line of the rendered text, told for the line that it came from."""
    line = rendered.lines[(error.line or 1) - 1]
    what = error.message.partition(": ")[2]
    return TemplateError(
        f"{rendered.path}:{line}: {what}", path=rendered.path, line=line, remedy=error.remedy
    )
