from __future__ import annotations

import re

import pytest

from tests.conformance.reports import ABSENT, BROKEN, HELD, HOSTILE, NOT_JUDGED, report, rule
from workbench.conformance.plain import LINE_LIMIT, PIECES_LIMIT, TEXT_LIMIT
from workbench.conformance.report import Report
from workbench.conformance.vocabulary import Evidence, Finding, Level, Verdict
from workbench.errors import ConformanceError, UsageError

BROKEN_MUST = Finding(rule("W02", Level.MUST, "It is alive"), Verdict.BROKEN, "it is not")
BROKEN_MAY = Finding(rule("W07", Level.MAY, "Its metrics parse"), Verdict.BROKEN, "line 3 does not")


def test_it_is_a_sequence_of_findings_in_the_order_of_the_rules() -> None:
    found = report()
    assert list(found) == [HELD, BROKEN, ABSENT, NOT_JUDGED]
    assert (len(found), found[0], found[-1], found[1:3]) == (4, HELD, NOT_JUDGED, (BROKEN, ABSENT))
    assert found["W08"] is BROKEN
    assert BROKEN in found


def test_a_rule_that_is_not_in_it_is_told_with_those_that_are() -> None:
    with pytest.raises(UsageError, match="There is no rule W99") as caught:
        report()["W99"]
    assert caught.value.remedy == "one of W01, W08, W06, W09."


def test_it_counts_and_says_so_in_one_line() -> None:
    found = report(HELD, BROKEN, BROKEN_MUST, NOT_JUDGED)
    assert found.counts == {"held": 1, "broken": 2, "absent": 0, "not judged": 1}
    assert repr(found) == (
        "<Report golang-function 0.0.1 on golang:0.0.0: 1 held, 2 broken, 1 not judged, in 4.2 s>"
    )
    assert repr(Report("x", (), 0.0)) == "<Report x: no rule, in 0.0 s>"


def test_what_is_broken_fails_whatever_its_level() -> None:
    found = report(HELD, BROKEN_MAY, BROKEN_MUST, ABSENT, NOT_JUDGED)
    assert found.failures == (BROKEN_MAY, BROKEN_MUST)
    assert not found.ok
    assert report(HELD, ABSENT, NOT_JUDGED).ok


@pytest.mark.parametrize(
    ("level", "broken"),
    [
        (Level.MUST, ("W02",)),
        (Level.SHOULD, ("W08", "W07", "W02")),
        (Level.MAY, ("W08", "W07", "W02")),
        ("MUST", ("W02",)),
    ],
)
def test_failures_are_raised_from_the_level_on(level: Level | str, broken: tuple[str, ...]) -> None:
    with pytest.raises(ConformanceError) as caught:
        report(BROKEN, HELD, BROKEN_MAY, BROKEN_MUST).raise_for_failures(level)
    assert caught.value.broken == broken
    assert f"golang:0.0.0 breaks {len(broken)} of 4 rules:" in str(caught.value)
    assert "  W02 MUST: it is not" in str(caught.value)


def test_one_failure_is_raised_with_its_own_remedy() -> None:
    with pytest.raises(ConformanceError, match=r"Remedy: What mends W08\.") as caught:
        report().raise_for_failures()
    assert caught.value.broken == ("W08",)


def test_nothing_is_raised_where_nothing_counts() -> None:
    report(HELD, ABSENT, NOT_JUDGED).raise_for_failures()
    report(HELD, BROKEN, BROKEN_MAY).raise_for_failures(Level.MUST)
    with pytest.raises(UsageError, match="There is no level must"):
        report().raise_for_failures("must")


def test_evidence_is_cut_in_its_middle_and_says_so() -> None:
    body = "start " + "x" * (20 * 1024**2) + " end"
    kept = Evidence("POST /perform", body).text
    assert len(kept) == TEXT_LIMIT
    assert kept.startswith("start xxx")
    assert kept.endswith("xxx end")
    assert f"\n[... cut here: {len(body):,} characters in all ...]\n" in kept
    assert Evidence("again", kept).text == kept


def test_what_gets_longer_by_being_made_safe_is_cut_as_well() -> None:
    kept = Evidence("a\nb", "\x00" * TEXT_LIMIT)
    assert len(kept.text) == TEXT_LIMIT
    assert kept.text.startswith("\\x00\\x00")
    assert kept.title == "a b"


def test_what_was_seen_is_one_line_within_bounds() -> None:
    seen = Finding(HELD.rule, Verdict.HELD, "it answered:\r\n\n" + "y" * 10**6).what
    assert seen.startswith("it answered: yyy")
    assert "cut here: 1,000,015 characters in all" in seen
    assert "\n" not in seen
    assert len(seen) <= LINE_LIMIT


def test_there_are_only_so_many_pieces_of_evidence() -> None:
    pieces = tuple(Evidence(f"call {n}", "42") for n in range(1000))
    kept = Finding(HELD.rule, Verdict.HELD, "all", pieces).evidence
    assert len(kept) == PIECES_LIMIT
    assert (kept[0], kept[-1]) == (pieces[0], pieces[-1])
    assert kept[9] == Evidence("left out here", "1000 pieces of evidence in all")
    assert Finding(HELD.rule, Verdict.HELD, "all", kept).evidence == kept


