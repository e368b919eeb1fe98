"""What racetrack-client itself refuses in a manifest, told in plain words and all at once.

Its data model and its JSON schema decide; nothing of them is repeated here. The client stops at the
first mistake and speaks of "inputs" and "instances"; here each one becomes a `Problem`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import lru_cache
from importlib import resources
from typing import Any

from pydantic import BaseModel, ValidationError
from racetrack_client.manifest.manifest import GitManifest, ResourcesManifest

from workbench._json_schema import validator
from workbench._yaml_file import KeyPath, Problem, kind

_EXPECTED = {
    "string_type": "text",
    "list_type": "a list",
    "dict_type": "a mapping of keys to values",
    "model_type": "a mapping of keys to values",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
}

_TOLD_BY_THE_MODEL = ("additionalProperties", "required", "type")

_SECTIONS: Mapping[str, type[BaseModel]] = {"git": GitManifest, "resources": ResourcesManifest}

_PATTERNS = {
    "jobtype": "is not of the form `name:version`",
    "owner_email": "is not an e-mail address",
    "git.remote": "does not start with https://",
    "version": "is not a semantic version",
}
_PATTERN_REMEDIES = {
    "jobtype": "write the type and its version, such as golang:latest",
    "owner_email": "write somebody@example.com",
    "git.remote": "write the https:// address of the repository",
    "version": 'write three numbers, such as "1.0.0", or with a label, such as "1.0.0-dev"',
}


def model_problems(error: ValidationError, model: type[BaseModel]) -> Iterator[Problem]:
    """What the data model refused.

    Args:
        error: What pydantic raised.
        model: The model; tells which keys there are.
    """
    for detail in error.errors(include_url=False):
        key = tuple(part for part in detail["loc"] if part != "[key]")
        value = detail["input"]
        section = _SECTIONS.get(str(key[0]), model) if len(key) > 1 else model
        match detail["type"]:
            case "missing":
                yield Problem(key, "is missing")
            case "extra_forbidden":
                near = get_close_matches(str(key[-1]), section.model_fields, n=1)
                remedy = f"did you mean {near[0]}" if near else "leave it out"
                yield Problem(key, "is not a key that Racetrack knows", remedy)
            case _ if detail["type"] == "invalid_key" or detail["loc"][-1] == "[key]":
                what = f"the key {value} is {kind(value)}, not text"
                yield Problem((*key[:-1], str(value)), what, "put the key in quotes")
            case "value_error" if key[0] == "resources":
                units = "a number, with a unit such as Mi, Gi or m where one is meant"
                yield Problem(key, f"{value!r} is not an amount", f"write {units}")
            case expected if expected in _EXPECTED:
                yield _wrong_type(key, value, expected)
            case _:
                yield Problem(key, f"{value!r}: {detail['msg']}")


def schema_problems(data: Mapping[str, Any]) -> Iterator[Problem]:
    """What the client's JSON schema refuses.

    Args:
        data: The manifest's values without those that are null.
    """
    for error in _schema().iter_errors(data):
        key: KeyPath = tuple(error.absolute_path)
        name = ".".join(str(part) for part in key)
        if error.validator == "oneOf" and not key:
            yield _one_of(data, error.validator_value)
        elif error.validator == "pattern":
            what = _PATTERNS.get(name, f"does not match {error.validator_value}")
            yield Problem(key, f"{error.instance!r} {what}", _PATTERN_REMEDIES.get(name, ""))
        elif error.validator == "maximum":
            most = error.validator_value
            yield Problem(key, f"{error.instance} is more than {most}", f"write {most} or less")
        elif error.validator not in _TOLD_BY_THE_MODEL:
            yield Problem(key, error.message)


def _wrong_type(key: KeyPath, value: object, expected: str) -> Problem:
    wanted = _EXPECTED[expected]
    if value is None:
        return Problem(key, f"is empty; it must be {wanted}")
    what = f"{value} is {kind(value)}, not {wanted}"
    if isinstance(value, str | list | dict):
        what = f"{kind(value)}, where {wanted} must be"
    if expected == "list_type":
        return Problem(key, what, "write each item on a line of its own, after a dash")
    if expected != "string_type" or isinstance(value, list | dict):
        return Problem(key, what)
    if key[-1] == "version":  # quotes alone would not make one of it
        return Problem(key, what, "write three numbers with dots between them: 1.0.0")
    return Problem(key, what, f'put it in quotes: "{value}"')


def _one_of(data: Mapping[str, Any], choices: list[dict[str, Any]]) -> Problem:
    names = [name for choice in choices for name in choice.get("required", ())]
    properties = _schema().schema["properties"]
    best = next(name for name in names if not properties[name].get("deprecated"))
    given = [name for name in names if name in data]
    if not given:
        return Problem((best,), "is missing", f"write {best}: golang:latest")
    return Problem((given[-1],), f"cannot stand beside {given[0]}", f"keep {best} alone")


@lru_cache(maxsize=1)
def _schema() -> Any:
    text = resources.files("racetrack_client.manifest").joinpath("schema.json").read_text("utf-8")
    return validator(text)
