"""The runner: what becomes of a rule that holds, breaks, gives up or fails by itself."""

from __future__ import annotations

import threading

import pytest

from workbench.conformance.exchange import Exchange
from workbench.conformance.runner import judge
from workbench.conformance.subject import Subject
from workbench.conformance.target import Given, Target
from workbench.conformance.vocabulary import (
    Absent,
    Broken,
    Judge,
    Level,
    NotJudged,
    On,
    Rule,
    Verdict,
)


class Nothing(Target):
    """A target that shows nothing, and notes down that it was closed."""

    def __init__(self, *, one_at_a_time: bool = False) -> None:
        super().__init__("nothing", Given())
        self.one_at_a_time = one_at_a_time
        self.closed = False

    def close(self) -> None:
        self.closed = True
        super().close()


def rule(rule_id: str, function: Judge, **more: bool | On) -> Rule:
    return Rule(rule_id, Level.MUST, "t", "s", "c", "r", function, **more)  # type: ignore[arg-type]


def holds(subject: Subject) -> str:
    subject.note("seen", "all of it")
    return "as it should be"


def breaks(subject: Subject) -> str:
    subject.note("seen", "too little")
    raise Broken("it is not")


def lacks(subject: Subject) -> str:
    raise Absent(f"there is none of {subject.target.label}")


def gives_up(subject: Subject) -> str:
    return str(subject.running.get("/live"))


def cannot_know(subject: Subject) -> str:
    raise NotJudged(f"it takes more than {subject.target.label}")


def fails(subject: Subject) -> str:
    subject.note("seen", "half of it")
    empty: dict[str, str] = {}
    return empty["missing"]


def test_each_way_out_is_a_verdict_and_its_evidence_is_kept() -> None:
    target = Nothing()
    functions = (holds, breaks, lacks, cannot_know, fails)
    report = judge(target, [rule(f"T{at}", one) for at, one in enumerate(functions)])
    assert [one.verdict for one in report] == [
        Verdict.HELD,
        Verdict.BROKEN,
        Verdict.ABSENT,
        Verdict.NOT_JUDGED,
        Verdict.NOT_JUDGED,
    ]
    assert [one.what for one in report][:4] == [
        "as it should be",
        "it is not",
        "there is none of nothing",
        "it takes more than nothing",
    ]
    assert [piece.text for piece in report["T1"].evidence] == ["too little"]
    assert target.closed


def test_a_rule_that_fails_itself_is_no_fault_of_the_wrapper() -> None:
    found = judge(Nothing(), [rule("T0", fails)])["T0"]
    assert not found.failed
    assert found.what == (
        "the rule itself failed, which is a fault of the workbench: KeyError('missing')"
    )
    assert [piece.title for piece in found.evidence] == ["seen", "traceback"]
    assert "test_runner.py" in found.evidence[1].text


def test_what_cannot_be_started_leaves_a_rule_unjudged_and_says_what_would_help() -> None:
    found = judge(Nothing(), [rule("T0", gives_up)])["T0"]
    assert found.verdict is Verdict.NOT_JUDGED
    assert "give the job's folder" in found.what


@pytest.mark.parametrize("one_at_a_time", [False, True])
def test_the_report_is_in_the_order_of_the_rules_whoever_ends_first(one_at_a_time: bool) -> None:
    ended = threading.Event()

    def last(subject: Subject) -> str:
        assert one_at_a_time or ended.wait(10)
        return holds(subject)

    def first(subject: Subject) -> str:
        ended.set()
        return holds(subject)

    rules = [rule("T1", last), rule("T2", first, on=On.OWN), rule("T3", holds, alone=True)]
    assert judge(Nothing(one_at_a_time=one_at_a_time), rules).ids == ("T1", "T2", "T3")


def test_what_has_to_be_alone_begins_when_all_others_have_ended() -> None:
    began = threading.Event()
    seen: list[bool] = []

    def busy(subject: Subject) -> str:
        seen.append(began.wait(0.2))  # as long as one that did not wait would need to begin
        return holds(subject)

    def lonely(subject: Subject) -> str:
        began.set()
        return holds(subject)

    judge(Nothing(), [rule("T1", lonely, alone=True), rule("T2", busy), rule("T3", busy)])
    assert seen == [False, False]
    assert began.is_set()


def test_only_the_last_exchanges_are_evidence() -> None:
    subject = Subject(Nothing())
    made = [Exchange("GET", f"/{at}", b"", 200, {}, b"", "", 0.0) for at in range(20)]
    subject._exchanges.extend(made)
    assert [piece.title for piece in subject.evidence] == [f"GET /{at}" for at in range(12, 20)]
