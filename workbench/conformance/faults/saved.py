"""What the lab saw, as JSON in the form of `faults.schema.json`, and as Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from workbench._json_schema import validator
from workbench.conformance.faults.views_text import told
from workbench.conformance.faults.vocabulary import Fault, Outcome, Row
from workbench.conformance.formats import markdown_table, markdown_text
from workbench.conformance.plain import line
from workbench.conformance.saved import read as read_json
from workbench.conformance.vocabulary import Evidence, NotJudged
from workbench.errors import UsageError

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator

    from workbench.conformance.faults.report import FaultReport

SCHEMA = 1
"""The number of the form; another one is another form."""

KEY = "faults"
"""The key by which a report of the lab is told from one of `workbench check`."""

_REMEDY = "`workbench faults TARGET --json` writes one that can be read."
_TEXTS = ("caller", "live", "ready", "next_call", "log", "why")


def as_dict(report: FaultReport) -> dict[str, Any]:
    """The report as plain values that fit the schema."""
    return {
        "schema": SCHEMA,
        "target": report.target,
        "seconds": round(report.seconds, 6),
        "ok": report.ok,
        "counts": {str(outcome): number for outcome, number in report.counts.items()},
        KEY: [_row_dict(one) for one in report],
    }


def parts(data: Mapping[str, Any]) -> tuple[str, tuple[Row, ...], float]:
    """Target, rows and seconds of a report that was made plain values by `as_dict`.

    Raises:
        UsageError: Something else was given.
    """
    number = data.get("schema") if isinstance(data, Mapping) else None
    if isinstance(number, int) and number > SCHEMA:
        raise UsageError(
            f"The report has the form {number}; this version of the workbench reads {SCHEMA}.",
            remedy="read it with the version of the workbench that wrote it, or a newer one.",
        )
    error = min(_schema().iter_errors(data), key=lambda one: len(one.path), default=None)
    if error is not None:
        where = error.json_path.removeprefix("$").removeprefix(".") or "its top"
        raise UsageError(
            f"This is no report of the fault lab: at {where}, {error.message[:200]}.",
            remedy=_REMEDY,
        )
    rows = tuple(_row(one) for one in data[KEY])
    twice = [name for name, n in Counter(one.fault.id for one in rows).items() if n > 1]
    if twice:
        raise UsageError(
            f"This is no report of the fault lab: {twice[0]} is in it twice.", remedy=_REMEDY
        )
    return data["target"], rows, float(data["seconds"])


def read(path: Path) -> tuple[str, tuple[Row, ...], float]:
    """What `parts` gives, of a file.

    Raises:
        UsageError: It cannot be read, or holds no report of the lab.
    """
    try:
        return parts(read_json(path))
    except UsageError as error:
        if str(path) in error.message:
            raise
        raise UsageError(f"{path}: {error.message}", remedy=error.remedy) from error


def to_markdown(report: FaultReport) -> str:
    """A heading, a line that sums up, and a table with a row for each fault."""
    table = markdown_table(
        ("outcome", "fault", "what was seen"),
        (
            (
                markdown_text(f"{row.sign} {row.word}"),
                markdown_text(f"{row.fault.id} {row.fault.title}"),
                "<br>".join(markdown_text(f"{label}: {text}") for label, text in told(row)),
            )
            for row in report
        ),
    )
    head = f"### {'✓' if report.ok else '✗'} {markdown_text(report.target)}"
    return "\n\n".join([head, markdown_text(report.summary), table]) + "\n"


def _row_dict(one: Row) -> dict[str, Any]:
    return {
        "id": one.fault.id,
        "title": one.fault.title,
        "careful": one.fault.careful,
        "outcome": str(one.outcome),
        "well": one.well,
        **{name: getattr(one, name) for name in _TEXTS},
        "exit_code": one.exit_code,
        "healthy_after": one.healthy_after,
        "seconds": round(one.seconds, 6),
        "evidence": [{"title": each.title, "text": each.text} for each in one.evidence],
    }


def _row(data: Mapping[str, Any]) -> Row:
    fault = Fault(line(data["id"]), line(data["title"]), line(data["careful"]), _done_elsewhere)
    return Row(
        fault,
        Outcome(data["outcome"]),
        data["well"],
        **{name: data[name] for name in _TEXTS},
        exit_code=data["exit_code"],
        healthy_after=data["healthy_after"],
        evidence=tuple(Evidence(each["title"], each["text"]) for each in data["evidence"]),
        seconds=float(data["seconds"]),
    )


def _done_elsewhere(trial: object) -> NoReturn:
    del trial
    raise NotJudged("the fault was read from a saved report, which tells what was seen")


@lru_cache(maxsize=1)
def _schema() -> Draft202012Validator:
    text = resources.files(__package__).joinpath("faults.schema.json").read_text("utf-8")
    return validator(text)


def is_fault_report(data: object) -> bool:
    """Whether plain values are meant to be a report of the lab, and none of `workbench check`."""
    return isinstance(data, dict) and KEY in data
