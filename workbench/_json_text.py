"""Reading JSON that a person types, and saying where it goes wrong."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

# Python reads these as numbers; JSON has no word for them. Strings are matched to step over them.
_NOT_A_NUMBER = re.compile(r'"(?:[^"\\]|\\.)*"|(NaN|-?Infinity)')


@dataclass(frozen=True)
class JsonProblem:
    """Why a text is not JSON, and where.

    Attributes:
        message: What was found or missed there.
        line: Counted from 1.
        column: Counted from 1.
    """

    message: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}: {self.message}"


def json_problem(text: str) -> JsonProblem | None:
    """The first thing that keeps `text` from being JSON; None if it is."""
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        return JsonProblem(error.msg, error.lineno, error.colno)
    except RecursionError:
        return JsonProblem("Nested too deeply", 1, 1)
    for match in _NOT_A_NUMBER.finditer(text):
        if match[1]:
            before = text[: match.start()]
            column = match.start() - before.rfind("\n")
            return JsonProblem(f"JSON has no {match[1]}", before.count("\n") + 1, column)
    return None
