"""Judging a target by the rules. Knows nothing of how anything is shown."""

from __future__ import annotations

import time
import traceback
from collections.abc import Sequence
from functools import partial

from workbench.conformance.report import Report
from workbench.conformance.subject import Subject
from workbench.conformance.target import Target
from workbench.conformance.together import together
from workbench.conformance.vocabulary import (
    Absent,
    Broken,
    Finding,
    NotJudged,
    On,
    Rule,
    Verdict,
)

WORKERS = 8
"""Rules that are judged at the same time; most of them wait for an answer."""


def judge(target: Target, rules: Sequence[Rule]) -> Report:
    """Judge a target; whatever rules start has ended when this returns.

    Args:
        target: What is judged; it is closed at the end.
        rules: The rules, in the order of the report.

    Returns:
        A finding for each rule.
    """
    start = time.perf_counter()
    with target:
        found: dict[str, Finding] = {}
        for group in _groups(target, rules):
            tasks = {rule.id: partial(_finding, target, rule) for rule in group}
            workers = 1 if target.one_at_a_time else WORKERS
            found |= together(tasks, workers, on_interrupt=target.abort)
    findings = tuple(found[rule.id] for rule in rules)
    return Report(target.label, findings, time.perf_counter() - start)


def _groups(target: Target, rules: Sequence[Rule]) -> list[list[Rule]]:
    """Rules that may be judged at the same time, and the groups one after another."""
    if target.one_at_a_time:  # each change of what runs costs a start
        return [[rule for rule in rules if rule.on is on] for on in On]
    # Those that wait for starts and stops begin first: they take longest.
    first = sorted(rules, key=lambda rule: rule.on is not On.OWN)
    return [[rule for rule in first if not rule.alone], *([rule] for rule in rules if rule.alone)]


def _finding(target: Target, rule: Rule) -> Finding:
    subject = Subject(target)
    start = time.perf_counter()
    try:
        verdict, what = Verdict.HELD, rule.judge(subject)
    except Broken as broken:
        verdict, what = Verdict.BROKEN, str(broken)
    except Absent as absent:
        verdict, what = Verdict.ABSENT, str(absent)
    except NotJudged as unknown:
        verdict, what = Verdict.NOT_JUDGED, str(unknown)
    except Exception as error:  # noqa: BLE001 - a rule that fails itself says nothing of the wrapper
        verdict = Verdict.NOT_JUDGED
        what = f"the rule itself failed, which is a fault of the workbench: {error!r}"
        subject.note("traceback", traceback.format_exc())
    return Finding(rule, verdict, what, subject.evidence, time.perf_counter() - start)
