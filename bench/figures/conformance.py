"""The wrapper rules: on a wrapper that runs, and with every start and stop that they ask for."""

from __future__ import annotations

from collections.abc import Sequence

from bench.programs import Programs
from bench.rows import Goal, Row, alone
from bench.turns import Effort, NotMeasured
from workbench.conformance.check import check
from workbench.conformance.report import Report
from workbench.conformance.rules import RULES
from workbench.conformance.vocabulary import On, Rule, Verdict
from workbench.job import Job
from workbench.run import run_job
from workbench.settings import shipped

RUNNING = [rule for rule in RULES if rule.on is not On.OWN]
GOAL_RUNNING = Goal("<", 2, "s")
GOAL_WHOLE = Goal("<", 10, "s")


def conformance(programs: Programs, effort: Effort) -> list[Row]:
    """Judge the finished wrapper around the sample job; every rule has to hold each time."""
    del programs
    with run_job(shipped("sample-golang-function")) as job:
        running, whole = (
            [_judged(job, rules) for _ in range(1 + effort.runs)][1:] for rules in (RUNNING, RULES)
        )
    return [
        alone("conformance, running wrapper", "s", running, GOAL_RUNNING),
        alone("conformance, starts and stops", "s", whole, GOAL_WHOLE),
    ]


def _judged(job: Job, rules: Sequence[Rule]) -> float:
    return seconds_of(check(job, plugin=shipped("golang-job-type"), rules=rules))


def seconds_of(report: Report) -> float:
    """How long judging took.

    Raises:
        NotMeasured: Not every rule held, so that less was done, or more was waited for.
    """
    others = [one.rule.id for one in report if one.verdict is not Verdict.HELD]
    if others:
        raise NotMeasured(f"not every rule held: {', '.join(others)}")
    return report.seconds
