"""Render one Dockerfile template with Jinja, strictly, and say where each line came from."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import GeneratorType, TracebackType
from typing import NoReturn, cast

from jinja2 import (
    BaseLoader,
    Environment,
    TemplateSyntaxError,
    UndefinedError,
    nodes,
)
from jinja2 import Template as JinjaTemplate
from jinja2 import TemplateError as JinjaError
from jinja2.exceptions import TemplateRuntimeError
from jinja2.runtime import Undefined
from jinja2.sandbox import SandboxedEnvironment
from jinja2.visitor import NodeTransformer

from workbench.dockerfile.places import CLOSE, name_line, syntax_place
from workbench.dockerfile.undefined import UndefinedName, strict_undefined
from workbench.errors import TemplateError

TIMEOUT = 5.0
"""Seconds that a template may take; a usual one takes milliseconds."""

MAX_TEXT = 4_000_000
"""Characters that a rendered Dockerfile may have."""

_until: ContextVar[float] = ContextVar("_until")

_STOCK_ONLY = "use Jinja's own filters and tests; a real Racetrack has no others."
_SYNTAX_REMEDIES = (
    ("expected token 'end of", CLOSE),
    ("unexpected '}'", CLOSE),
    ("unexpected '%'", CLOSE),
    ("Unexpected end of template", "add the end tag that is missing."),
    ("No filter named", _STOCK_ONLY),
    ("No test named", _STOCK_ONLY),
    ("", "correct the tag; a real Racetrack finds this only when a job is deployed."),
)


@dataclass(frozen=True)
class Rendered:
    """A rendered Dockerfile, and where its lines come from.

    Attributes:
        text: The Dockerfile.
        path: Its template.
        lines: For each line of the text, the template's line that it began on, both from 1.
    """

    text: str
    path: Path
    lines: tuple[int, ...]


def read_template(path: Path) -> str:
    """The text of a template or Dockerfile.

    Raises:
        TemplateError: It is missing, a folder, unreadable or not UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        what = "there is no such file"
        remedy = f"create {path.name}, or correct its name in the `job_types` of plugin.py."
    except IsADirectoryError:
        what = "is a folder, not a Dockerfile template"
        remedy = "name the file in the `job_types` of plugin.py."
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise TemplateError(
            f"{path}:{line}: is not UTF-8 text: {error.reason}.",
            path=path,
            line=line,
            remedy="save the file as UTF-8.",
        ) from None
    except OSError as error:
        what = f"cannot be read: {error.strerror or error}"
        remedy = "make the file readable."
    raise TemplateError(f"{path}: {what}.", path=path, remedy=remedy) from None


def render_template(
    source: str, path: Path, variables: Mapping[str, object], *, strict: bool = True
) -> Rendered:
    """Render the text of a template.

    Args:
        source: The template.
        path: Where it came from, for messages.
        variables: What it may use.
        strict: Whether a name that nothing defines is an error. Racetrack takes it for empty text.

    Raises:
        TemplateError: It is not Jinja, uses what is not defined, fails in an expression, or would
            loop for more than `TIMEOUT` seconds or to more than `MAX_TEXT` characters.
    """
    names = tuple(sorted(variables)) if strict else None
    try:
        return _render(_compile(source, path.name, names), path, variables)
    except TemplateSyntaxError as error:
        raise _syntax_error(path, source, error) from None
    except UndefinedError as error:
        line = _line(error.__traceback__, path)
        if isinstance(error, UndefinedName) and error.made:
            begun = _compile(source, path.name, names).get_corresponding_lineno(error.made)
            line = name_line(source, error.name, begun)
        remedy = _lenient_outcome(source, path, variables)
        raise _error(path, source, line, str(error.message), remedy) from None
    except Exception as error:  # noqa: BLE001 - an expression of a template may raise anything
        line = _line(error.__traceback__, path)
        own_words = isinstance(error, JinjaError)
        what = str(error) if own_words else f"{type(error).__name__}: {error}"
        remedy = "correct the expression."
        if isinstance(error, _OtherFileError):
            remedy = "copy its text into the template."
        elif isinstance(error, _EndlessError):
            remedy = "let it loop over less; a real Racetrack would go on with it."
        elif "NoneType" in what:
            remedy = "what a manifest leaves out is null: write (value or []), or test it before."
        raise _error(path, source, line, what, remedy) from None


def check_template(source: str, path: Path) -> None:
    """Do nothing if the text of a template is Jinja; what it would render to is not looked at.

    Raises:
        TemplateError: It is not; names the line.
    """
    try:
        _compile(source, path.name, None)
    except TemplateSyntaxError as error:
        raise _syntax_error(path, source, error) from None


class _OtherFileError(TemplateRuntimeError):
    pass