def test_nothing_that_is_quoted_acts_where_it_is_shown() -> None:
    nasty = "a\x1b[2J\x00\x9b\x7f\u202e\u2028\ud800\ufffe b\tc\r\nd"
    assert Evidence("x", nasty).text == (
        "a\\x1b[2J\\x00\\x9b\\x7f\\u202e\\u2028\\ud800\\ufffe b\tc\nd"
    )
    assert Report(f"x{nasty}", (), 0).target.isprintable() is False  # a tab stays
    assert "\x1b" not in Report(f"x{nasty}", (), 0).target


def test_the_text_has_a_line_for_each_rule_and_a_story_for_what_is_broken() -> None:
    lines = str(report()).split("\n")
    assert lines[0] == "golang-function 0.0.1 on golang:0.0.0"
    assert lines[1].startswith(
        "✓ held       W01  MUST   It listens on 0.0.0.0:7000: 0.0.0.0:7000 in"
    )
    assert lines[2].startswith("✗ broken     W08  SHOULD It answers bad input")
    at = lines.index("    Consequence: What follows where W08 is broken.")
    assert lines[at + 1 : at + 3] == [
        "    Remedy: What mends W08.",
        "    Evidence: POST /perform",
    ]
    assert "    | ends the fence" in lines
    assert any(
        line.startswith("- absent     W06  MAY    It offers metrics: /metrics") for line in lines
    )
    assert any(
        line.startswith("? not judged W09  MUST   It stops on SIGTERM: a URL") for line in lines
    )
    assert lines[-1] == (
        "✗ broken: 1 held, 1 broken, 1 absent, 1 not judged, in 4.2 s; broken: W08 SHOULD"
    )
    assert str(report(HELD)).endswith("\n✓ held: 1 held, in 4.2 s")


def test_evidence_of_what_holds_does_not_fill_the_terminal() -> None:
    assert "Evidence" not in str(report(HELD))


def test_a_reason_that_several_were_not_judged_for_is_told_once() -> None:
    reason = "it ended before it listened"
    findings = [
        Finding(rule(name, Level.MUST, "It is alive"), Verdict.NOT_JUDGED, what)
        for name, what in (("W02", reason), ("W03", "no folder"), ("W04", reason), ("W05", reason))
    ]
    whats = [line.rpartition(": ")[2] for line in str(report(*findings)).split("\n")[1:-1]]
    assert whats == [reason, "no folder", "as W02", "as W02"]


@pytest.mark.parametrize("width", [40, 80, 100])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    long = Finding(
        BROKEN.rule, Verdict.BROKEN, "z" * 300 + " and more", (Evidence("t" * 200, "e" * 3000),)
    )
    lines = report(long, NOT_JUDGED).to_text(width=width).split("\n")
    assert max(map(len, lines[1:-1])) == width


def test_a_terminal_is_told_how_much_evidence_it_does_not_see() -> None:
    pieces = tuple(Evidence(f"call {n}", "\n".join(map(str, range(100)))) for n in range(9))
    told = str(report(Finding(BROKEN.rule, Verdict.BROKEN, "no", pieces)))
    assert "    Evidence: 7 more in the JSON, and then:\n    Evidence: call 7\n" in told
    assert told.count("Evidence: call") == 2
    assert told.count("    | ... 84 lines ...\n") == 2


def test_what_holds_takes_one_line_of_the_terminal() -> None:
    long = Finding(HELD.rule, Verdict.HELD, "seen " * 60)
    (line,) = report(long).to_text(width=80).split("\n")[1:-1]
    assert len(line) <= 80
    assert line.endswith("...")


def test_colour_is_for_terminals_and_adds_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    plain, coloured = report().to_text(), report().to_text(colour=True)
    assert "\x1b" not in plain
    assert plain == str(report())
    assert "\x1b[1;31m✗ broken     \x1b[0mW08" in coloured
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == plain
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" in report().to_text(width=100)
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in report().to_text(width=100)


def test_the_page_tells_what_is_broken_first_and_escapes_all_of_it() -> None:
    page = report()._repr_html_()
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    story, table = page.split("<table>")
    assert story.index("✗ broken") < story.index("Consequence:") < story.index("<details>")
    assert "What mends W08." in story
    assert [table.index(one.rule.id) for one in report()] == sorted(
        table.index(one.rule.id) for one in report()
    )
    assert table.count("<details>") == 1, "that of what is broken is above"
    assert "<style" not in page
    assert "id=" not in page


def test_a_page_of_what_holds_tells_no_story() -> None:
    page = report(HELD, ABSENT)._repr_html_()
    assert "Consequence" not in page
    assert page.index("✓ held") < page.index("<table>")


def test_hostile_words_of_the_target_are_escaped() -> None:
    page = report(HELD, target=HOSTILE)._repr_html_()
    assert "<script" not in page
