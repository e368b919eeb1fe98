"""Checks of a plugin's hooks: whether Racetrack can call them at all."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from inspect import Parameter, Signature

from workbench.lint.subject import Flaw, Subject
from workbench.plugin import CALLS


def hooks_that_cannot_be_called(subject: Subject) -> Iterator[Flaw]:
    """Methods that want other arguments than Racetrack gives; it calls most when a job comes."""
    path = subject.folder / "plugin.py"
    for method in _methods(path.read_bytes()) if subject.plugin else ():
        given = CALLS.get(method.name)
        if given is None or method.decorator_list:
            continue
        names = [name.partition("=") for name in given.split(", ") if name]
        positional = [name for name, default, _ in names if not default]
        keywords = {name: None for name, default, _ in names if default}
        try:
            _signature(method.args).bind("self", *positional, **keywords)
        except TypeError as error:
            yield Flaw(
                f"plugin.py:{method.lineno}",
                f"Racetrack cannot call {method.name}({ast.unparse(method.args)}): {error}",
                f"write `def {method.name}(self{given and f', {given}'})`",
            )


def _methods(code: bytes) -> Iterator[ast.FunctionDef]:
    for node in ast.parse(code).body:
        if isinstance(node, ast.ClassDef) and node.name == "Plugin":
            yield from (each for each in node.body if isinstance(each, ast.FunctionDef))


def _signature(arguments: ast.arguments) -> Signature:
    by_position = [*arguments.posonlyargs, *arguments.args]
    without_default = len(by_position) - len(arguments.defaults)
    parameters = [
        Parameter(
            each.arg,
            Parameter.POSITIONAL_ONLY
            if number < len(arguments.posonlyargs)
            else Parameter.POSITIONAL_OR_KEYWORD,
            default=Parameter.empty if number < without_default else None,
        )
        for number, each in enumerate(by_position)
    ]
    if arguments.vararg:
        parameters.append(Parameter(arguments.vararg.arg, Parameter.VAR_POSITIONAL))
    parameters += [
        Parameter(
            each.arg,
            Parameter.KEYWORD_ONLY,
            default=Parameter.empty if default is None else None,
        )
        for each, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    ]
    if arguments.kwarg:
        parameters.append(Parameter(arguments.kwarg.arg, Parameter.VAR_KEYWORD))
    return Signature(parameters)
