"""A report of the fault lab as a value: shown, saved, read, stood beside another one."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from tests.command_line import workbench
from tests.conformance.reports import HOSTILE, report
from tests.support import ROOT
from workbench.conformance.compare import compare
from workbench.conformance.faults import FAULTS
from workbench.conformance.faults.compare import Differs, FaultsDiff, Pair, side_by_side
from workbench.conformance.faults.report import FaultReport
from workbench.conformance.faults.vocabulary import Outcome, Row
from workbench.conformance.plain import LINE_LIMIT
from workbench.conformance.report import load_report
from workbench.conformance.vocabulary import Evidence
from workbench.errors import ConformanceError, UsageError

GOOD = Row(
    FAULTS[0], Outcome.ANSWERED, True,
    caller="500 the job's Perform panicked: told to panic", live='200 {"status":"live"}',
    ready='200 {"status":"ready"}', next_call="200 42", log="level=ERROR panic", healthy_after=0.0,
    evidence=(Evidence("POST /api/v1/perform", "> POST\n\n< 500"),), seconds=0.5,
)  # fmt: skip
ENDED = Row(
    FAULTS[1], Outcome.ENDED, True, caller="closed", live="gone", ready="gone", next_call="gone",
    log="panic: told", exit_code=2, healthy_after=0.25, seconds=0.5,
)  # fmt: skip
BAD = Row(
    FAULTS[5], Outcome.STUCK, False, caller=HOSTILE, live=HOSTILE, ready=HOSTILE,
    next_call="x" * 2_000_000, log=HOSTILE, evidence=(Evidence("log", HOSTILE),),
)  # fmt: skip
NOT_SHOWN = Row(FAULTS[6], Outcome.NOT_SHOWN, None, why="needs --start")


def lab(*rows: Row, target: str = "mine") -> FaultReport:
    return FaultReport(target, rows or (GOOD, ENDED, BAD, NOT_SHOWN), 4.25)


def test_it_is_a_sequence_of_rows_and_counts_them() -> None:
    found = lab()
    assert list(found) == [GOOD, ENDED, BAD, NOT_SHOWN]
    assert (found["F06"], found[0], found[1:3]) == (BAD, GOOD, (ENDED, BAD))
    assert found.counts == {"answered": 1, "survived": 0, "ended": 1, "stuck": 1, "not shown": 1}
    assert found.failures == (BAD,)
    assert repr(found) == (
        "<FaultReport mine: 2 of 3 as a careful wrapper; "
        "1 answered, 1 ended, 1 stuck, 1 not shown, in 4.2 s>"
    )
    assert repr(GOOD) == "<Row F01 ✓ answered: 500 the job's Perform panicked: told to panic>"
    with pytest.raises(UsageError, match="There is no fault F99 in this report"):
        found["F99"]


def test_what_is_less_careful_is_raised_with_its_name() -> None:
    lab(GOOD, ENDED, NOT_SHOWN).raise_for_failures()
    with pytest.raises(ConformanceError, match="F06 the request has 100 MB: stuck") as caught:
        lab().raise_for_failures()
    assert caught.value.broken == ("F06",)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (GOOD, "all the time"),
        (replace(GOOD, healthy_after=1.5), "after 1.50 s"),
        (ENDED, "0.25 s after a new start"),
        (BAD, "never"),
        (replace(ENDED, healthy_after=None), "never"),
    ],
)
def test_how_long_it_was_ill_is_told_in_words(row: Row, words: str) -> None:
    assert row.healthy == words


def test_the_text_has_100_columns_and_obeys_nobody() -> None:
    text = str(lab())
    assert max(map(len, text.splitlines())) <= 100
    assert re.search("[\x00-\x08\x0b-\x1f\x7f]", text) is None
    assert "✓ ended, exit code 2: F02 a goroutine of the function panics" in text
    assert "    careful   refuses it with 413 before it fills the memory" in text
    assert "? not shown: F07" in text
    assert " ".join(text.split()).endswith("less careful: F06")
    assert "\x1b[1;31m✗ stuck\x1b[0m" in lab().to_text(colour=True)
    assert max(map(len, lab().to_text(width=60).splitlines())) <= 60


def test_the_page_and_the_markdown_escape_what_a_wrapper_wrote() -> None:
    for found in (lab()._repr_html_(), side_by_side(lab(), lab(GOOD))._repr_html_()):
        assert "<script>" not in found
        assert "&lt;script&gt;" in found
    markdown = lab().to_markdown()
    assert "<script>" not in markdown
    rows = [line for line in markdown.splitlines() if line.startswith("| ")]
    assert len(rows) == 2 + len(lab())
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in rows} == {4}


def test_it_is_bounded_whatever_a_wrapper_wrote() -> None:
    assert len(BAD.next_call) <= LINE_LIMIT
    assert len(json.dumps(lab().as_dict())) < 20_000


def test_it_is_saved_and_read(tmp_path: Path) -> None:
    path = lab().save(tmp_path / "lab.json")
    again = FaultReport.load(path)
    assert again.as_dict() == lab().as_dict()
    assert FaultReport.from_dict(json.loads(path.read_text())).as_dict() == lab().as_dict()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"schema": 2}, "has the form 2; this version of the workbench reads 1"),
        ({"faults": None}, "at faults, None is not of type 'array'"),
        ({"faults": [{"id": "F01"}]}, r"at faults\[0\], 'title' is a required property"),
        ({"faults": [GOOD, GOOD]}, "F01 is in it twice"),
    ],
)
def test_what_is_no_report_is_refused(change: dict[str, object], says: str) -> None:
    if change.get("faults") == [GOOD, GOOD]:
        change = {"faults": lab(GOOD, GOOD).as_dict()["faults"]}
    with pytest.raises(UsageError, match=says):
        FaultReport.from_dict({**lab().as_dict(), **change})


def test_two_kinds_of_report_are_told_apart(tmp_path: Path) -> None:
    lab_file = lab().save(tmp_path / "lab.json")
    rules_file = report().save(tmp_path / "rules.json")
    assert isinstance(compare(lab_file, lab()), FaultsDiff)
    assert compare(lab(), lab_file).summary == "4 alike"
    for pair in ((lab_file, rules_file), (report(), lab())):
        with pytest.raises(UsageError, match="have nothing in common"):
            compare(*pair)
    with pytest.raises(UsageError, match="This is no report: at its top"):
        load_report(lab_file)
    with pytest.raises(UsageError, match=re.escape(f"{rules_file}: This is no report of the fa")):
        FaultReport.load(rules_file)


@pytest.mark.parametrize(
    ("first", "second", "differs"),
    [
        (GOOD, replace(GOOD, log="other", healthy_after=0.5, caller="other"), Differs.ALIKE),
        (GOOD, replace(GOOD, well=False), Differs.WORSE),
        (replace(GOOD, well=False), GOOD, Differs.BETTER),
        (GOOD, replace(GOOD, outcome=Outcome.SURVIVED), Differs.OTHERWISE),
        (ENDED, replace(ENDED, exit_code=1), Differs.OTHERWISE),
        (BAD, replace(NOT_SHOWN, fault=BAD.fault), Differs.OTHERWISE),
        (GOOD, None, Differs.ALONE),
    ],
)
def test_a_pair_differs_in_what_became_of_the_wrapper(
    first: Row, second: Row | None, differs: Differs
) -> None:
    assert Pair(first, second).differs is differs


def test_side_by_side_all_faults_are_there_and_those_that_differ_say_how() -> None:
    diff = side_by_side(lab(), lab(replace(GOOD, well=False), ENDED, target="theirs"))
    assert [pair.fault.id for pair in diff] == ["F01", "F02", "F06", "F07"]
    assert (diff.summary, diff.ok) == ("1 alike, 1 worse, 2 in one only", False)
    text = str(diff)
    assert max(map(len, text.splitlines())) <= 100
    assert "worse: F01 the function panics (✓ answered | ✗ answered)" in text
    assert text.splitlines()[:2] == ["first:  mine", "second: theirs"]
    assert diff["F02"].differs is Differs.ALIKE


def test_compare_in_a_terminal_ends_with_1_where_the_second_is_worse(tmp_path: Path) -> None:
    good = lab(GOOD).save(tmp_path / "good.json")
    bad = lab(replace(GOOD, well=False)).save(tmp_path / "bad.json")
    answer = workbench("compare", good, bad)
    assert (answer.returncode, answer.stderr) == (1, "")
    assert answer.stdout.splitlines()[-1] == "1 worse"
    answer = workbench("compare", bad, good, "--json")
    assert answer.returncode == 0
    assert json.loads(answer.stdout)["faults"][0]["differs"] == "better"


def test_the_form_on_its_page_is_one_that_is_read() -> None:
    page = (ROOT / "docs" / "faults.md").read_text()
    (example,) = re.findall(r"```json\n(.*?)```", page, flags=re.DOTALL)
    read = FaultReport.from_dict(json.loads(example))
    assert [row.word for row in read] == ["answered", "ended, exit code 2"]
    keys = {*json.loads(example), *json.loads(example)["faults"][0]}
    assert {key for key in keys if f"`{key}`" not in page} == set()
    listed = re.findall(r"^\| (F\d\d) \| (.+?) \|", page, flags=re.MULTILINE)
    assert listed == [(fault.id, fault.title) for fault in FAULTS]


def test_a_fault_that_no_report_has_is_one_clear_error() -> None:
    with pytest.raises(UsageError, match="There is no fault F99 in this report"):
        side_by_side(lab(), lab())["F99"]


def test_a_line_of_the_log_has_the_whole_width_of_the_page() -> None:
    line = "level=ERROR msg=" + "x" * 150
    page = FaultReport("any", (replace(GOOD, log=line),), 1.0)._repr_html_()
    head, _, below = page.partition("</thead>")
    assert "log" not in head
    assert f'colspan="{head.count("<th") - head.count("<thead") + head.count("<td") - 1}"' in below
    assert f"<div>log: {line}</div>" in below
