from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.conformance.reports import ABSENT, BROKEN, HELD, HOSTILE, NOT_JUDGED, report, rule
from workbench.conformance.compare import Change, Kind, compare
from workbench.conformance.vocabulary import Finding, Level, Verdict
from workbench.errors import UsageError

NEW = Finding(rule("W10", Level.MUST, "It is new"), Verdict.BROKEN, "it does not")


def now(one: Finding, verdict: Verdict, what: str = "it is otherwise now") -> Finding:
    return replace(one, verdict=verdict, what=what)


@pytest.mark.parametrize(
    ("was", "verdict", "kind"),
    [
        (HELD, Verdict.BROKEN, Kind.BROKE),
        (ABSENT, Verdict.BROKEN, Kind.BROKE),
        (NOT_JUDGED, Verdict.BROKEN, Kind.BROKE),
        (BROKEN, Verdict.HELD, Kind.MENDED),
        (BROKEN, Verdict.NOT_JUDGED, Kind.OTHER),
        (BROKEN, Verdict.ABSENT, Kind.OTHER),
        (NOT_JUDGED, Verdict.HELD, Kind.OTHER),
        (HELD, Verdict.HELD, Kind.SEEN),
        (BROKEN, Verdict.BROKEN, Kind.SEEN),
    ],
)
def test_a_change_is_one_of_these(was: Finding, verdict: Verdict, kind: Kind) -> None:
    is_now = now(was, verdict)
    (change,) = compare(report(was), report(is_now))
    assert change == Change(kind, was, is_now)


def test_how_long_it_took_is_no_change() -> None:
    diff = compare(report(), report(replace(HELD, seconds=9), BROKEN, ABSENT, NOT_JUDGED))
    assert (len(diff), bool(diff), diff.ok, diff.summary) == (0, False, True, "no change")
    assert str(diff) == "golang-function 0.0.1 on golang:0.0.0\nno change"
    assert "<table>" not in diff._repr_html_()


def test_what_matters_most_comes_first() -> None:
    after = report(
        NEW, now(HELD, Verdict.HELD), now(BROKEN, Verdict.HELD), now(NOT_JUDGED, Verdict.BROKEN)
    )
    diff = compare(report(), after)
    assert [(one.rule.id, one.kind) for one in diff] == [
        ("W09", Kind.BROKE),
        ("W08", Kind.MENDED),
        ("W10", Kind.NEW),
        ("W06", Kind.GONE),
        ("W01", Kind.SEEN),
    ]
    assert diff.summary == "1 broke, 1 mended, 1 new, 1 gone, 1 seen otherwise"
    assert diff.of("mended") == (diff[1],)
    assert repr(diff[1]) == "<Change W08 mended: broken -> held>"
    assert repr(diff).endswith(f": {diff.summary}>")


def test_a_new_rule_that_is_broken_is_not_the_edits_fault() -> None:
    assert compare(report(HELD), report(HELD, NEW)).ok
    assert not compare(report(HELD), report(now(HELD, Verdict.BROKEN))).ok


def test_the_text_tells_before_and_after_and_what_to_do() -> None:
    after = report(now(HELD, Verdict.BROKEN, "nobody listens"), now(BROKEN, Verdict.HELD), NEW)
    lines = str(compare(report(HELD, BROKEN), replace(after, target="my-function"))).split("\n")
    assert lines[:6] == [
        "before: golang-function 0.0.1 on golang:0.0.0",
        "after:  my-function",
        "broke: W01 MUST It listens on 0.0.0.0:7000 (✓ held → ✗ broken)",
        "    before: 0.0.0.0:7000 in the socket table",
        "    after:  nobody listens",
        "    remedy: What mends W01.",
    ]
    assert "new: W10 MUST It is new (✗ broken)" in lines
    assert lines[-1] == "1 broke, 1 mended, 1 new"
    assert max(map(len, lines)) <= 100


def test_the_page_escapes_what_it_quotes() -> None:
    page = compare(report(HELD), report(now(HELD, Verdict.BROKEN, HOSTILE)))._repr_html_()
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert page.index("1 broke") < page.index("<table>") < page.index("remedy: What mends W01.")


def test_saved_reports_are_compared_by_their_paths(tmp_path: Path) -> None:
    before = report().save(tmp_path / "before.json")
    after = report(now(HELD, Verdict.BROKEN), BROKEN, ABSENT, NOT_JUDGED)
    diff = compare(before, str(after.save(tmp_path / "after.json")))
    assert diff.as_dict() == compare(report(), after).as_dict()
    assert diff.as_dict() == {
        "before": report().target,
        "after": report().target,
        "ok": False,
        "changes": [
            {
                "id": "W01",
                "kind": "broke",
                "before": {"verdict": "held", "what": HELD.what},
                "after": {"verdict": "broken", "what": "it is otherwise now"},
            }
        ],
    }
    with pytest.raises(UsageError, match=r"nosuch\.json"):
        compare(before, tmp_path / "nosuch.json")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("deployment_timestamp is 1795571391", "deployment_timestamp is 1795571397", True),
        ("it is '1795571391'", "it is 1795571391", False),
        ("deployment_timestamp is 1795571391", "deployment_timestamp is 5", False),
        ("panic serving 127.0.0.1:43214: oh", "panic serving 127.0.0.1:51000: oh", True),
        ("it listens on 127.0.0.1:8080", "it listens on 127.0.0.1:7000", False),
        ("it listens on 0.0.0.0:20000", "it listens on 0.0.0.0:30000", False),
        ("after 1.25 s, signal 15", "after 0.5 s, signal 15", True),
        ("no answer within 3 s", "no answer within 10 s", False),
        ("at 2026-11-25T01:51:35+0000 it", "at 2027-01-01T00:00:00Z it", True),
        ("2026/11/25 01:51:35 http: oh", "2026/11/25 01:52:00 http: oh", True),
        ("<function f at 0x7f0011223344>", "<function f at 0x7fffffffffff>", True),
        (
            "trace-123e4567-e89b-12d3-a456-426614174000",
            "trace-00000000-e89b-12d3-a456-426614174000",
            True,
        ),
        ("200 application/json 42", "200 application/json 43", False),
    ],
)
def test_what_differs_from_run_to_run_is_no_difference(one: str, other: str, same: bool) -> None:
    before, after = (report(now(HELD, Verdict.HELD, text)) for text in (one, other))
    assert bool(compare(before, after)) is not same
    assert not compare(before, before)
