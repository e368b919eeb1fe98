"""What a template uses that nothing defines: where it was asked for, and what there is instead."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from difflib import get_close_matches
from functools import partial
from typing import Any, cast

from jinja2 import StrictUndefined, UndefinedError
from jinja2.exceptions import TemplateRuntimeError
from jinja2.runtime import Undefined
from jinja2.utils import missing
from pydantic import BaseModel


class UndefinedName(UndefinedError):
    """What is undefined, and where it was asked for; it may be used far from there.

    Attributes:
        name: The name.
        made: The line of the code that Jinja made of the template; None where it is not known.
    """

    def __init__(self, message: str | None = None, *, name: str, made: int | None) -> None:
        super().__init__(message)
        self.name = name
        self.made = made


def strict_undefined(names: tuple[str, ...], filename: str) -> type[Undefined]:
    """A strict undefined whose message says what there is instead, and which knows its line."""

    class Explained(StrictUndefined):
        __slots__ = ()

        def __init__(
            self,
            hint: str | None = None,
            obj: Any = missing,
            name: str | None = None,
            exc: type[TemplateRuntimeError] = UndefinedError,
        ) -> None:
            if isinstance(name, str) and exc is UndefinedError:
                # Jinja calls it with a message, as it would the class.
                explained = partial(UndefinedName, name=name, made=_asking_line(filename))
                exc = cast("type[TemplateRuntimeError]", explained)
            super().__init__(hint or _explain(obj, name, names), obj, name, exc)

    return Explained


def _asking_line(filename: str) -> int | None:
    """The line of the template's code that runs now."""
    frame = inspect.currentframe()
    while frame is not None and frame.f_code.co_filename != filename:
        frame = frame.f_back
    return frame.f_lineno if frame else None


def _explain(obj: object, name: object, names: tuple[str, ...]) -> str:
    if obj is missing:
        known = ", ".join(names)
        return f"{name!r} is not defined{_suggestion(name, names)}. There are: {known}"
    if obj is None:
        return f"{name!r} is asked of a value that is null"
    if isinstance(obj, BaseModel):
        fields = tuple(type(obj).model_fields)
        return f"{name!r} is no field of the {type(obj).__name__}{_suggestion(name, fields)}"
    if isinstance(obj, Mapping):
        keys = ", ".join(map(str, obj)) or "none"
        return f"{name!r} is no key of a mapping whose keys are: {keys}"
    return f"{name!r} is no attribute of {type(obj).__name__} {obj!r}"


def _suggestion(name: object, known: tuple[str, ...]) -> str:
    close = get_close_matches(str(name), known, n=1)
    return f" (did you mean {close[0]!r}?)" if close else ""
