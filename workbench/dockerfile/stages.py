"""The stages of a Dockerfile, and what its variables stand for in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from workbench.dockerfile.parse import Instruction
from workbench.dockerfile.words import WordError, expand_word
from workbench.errors import TemplateError


@dataclass(frozen=True)
class Stage:
    """What stands from one `FROM` to the next.

    Attributes:
        index: Its place, from 0.
        name: Its name after `AS`, in small letters; "" where it has none.
        base: What it starts from, global `ARG` defaults put in; "" where that is not to be told.
        parent: The stage it starts from; None where that is an image.
        instructions: The `FROM` and all that follows it.
    """

    index: int
    name: str
    base: str
    parent: Stage | None
    instructions: tuple[Instruction, ...]

    def lineage(self) -> list[Stage]:
        """This stage and those it builds on, the first one first."""
        return [*(self.parent.lineage() if self.parent else ()), self]


def stages(instructions: Sequence[Instruction]) -> list[Stage]:
    """The stages of a Dockerfile, in order; instructions before the first `FROM` belong to none.

    Raises:
        TemplateError: A default of a global `ARG` is not closed.
    """
    groups: list[list[Instruction]] = []
    for instruction in instructions:
        if instruction.keyword == "FROM":
            groups.append([])
        if groups:
            groups[-1].append(instruction)
    variables = global_args(instructions)
    found: list[Stage] = []
    for index, group in enumerate(groups):
        words = [_from_word(word, variables) for word in group[0].words]
        named = len(words) == 3 and words[1].lower() == "as"
        base = words[0] if named or len(words) == 1 else ""
        name = words[2].lower() if named else ""
        parent = next((stage for stage in found if stage.name and stage.name == base.lower()), None)
        found.append(Stage(index, name, base, parent, tuple(group)))
    return found


def global_args(instructions: Sequence[Instruction]) -> dict[str, str]:
    """The defaults of each `ARG` above the first `FROM`; only `FROM` lines see them."""
    defaults: dict[str, str] = {}
    for instruction in instructions:
        if instruction.keyword == "FROM":
            break
        if instruction.keyword == "ARG":
            defaults.update(arg_defaults(instruction, defaults))
    return defaults


def arg_defaults(instruction: Instruction, variables: Mapping[str, str]) -> dict[str, str]:
    """The defaults that one `ARG` gives; a name without one is absent."""
    defaults = {}
    for word in instruction.words:
        name, given, value = word.partition("=")
        if given:
            defaults[name] = expand(instruction, value, variables)
    return defaults


def expand(instruction: Instruction, word: str, variables: Mapping[str, str]) -> str:
    """The value of a word of `instruction`.

    Raises:
        TemplateError: Docker refuses the word.
    """
    try:
        return expand_word(word, variables, instruction.escape)
    except WordError as error:
        raise refused(instruction, str(error)) from None


def refused(instruction: Instruction, what: str) -> TemplateError:
    """The error for an instruction that Docker would refuse."""
    return TemplateError(f"Dockerfile:{instruction.line}: {what}.", line=instruction.line)


def _from_word(word: str, variables: Mapping[str, str]) -> str:
    try:
        return expand_word(word, variables)
    except WordError:
        return word
