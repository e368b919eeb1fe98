"""Reports that the tests of several files look at: values as the runner makes them."""

from __future__ import annotations

from typing import NoReturn

from workbench.conformance.report import Report
from workbench.conformance.vocabulary import Evidence, Finding, Level, Rule, Verdict

HOSTILE = "<script>alert(1)</script> | `a` *b* [c](d) & $x$ \x1b[31mred\x00 \ud800"
"""What a wrapper may answer, and no reader may obey."""


def _never(subject: object) -> NoReturn:
    raise AssertionError(f"a report judges nothing: {subject}")


def rule(id_: str, level: Level, title: str) -> Rule:
    return Rule(
        id=id_,
        level=level,
        title=title,
        source="principle",
        consequence=f"What follows where {id_} is broken.",
        remedy=f"What mends {id_}.",
        judge=_never,
    )


PERFORM = Evidence(
    "POST /pub/job/golang-function/latest/api/v1/perform",
    "POST /pub/job/golang-function/latest/api/v1/perform HTTP/1.1\n"
    'Content-Type: application/json\n\n{"numbers": [40, 2]}\n\n'
    "HTTP/1.1 200 OK\nContent-Type: application/json\n\n42\n",
)

HELD = Finding(
    rule("W01", Level.MUST, "It listens on 0.0.0.0:7000"),
    Verdict.HELD,
    "0.0.0.0:7000 in the socket table",
    (PERFORM,),
    0.0123,
)
BROKEN = Finding(
    rule("W08", Level.SHOULD, "It answers bad input with a 4xx that says why"),
    Verdict.BROKEN,
    f"it answered 200 with {HOSTILE}, and 400 would have been right",
    (Evidence("POST /perform", f"{HOSTILE}\n```\nends the fence\n"), PERFORM),
    0.2,
)
ABSENT = Finding(
    rule("W06", Level.MAY, "It offers metrics"), Verdict.ABSENT, "/metrics answered 404"
)
NOT_JUDGED = Finding(
    rule("W09", Level.MUST, "It stops on SIGTERM"),
    Verdict.NOT_JUDGED,
    "a URL was given, and nothing can be stopped through one; give a job's folder",
)


def report(*findings: Finding, target: str = "golang-function 0.0.1 on golang:0.0.0") -> Report:
    return Report(target, findings or (HELD, BROKEN, ABSENT, NOT_JUDGED), 4.2)
