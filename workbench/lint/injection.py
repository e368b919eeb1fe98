"""Does a template let a value of a job become more than a value?

Each value is put in twice: once as a harmless word, then as a sample with a character that Docker
or a shell gives a meaning to. The second Dockerfile must say the same as the first with the word
exchanged, or refuse the value, by an error of the template or by a step that fails.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from workbench.dockerfile import (
    Instruction,
    Rendered,
    WordError,
    env_pairs,
    expand_word,
    parse_dockerfile,
    stages,
)
from workbench.errors import TemplateError
from workbench.job_type import JobType
from workbench.lint.typical import FIELDS, HARMLESS, SAMPLES, Field, render_with

_RUNS_A_SHELL = ("RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK")
_FAILS = re.compile(r"\b(exit +[1-9]|false)\b")


@dataclass(frozen=True)
class Leak:
    """Values that do not stay what they are.

    Attributes:
        line: The template's line that puts them in.
        in_shell: Whether it is a shell's line, and not one of Docker's own.
        fields: Which values, by the names in `FIELDS`.
        samples: What in them is not kept, by the names in `SAMPLES`.
    """

    line: int
    in_shell: bool
    fields: tuple[str, ...]
    samples: tuple[str, ...]


def find_leaks(job_type: JobType, image: int) -> list[Leak]:
    """All values that the template of an image does not keep, by line."""
    found: dict[tuple[int, bool], list[tuple[str, str]]] = {}
    for field in FIELDS:
        try:
            harmless = render_with(job_type, image, field, HARMLESS)
            before = parse_dockerfile(harmless.text)
            stages(before)
        except TemplateError:
            return []  # what does not render, or gives no Dockerfile, is told elsewhere
        if HARMLESS not in harmless.text:
            continue
        for name, sample in SAMPLES.items():
            place = _try(job_type, image, field, sample, before)
            if place is not None:
                found.setdefault(place, []).append((field.name, name))
    return [
        Leak(*place, _unique(field for field, _ in pairs), _unique(name for _, name in pairs))
        for place, pairs in sorted(found.items())
    ]


def _unique(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def _try(
    job_type: JobType, image: int, field: Field, sample: str, before: Sequence[Instruction]
) -> tuple[int, bool] | None:
    """The template's line that leaks and whether it is a shell's, or None."""
    try:
        rendered = render_with(job_type, image, field, sample)
        after = parse_dockerfile(rendered.text)
    except TemplateError:
        return None  # refused, or so broken that Docker refuses it
    culprit = _culprit(before, after, sample)
    return None if culprit is None else _place(rendered, after, culprit)


def _culprit(
    before: Sequence[Instruction], after: Sequence[Instruction], sample: str
) -> Instruction | None:
    """The first instruction that shows that a value was not kept."""
    for instruction in after:
        injected = instruction.keyword == "LABEL" and instruction.value.startswith("injected=")
        if injected or _is_live(instruction, sample):
            return instruction
    if _refuses(before, after):
        return None
    for old, new in zip(before, after, strict=False):
        if old.keyword != new.keyword or not _same(old, new, sample):
            return new
    return after[-1] if len(before) != len(after) else None


def _place(
    rendered: Rendered, instructions: Sequence[Instruction], culprit: Instruction
) -> tuple[int, bool]:
    """Where the value stands, in the template, and whether in a line for a shell.

    That is at the culprit or above it: an open quote may be noticed lines later.
    """
    texts = rendered.text.split("\n")
    line = culprit.end_line
    while line > 1 and HARMLESS not in texts[line - 1]:
        line -= 1
    owner = [one for one in instructions if one.line <= line][-1]
    return rendered.lines[line - 1], owner.keyword in _RUNS_A_SHELL


def _refuses(before: Sequence[Instruction], after: Sequence[Instruction]) -> bool:
    known = {str(instruction) for instruction in before}
    return any(
        one.keyword == "RUN" and str(one) not in known and _FAILS.search(_script(one))
        for one in after
    )


def _same(old: Instruction, new: Instruction, sample: str) -> bool:
    """Whether an instruction still says the same, the harmless word exchanged for the sample."""
    if old.keyword in _RUNS_A_SHELL:
        return True  # its text was looked at for what a shell would do with it
    try:
        expected = [word.replace(HARMLESS, sample) for word in _meaning(old)]
        return expected == _meaning(new)
    except (TemplateError, WordError):
        return False


def _meaning(instruction: Instruction) -> list[str]:
    words: Sequence[str] = instruction.words
    if instruction.keyword == "ENV":
        words = [word for pair in env_pairs(instruction) for word in pair]
    return [expand_word(word, {}, instruction.escape) for word in words]


def _script(instruction: Instruction) -> str:
    return instruction.value + "".join(f"\n{one.content}" for one in instruction.heredocs)


def _is_live(instruction: Instruction, sample: str) -> bool:
    """Whether a shell would take a character of the sample for its own."""
    if instruction.keyword not in _RUNS_A_SHELL or instruction.exec_form is not None:
        return False
    text = _script(instruction)
    at = text.find(sample)
    while at >= 0:
        quote = _quote_at(text, at)
        if any(_has_meaning(char, quote) for char in sample):
            return True
        at = text.find(sample, at + 1)
    return False


def _quote_at(text: str, at: int) -> str:
    """The quote of a shell that is open at a position; "" for none."""
    quote = ""
    i = 0
    while i < at:
        char = text[i]
        if char == "\\" and quote != "'":
            i += 1
        elif char == quote:
            quote = ""
        elif not quote and char in "'\"":
            quote = char
        i += 1
    return quote


def _has_meaning(char: str, quote: str) -> bool:
    if quote == "'":
        return char == "'"
    if quote == '"':
        return char in '"$`\\'
    return char in "\"'$`\\;&|<>()\n "