class _EndlessError(TemplateRuntimeError):
    pass


class _NoOtherFiles(BaseLoader):
    def get_source(self, environment: Environment, template: str) -> NoReturn:
        del environment
        raise _OtherFileError(
            f"{template!r} cannot be loaded: Racetrack renders a template without any other file"
        )


class _Bounded(SandboxedEnvironment):
    """The sandbox, and an end to what loops and calls itself."""

    def go_on(self) -> None:
        if time.monotonic() > _until.get():
            raise _EndlessError(f"was not rendered within {TIMEOUT:g} s")


class _LineMarks(NodeTransformer):
    """Puts an empty statement before all that is put out, so that the code knows its line.

    By itself Jinja notes the lines of expressions alone, not those of the text between them. What
    may come again and again begins with a look at the time.
    """

    def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802 - Jinja's name
        return self._timed(node)

    def visit_Macro(self, node: nodes.Macro) -> nodes.Node:  # noqa: N802 - Jinja's name
        return self._timed(node)

    def _timed(self, node: nodes.For | nodes.Macro) -> nodes.Node:
        self.generic_visit(node)
        look = nodes.Call(nodes.EnvironmentAttribute("go_on"), [], [], None, None)
        node.body.insert(0, nodes.ExprStmt(look, lineno=node.lineno))
        return node

    def visit_Output(self, node: nodes.Output) -> list[nodes.Node]:  # noqa: N802 - Jinja's name
        marked: list[nodes.Node] = []
        for child in node.nodes:
            marked.append(nodes.ExprStmt(nodes.Const(None), lineno=child.lineno))
            marked.append(nodes.Output([child], lineno=child.lineno))
        return marked


@lru_cache(maxsize=16)
def _compile(source: str, name: str, names: tuple[str, ...] | None) -> JinjaTemplate:
    undefined = Undefined if names is None else strict_undefined(names, name)
    environment = _Bounded(undefined=undefined, loader=_NoOtherFiles())
    try:
        tree = _LineMarks().visit(environment.parse(source, name, name))
        tree.set_environment(environment)
        code = environment.compile(tree, name=name, filename=name)
    except RecursionError:
        raise TemplateSyntaxError("nested too deep to be read", 1) from None
    return JinjaTemplate.from_code(environment, code, environment.make_globals(None))


def _render(template: JinjaTemplate, path: Path, variables: Mapping[str, object]) -> Rendered:
    text = ""
    lines = [1]
    _until.set(time.monotonic() + TIMEOUT)
    chunks = template.generate(**variables)
    for chunk in chunks:
        line = _line_of_chunk(template, chunks)
        if not text or text.endswith("\n"):
            lines[-1] = line
        lines += range(line + 1, line + 1 + chunk.count("\n"))
        text += chunk
        if len(text) > MAX_TEXT:
            raise _EndlessError(f"makes a Dockerfile of more than {MAX_TEXT} characters")
    return Rendered(text, path, tuple(lines))


def _line_of_chunk(template: JinjaTemplate, chunks: Iterator[str]) -> int:
    # The generated code stands still at the `yield` of this chunk; Jinja knows which line it is.
    code = cast("GeneratorType[str, None, None]", chunks).gi_yieldfrom
    frame = cast("GeneratorType[str, None, None]", code).gi_frame
    return 0 if frame is None else template.get_corresponding_lineno(frame.f_lineno)


def _lenient_outcome(source: str, path: Path, variables: Mapping[str, object]) -> str:
    """What Racetrack, which is not strict, would make of the same template."""
    try:
        render_template(source, path, variables, strict=False)
    except TemplateError:
        return "correct the name; a real Racetrack stops here too, when a job is deployed."
    return (
        "correct the name, or say what to do without it: `x is defined` or `x | default('')`. "
        "A real Racetrack takes it for empty text without a word."
    )


def _line(traceback: TracebackType | None, path: Path) -> int | None:
    line = None
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename == path.name:
            line = traceback.tb_lineno
        traceback = traceback.tb_next
    return line


def _syntax_error(path: Path, source: str, error: TemplateSyntaxError) -> TemplateError:
    place = syntax_place(source, error)
    if place is not None:
        return _error(path, source, place.line, place.what, place.remedy)
    message = str(error.message)
    remedy = next(told for part, told in _SYNTAX_REMEDIES if part in message)
    return _error(path, source, error.lineno, message, remedy)


def _error(
    path: Path, source: str, line: int | None, what: str, remedy: str | None
) -> TemplateError:
    lines = source.split("\n")
    message = f"{path}:{line}: {what}" if line else f"{path}: {what}"
    if line and line <= len(lines):
        message += f"\n    {lines[line - 1].strip()}"
    return TemplateError(message, path=path, line=line, remedy=remedy)
