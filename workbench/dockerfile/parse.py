"""Read a Dockerfile: its instructions with their flags and here-documents."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from workbench.dockerfile.words import WordError, expand_word, split_words
from workbench.errors import TemplateError

KEYWORDS = frozenset(
    {
        "ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL",
        "MAINTAINER", "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR",
    }
)  # fmt: skip
"""Every instruction that Docker knows."""

_DIRECTIVE = re.compile(r"#\s*([A-Za-z][A-Za-z0-9]*)\s*=\s*(.+?)\s*$")
_HEREDOC = re.compile(r"\d*<<(-?)([^<]+)$")
_TAKES_HEREDOC = ("ADD", "COPY", "RUN")


@dataclass(frozen=True)
class Heredoc:
    """The lines below an instruction, up to a word alone on its line.

    Attributes:
        name: The word that ends it.
        content: Its lines, each with its line end.
        expand: Whether variables in it are put in; quotes round the name turn that off.
    """

    name: str
    content: str
    expand: bool


@dataclass(frozen=True)
class Instruction:
    """One instruction of a Dockerfile.

    Attributes:
        keyword: In capitals, whether Docker knows it or not.
        value: What follows the flags, with continuation lines joined and comments gone.
        line: The line it starts on, from 1.
        flags: Such as `--from=build`, without quotes.
        heredocs: In the order of their names.
        end_line: The last line that belongs to it, here-documents included.
        escape: The file's escape character.
    """

    keyword: str
    value: str
    line: int
    flags: tuple[str, ...] = ()
    heredocs: tuple[Heredoc, ...] = ()
    end_line: int = 0
    escape: str = "\\"

    def __str__(self) -> str:
        return " ".join((self.keyword, *self.flags, self.value)).rstrip()

    def flag(self, name: str) -> str | None:
        """The value of the flag `--name`; "" where it has none, None where it is absent."""
        for flag in self.flags:
            key, _, value = flag.removeprefix("--").partition("=")
            if key == name:
                return value
        return None

    @property
    def exec_form(self) -> tuple[str, ...] | None:
        """The list of a value in JSON form; None for every other form."""
        if not self.value.startswith("["):
            return None
        try:
            words = json.loads(self.value)
        except ValueError:
            return None
        if isinstance(words, list) and all(isinstance(word, str) for word in words):
            return tuple(words)
        return None

    @property
    def words(self) -> tuple[str, ...]:
        """The arguments: of the JSON form, or split at blanks with quotes left in place."""
        form = self.exec_form
        return tuple(split_words(self.value, self.escape)) if form is None else form

    @property
    def trigger(self) -> Instruction | None:
        """The instruction that an `ONBUILD` keeps for later; None for every other keyword."""
        if self.keyword != "ONBUILD":
            return None
        return replace(_instruction(self.value, self.line, self.escape), end_line=self.end_line)


def parse_dockerfile(text: str, *, path: Path | None = None) -> list[Instruction]:
    """Split the text of a Dockerfile into its instructions.

    Unknown keywords are kept; what Docker would refuse in them is for others to judge.

    Args:
        text: The whole file.
        path: Where it came from, for messages.

    Raises:
        TemplateError: A here-document is never closed.
    """
    # Not splitlines(): Docker ends a line at a newline only, not at the other ends Unicode knows.
    lines = text.removeprefix("\ufeff").split("\n")
    if not lines[-1]:
        lines.pop()
    escape = _escape(lines)
    continued = re.compile(rf"(^|[^{re.escape(escape)}]){re.escape(escape)}[ \t]*$")
    instructions = []
    at = 0
    while at < len(lines):
        start = at + 1
        logical, at = _logical_line(lines, at, continued)
        if not logical.strip():
            continue
        found = _instruction(logical.strip(), start, escape)
        heredocs, at = _heredocs(found, lines, at, path)
        instructions.append(replace(found, heredocs=heredocs, end_line=at))
    return instructions


def _escape(lines: list[str]) -> str:
    for line in lines:
        match = _DIRECTIVE.match(line.strip())
        if match is None:
            break  # directives stand above everything else, other comments included
        if match.group(1).lower() == "escape" and match.group(2) in ("`", "\\"):
            return match.group(2)
    return "\\"


def _logical_line(lines: list[str], at: int, continued: re.Pattern[str]) -> tuple[str, int]:
    """A line and those that continue it, and the index of the line after them."""
    parts: list[str] = []
    while at < len(lines):
        line = lines[at].rstrip("\r")
        at += 1
        bare = line.strip()
        if bare.startswith("#"):
            if parts:
                continue  # a comment amid a continued line does not end it
            return "", at
        if not bare and parts:
            continue  # nor does an empty line, though Docker warns
        match = continued.search(line)
        parts.append(line if match is None else line[: match.end(1)])
        if match is None:
            break
    return "".join(parts), at


def _instruction(logical: str, line: int, escape: str) -> Instruction:
    keyword, *others = logical.split(maxsplit=1)
    rest = others[0] if others else ""
    slash = re.escape(escape)
    quoted = rf'"(?:[^"{slash}]|{slash}.)*"' + "|" + rf"'(?:[^'{slash}]|{slash}.)*'"
    flag = re.compile(rf"--(?=\S)(?:[^\s\"'{slash}]|{slash}.|{quoted})*(?=\s|$)")
    flags = []
    while match := flag.match(rest):
        flags.append(re.sub(rf"{slash}(.)|[\"']", r"\1", match.group()))
        rest = rest[match.end() :].lstrip()
    return Instruction(keyword.upper(), rest, line, tuple(flags), escape=escape)


def _heredocs(
    instruction: Instruction, lines: list[str], at: int, path: Path | None
) -> tuple[tuple[Heredoc, ...], int]:
    found = []
    for name, expand, chomp in _heredoc_names(instruction):
        content = ""
        while True:
            if at == len(lines):
                where = path or "Dockerfile"
                raise TemplateError(
                    f"{where}:{instruction.line}: the here-document {name} is never closed.",
                    path=path,
                    line=instruction.line,
                    remedy=f"end it with {name} alone on a line.",
                )
            line = lines[at].lstrip("\t") if chomp else lines[at]
            at += 1
            if line.rstrip("\r") == name:
                break
            content += line + "\n"
        found.append(Heredoc(name, content, expand))
    return tuple(found), at


def _heredoc_names(instruction: Instruction) -> Iterator[tuple[str, bool, bool]]:
    """Name, whether variables are put in, and whether leading tabs go, of each here-document."""
    owner = instruction.trigger or instruction
    if owner.keyword not in _TAKES_HEREDOC or owner.exec_form is not None:
        return
    for word in split_words(owner.value, owner.escape):
        match = _HEREDOC.match(word)
        if match is None:
            continue
        try:
            name = expand_word(match.group(2), {}, owner.escape)
        except WordError:
            continue
        yield name, not re.search(r"['\"]", match.group(2)), match.group(1) == "-"
