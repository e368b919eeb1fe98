"""The environment that a Dockerfile gives to what it builds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from workbench.dockerfile.parse import Instruction
from workbench.dockerfile.stages import (
    Stage,
    arg_defaults,
    expand,
    global_args,
    refused,
    stages,
)
from workbench.dockerfile.words import split_words


def is_legacy_env(instruction: Instruction) -> bool:
    """Whether an `ENV` is in the old form `ENV name value`, which takes one pair and no `=`."""
    words = split_words(instruction.value, instruction.escape)
    return instruction.keyword == "ENV" and bool(words) and "=" not in words[0]


def env_pairs(instruction: Instruction) -> list[tuple[str, str]]:
    """Names and values of an `ENV` as they are written, quotes and escapes included.

    Raises:
        TemplateError: It is in neither of the two forms.
    """
    if is_legacy_env(instruction):
        name, *values = instruction.value.split(maxsplit=1)
        if not values:
            raise refused(instruction, "ENV needs a name and a value")
        return [(name, values[0])]
    pairs = []
    for word in split_words(instruction.value, instruction.escape):
        name, given, value = word.partition("=")
        if not given or not name:
            raise refused(instruction, f"ENV needs name=value, and {word} is not that")
        pairs.append((name, value))
    if not pairs:
        raise refused(instruction, "ENV needs a name and a value")
    return pairs


def dockerfile_env(
    instructions: Sequence[Instruction], *, inherited: Mapping[str, str] | None = None
) -> dict[str, str]:
    """The environment of the last stage: its `ENV` lines, and those of the stages it builds on.

    Args:
        instructions: A parsed Dockerfile.
        inherited: The environment of the image that the first of those stages starts from, where
            it is known; Docker puts its values in for `$NAME`.

    Returns:
        Values as a program sees them: unquoted, with variables put in. A variable that nothing
        sets is empty.

    Raises:
        TemplateError: An `ENV` that Docker refuses.
    """
    env = dict(inherited or {})
    variables = global_args(instructions)
    found = stages(instructions)
    for stage in found[-1].lineage() if found else ():
        _run_stage(stage, env, variables)
    return env


def _run_stage(stage: Stage, env: dict[str, str], defaults: Mapping[str, str]) -> None:
    args: dict[str, str] = {}
    for instruction in stage.instructions:
        seen = {**args, **env}  # an ENV hides an ARG of the same name
        if instruction.keyword == "ARG":
            names = [word.partition("=")[0] for word in instruction.words]
            args.update({name: defaults[name] for name in names if name in defaults})
            args.update(arg_defaults(instruction, seen))
        elif instruction.keyword == "ENV":
            # All pairs of one instruction see the environment from before it.
            for name, value in env_pairs(instruction):
                env[expand(instruction, name, seen)] = expand(instruction, value, seen)
