"""A report as JSON, in the form of `report.schema.json`; docs/report.md explains that."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from workbench._atomic import replace_file
from workbench._json_schema import validator
from workbench._json_text import json_problem
from workbench.conformance.plain import line
from workbench.conformance.vocabulary import Evidence, Finding, Level, NotJudged, Rule, Verdict
from workbench.errors import UsageError

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator

    from workbench.conformance.report import Report

T = TypeVar("T")

SCHEMA = 1
"""The number of the form, of reports of both kinds; another one is another form."""

_REMEDY = "`workbench check TARGET --json` writes one that can be read."


def as_dict(report: Report) -> dict[str, Any]:
    """The report as plain values that fit the schema."""
    return {
        "schema": SCHEMA,
        "target": report.target,
        "seconds": round(report.seconds, 6),
        "ok": report.ok,
        "counts": {str(verdict): number for verdict, number in report.counts.items()},
        "findings": [_finding_dict(one) for one in report],
    }


def parts(data: Mapping[str, Any]) -> tuple[str, tuple[Finding, ...], float]:
    """Target, findings and seconds of a report that was made plain values by `as_dict`.

    Raises:
        UsageError: Something else was given.
    """
    check_form(data, "report.schema.json", "report", _REMEDY)
    findings = tuple(_finding(one) for one in data["findings"])
    check_ids([one.rule.id for one in findings], "report", _REMEDY)
    return data["target"], findings, float(data["seconds"])


def check_form(data: object, schema: str, what: str, remedy: str) -> None:
    """Do nothing if plain values have the form that a schema describes.

    Args:
        data: The values.
        schema: The name of the schema's file in this room.
        what: What they are meant to be, in words.
        remedy: How to come by a right one.

    Raises:
        UsageError: They have another form, or one of a later version.
    """
    number = data.get("schema") if isinstance(data, Mapping) else None
    if isinstance(number, int) and number > SCHEMA:
        raise UsageError(
            f"The report has the form {number}; this version of the workbench reads {SCHEMA}.",
            remedy="read it with the version of the workbench that wrote it, or a newer one.",
        )
    errors = _validator(schema).iter_errors(data)
    error = min(errors, key=lambda one: len(one.path), default=None)
    if error is not None:
        where = error.json_path.removeprefix("$").removeprefix(".") or "its top"
        raise UsageError(f"This is no {what}: at {where}, {error.message[:200]}.", remedy=remedy)


def check_ids(ids: Sequence[str], what: str, remedy: str) -> None:
    """Do nothing if each id is there once.

    Raises:
        UsageError: One is there twice.
    """
    twice = [one for one, number in Counter(ids).items() if number > 1]
    if twice:
        raise UsageError(f"This is no {what}: {twice[0]} is in it twice.", remedy=remedy)


def in_file(path: Path, of: Callable[[dict[str, Any]], T]) -> T:
    """What `of` makes of the JSON in a file.

    Raises:
        UsageError: It cannot be read, is no JSON, or `of` refuses it; names the file.
    """
    data = read(path)
    try:
        return of(data)
    except UsageError as error:
        raise UsageError(f"{path}: {error.message}", remedy=error.remedy) from error


def read(path: Path) -> dict[str, Any]:
    """The JSON in a file.

    Raises:
        UsageError: It cannot be read, or is no JSON.
    """
    try:
        text = path.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is no report: it is not UTF-8.", remedy=_REMEDY) from error
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise UsageError(f"{path} cannot be read: {why}.", remedy=_REMEDY) from error
    if problem := json_problem(text):
        raise UsageError(f"{path} is no report, not even JSON: {problem}.", remedy=_REMEDY)
    data: dict[str, Any] = json.loads(text)
    return data


def write(data: Mapping[str, Any], path: Path) -> Path:
    """Write plain values as JSON, in one move.

    Raises:
        UsageError: They cannot be written there.
    """
    text = json.dumps(data, indent=2, ensure_ascii=False)
    try:
        replace_file(path, f"{text}\n".encode(), mode=0o644)
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise UsageError(
            f"The report cannot be written to {path}: {why}.",
            remedy="name a file in a folder that is there.",
        ) from error
    return path


def _finding_dict(one: Finding) -> dict[str, Any]:
    rule = one.rule
    return {
        "id": rule.id,
        "level": str(rule.level),
        "title": rule.title,
        "source": rule.source,
        "consequence": rule.consequence,
        "remedy": rule.remedy,
        "verdict": str(one.verdict),
        "what": one.what,
        "seconds": round(one.seconds, 6),
        "evidence": [{"title": each.title, "text": each.text} for each in one.evidence],
    }


def _finding(data: Mapping[str, Any]) -> Finding:
    rule = Rule(
        id=line(data["id"]),
        level=Level(data["level"]),
        title=line(data["title"]),
        source=line(data["source"]),
        consequence=line(data["consequence"]),
        remedy=line(data["remedy"]),
        judge=_judged_elsewhere,
    )
    evidence = tuple(Evidence(each["title"], each["text"]) for each in data["evidence"])
    seconds = float(data["seconds"])
    return Finding(rule, Verdict(data["verdict"]), data["what"], evidence, seconds)


def _judged_elsewhere(subject: object) -> NoReturn:
    del subject
    raise NotJudged("the rule was read from a saved report, which tells what was found")


@lru_cache(maxsize=2)
def _validator(schema: str) -> Draft202012Validator:
    folder = resources.files("workbench.conformance")
    return validator(folder.joinpath(schema).read_text("utf-8"))
