"""What the lab saw, as JSON in the form of `faults.schema.json`, and as Markdown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NoReturn

from workbench.conformance.faults.views_text import told
from workbench.conformance.faults.vocabulary import Fault, Outcome, Row
from workbench.conformance.formats import markdown_table, markdown_text
from workbench.conformance.plain import line
from workbench.conformance.saved import SCHEMA, check_form, check_ids
from workbench.conformance.vocabulary import Evidence, NotJudged

if TYPE_CHECKING:
    from workbench.conformance.faults.report import FaultReport

KEY = "faults"
"""The key by which a report of the lab is told from one of `workbench check`."""

WHAT = "report of the fault lab"
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
    check_form(data, "faults/faults.schema.json", WHAT, _REMEDY)
    rows = tuple(_row(one) for one in data[KEY])
    check_ids([one.fault.id for one in rows], WHAT, _REMEDY)
    return data["target"], rows, float(data["seconds"])


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


def is_fault_report(data: object) -> bool:
    """Whether plain values are meant to be a report of the lab, and none of `workbench check`."""
    return isinstance(data, dict) and KEY in data
