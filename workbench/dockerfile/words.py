"""Words of a Dockerfile line: splitting, unquoting and `$VARIABLE`, by Docker's own rules.

They are close to a shell's but not the same: within double quotes a backslash keeps its place
unless a quote, a dollar or a backslash follows, and a variable that is not set is empty.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fnmatch import fnmatchcase, translate

_NAME = re.compile(r"[^\W\d]\w*|\d+|[@*#?\-$!]")


class WordError(ValueError):
    """A word that Docker refuses, such as one whose quote is never closed."""


def split_words(text: str, escape: str = "\\") -> list[str]:
    """Split at blanks outside quotes; quotes and escapes stay in the words."""
    words: list[str] = []
    word = ""
    started = False
    quote = ""
    i = 0
    while i < len(text):
        char = text[i]
        i += 1
        if not quote and char.isspace():
            if started:
                words.append(word)
            word, started = "", False
            continue
        started = True
        if char == escape and quote != "'":
            if i == len(text):
                break  # Docker drops an escape that ends the line
            char += text[i]
            i += 1
        elif char == quote:
            quote = ""
        elif not quote and char in "'\"":
            quote = char
        word += char
    if word:
        words.append(word)
    return words


def expand_word(word: str, variables: Mapping[str, str], escape: str = "\\") -> str:
    """The value that Docker gives a word: quotes off, escapes resolved, variables put in.

    Raises:
        WordError: A quote or brace is never closed, or a required variable is not set.
    """
    return _Reader(word, variables, escape).read()


class _Reader:
    def __init__(self, text: str, variables: Mapping[str, str], escape: str) -> None:
        self.text = text
        self.variables = variables
        self.escape = escape
        self.at = 0

    def read(self, stop: str = "", *, raw_escapes: bool = False) -> str:
        result = ""
        while self.at < len(self.text):
            char = self.text[self.at]
            if char == stop:
                self.at += 1
                return result
            if char == "$":
                result += self._dollar()
            elif char == "'":
                result += self._single_quoted()
            elif char == '"':
                result += self._double_quoted()
            elif char == self.escape:
                result += self.text[self.at + (0 if raw_escapes else 1) : self.at + 2]
                self.at += 2
            else:
                result += char
                self.at += 1
        if stop:
            raise WordError(f"a brace is not closed in {self.text}")
        return result

    def _single_quoted(self) -> str:
        end = self.text.find("'", self.at + 1)
        if end < 0:
            raise WordError(f"a single quote is not closed in {self.text}")
        value = self.text[self.at + 1 : end]
        self.at = end + 1
        return value

    def _double_quoted(self) -> str:
        result = ""
        self.at += 1
        while self.at < len(self.text):
            char = self.text[self.at]
            if char == '"':
                self.at += 1
                return result
            if char == "$":
                result += self._dollar()
                continue
            following = self.text[self.at + 1 : self.at + 2]
            if char == self.escape and following in ('"', "$", self.escape):
                char = following
                self.at += 1
            result += char
            self.at += 1
        raise WordError(f"a double quote is not closed in {self.text}")

    def _dollar(self) -> str:
        self.at += 1
        if self.text.startswith("{", self.at):
            self.at += 1
            return self._braced()
        name = self._name()
        return self.variables.get(name, "") if name else "$"

    def _name(self) -> str:
        match = _NAME.match(self.text, self.at)
        if match is None:
            return ""
        self.at = match.end()
        return match.group()

    def _braced(self) -> str:
        name = self._name()
        if not name:
            raise WordError(f"a variable's name is missing in {self.text}")
        operator = self.text[self.at : self.at + 1]
        self.at += 1
        value = self.variables.get(name)
        if operator == "}":
            return value or ""
        if operator == "/":
            return self._replaced(value or "")
        if operator in ("#", "%"):
            return self._trimmed(value or "", operator)
        if operator == ":":
            operator = self.text[self.at : self.at + 1]
            self.at += 1
            value = value or None  # with a colon, empty counts as not set
        if operator not in ("-", "+", "?"):
            raise WordError(f"the variable {name} is not closed or has no known form: {self.text}")
        word = self.read("}")
        if operator == "-":
            return word if value is None else value
        if operator == "+":
            return "" if value is None else word
        if value is None:
            raise WordError(f"the variable {name} is required: {word or 'it is not set'}")
        return value

    def _trimmed(self, value: str, side: str) -> str:
        longest = self.text.startswith(side, self.at)
        self.at += int(longest)
        pattern = self.read("}", raw_escapes=True)
        lengths = range(len(value), -1, -1) if longest else range(len(value) + 1)
        for n in lengths:
            part = value[:n] if side == "#" else value[len(value) - n :]
            if fnmatchcase(part, pattern):
                return value[n:] if side == "#" else value[: len(value) - n]
        return value

    def _replaced(self, value: str) -> str:
        everywhere = self.text.startswith("/", self.at)
        self.at += int(everywhere)
        pattern = self.read("/", raw_escapes=True)
        replacement = self.read("}")
        found = re.compile(translate(pattern).replace(r"\Z", ""))
        return found.sub(lambda _: replacement, value, count=0 if everywhere else 1)
