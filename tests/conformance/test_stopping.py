"""The rules about the end of a wrapper: what is seen too late counts for nothing."""

from __future__ import annotations

import time
from types import SimpleNamespace

import pytest

from workbench.conformance import long_call
from workbench.conformance.check import check
from workbench.conformance.rules import RULES, stopping
from workbench.conformance.targets import PROBE_JOB
from workbench.conformance.vocabulary import Verdict

ABOUT_CALLS = [rule for rule in RULES if rule.id in ("W61", "W62")]


def test_they_hold() -> None:
    report = check(PROBE_JOB, rules=ABOUT_CALLS)
    assert [one.verdict for one in report] == [Verdict.HELD, Verdict.HELD]


def test_on_a_machine_that_stalls_until_the_call_is_over_they_are_not_judged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def stall(_: float) -> None:
        time.sleep(1)  # the stall itself: longer than either call

    stalling = SimpleNamespace(monotonic=time.monotonic, sleep=stall)
    monkeypatch.setattr(long_call, "time", stalling)
    monkeypatch.setattr(stopping, "LONG_CALLS", (0.1, 0.2))
    report = check(PROBE_JOB, rules=ABOUT_CALLS)
    assert [one.verdict for one in report] == [Verdict.NOT_JUDGED, Verdict.NOT_JUDGED]
    assert all("the call of 0.2 s was over before" in one.what for one in report)
