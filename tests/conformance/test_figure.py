"""The figure of the rules is taken only where all of them hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.figures import FIGURES
from bench.figures.conformance import seconds_of
from bench.programs import Programs
from bench.turns import Effort, NotMeasured
from workbench.conformance.check import check
from workbench.conformance.rules import RULES


def test_both_parts_are_timed_with_goals_of_their_own(tmp_path: Path) -> None:
    effort = Effort(runs=1, most=1, seconds=1)
    running, whole = FIGURES["conformance"](Programs(tmp_path), effort)
    assert running.ours > 0
    assert whole.ours > 0
    assert (running.goal, whole.goal) == ("< 2 s", "< 10 s")


def test_a_wrapper_that_breaks_a_rule_is_no_figure() -> None:
    with pytest.raises(NotMeasured, match="not every rule held: W01"):
        seconds_of(check(start="false", rules=RULES[:1]))
