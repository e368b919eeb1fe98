"""Each rule bites: for each there is a wrapper that breaks it, and nothing but what is meant."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.conformance.broken_wrappers import Case, cases, judged
from workbench.conformance.report import Report
from workbench.conformance.rules import RULES
from workbench.conformance.vocabulary import Verdict

CASES = cases()
SIDE_BY_SIDE = 5
"""Cases that are judged at the same time: each is quiet for most of its seconds."""


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Future[Report]]]:
    folders = {case.name: tmp_path_factory.mktemp(case.name) for case in CASES}
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        yield {case.name: pool.submit(judged, case, folders[case.name]) for case in CASES}
        pool.shutdown(cancel_futures=True)


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.name))
def test_a_broken_wrapper_breaks_what_is_meant_and_nothing_else(
    case: Case, reports: dict[str, Future[Report]]
) -> None:
    report = reports[case.name].result()
    found = [one.rule.id for one in report.failures]
    told = "\n".join(f"{one.rule.id}: {one.what}" for one in report.failures)
    assert found == list(case.breaks), told
    assert not [one.what for one in report if "the rule itself failed" in one.what]
    others = {one.rule.id for one in report if one.verdict is Verdict.ABSENT}
    assert not others


def test_every_rule_has_a_case_of_its_own() -> None:
    alone = {case.breaks[0] for case in CASES if len(case.breaks) == 1}
    assert [rule.id for rule in RULES if rule.id not in alone] == []


def test_a_case_that_breaks_several_rules_says_why() -> None:
    for case in CASES:
        assert bool(case.because) == (len(case.breaks) > 1), case.name
        assert case.name.startswith(case.breaks[0])


def test_the_copy_is_broken_by_its_case_alone(tmp_path: Path) -> None:
    whole = Case("whole", "nothing", (), "", tmp_path / "empty.diff")
    whole.path.write_text("About: nothing\n\n--- a/x\n+++ b/x\n@@ -0,0 +1 @@\n+x\n")
    report = judged(whole, tmp_path)
    assert [one for one in report if one.verdict is not Verdict.HELD] == []
