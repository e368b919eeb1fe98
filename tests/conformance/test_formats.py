"""The forms in which a report travels, each read by something that is not ours."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from tests.conformance.reports import ABSENT, BROKEN, HELD, HOSTILE, NOT_JUDGED, report, rule
from tests.support import ROOT, tracked_files
from workbench.conformance import formats
from workbench.conformance.report import Report, load_report
from workbench.conformance.vocabulary import Evidence, Finding, Level, NotJudged, Verdict
from workbench.errors import UsageError

SCHEMA_FILE = ROOT / "workbench" / "conformance" / "report.schema.json"
SCHEMA = json.loads(
    resources.files("workbench.conformance").joinpath("report.schema.json").read_text()
)


def test_the_schema_is_one_and_git_tracks_it_for_the_wheel() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA_FILE in tracked_files()


@pytest.mark.parametrize("given", [report(), report(HELD), Report("nothing", (), 0)])
def test_a_report_fits_the_schema_and_comes_back_as_it_was(given: Report, tmp_path: Path) -> None:
    data = given.as_dict()
    jsonschema.validate(data, SCHEMA)
    path = given.save(tmp_path / "report.json")
    back = load_report(path)
    assert back.as_dict() == data == json.loads(path.read_text())
    assert repr(back) == repr(given)
    assert str(back) == str(given)


def test_every_key_that_is_written_is_explained() -> None:
    data = report().as_dict()
    page = (ROOT / "docs" / "report.md").read_text()
    finding, evidence = SCHEMA["$defs"]["finding"], SCHEMA["$defs"]["evidence"]
    written = data["findings"][1]
    assert list(data) == list(SCHEMA["properties"]) == SCHEMA["required"]
    assert list(written) == list(finding["properties"]) == finding["required"]
    assert list(written["evidence"][0]) == list(evidence["properties"]) == evidence["required"]
    assert {key for key in [*data, *written] if f"`{key}`" not in page} == set()


def test_the_example_on_the_page_is_a_report() -> None:
    page = (ROOT / "docs" / "report.md").read_text()
    example = json.loads(page.split("```json\n")[1].split("```")[0])
    jsonschema.validate(example, SCHEMA)
    assert Report.from_dict(example).as_dict() == example


def test_rules_and_keys_that_this_version_does_not_know_are_no_mistake() -> None:
    data = report().as_dict() | {"later": True}
    data["findings"][0] |= {"id": "W999", "later": [1]}
    back = Report.from_dict(data)
    assert back.ids == ("W999", "W08", "W06", "W09")
    with pytest.raises(NotJudged, match="saved report"):
        back["W999"].rule.judge(None)  # type: ignore[arg-type]


def _changed(**values: Any) -> dict[str, Any]:
    return {**report().as_dict(), **values}


def _changed_finding(**values: Any) -> dict[str, Any]:
    data = report().as_dict()
    data["findings"][1] |= values
    return data


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ([], "at its top, [] is not of type 'object'"),
        ({}, "at its top, 'schema' is a required property"),
        (_changed(schema=2), "has the form 2; this version of the workbench reads 1"),
        (_changed(schema="1"), "at schema, 1 was expected"),
        (_changed(seconds=-1), "at seconds, -1 is less than the minimum of 0"),
        (_changed(findings=None), "at findings, None is not of type 'array'"),
        (_changed_finding(verdict="fine"), "at findings[1].verdict, 'fine' is not one of"),
        (_changed_finding(level="must"), "at findings[1].level, 'must' is not one of"),
        (_changed_finding(id="W01"), "W01 is in it twice"),
        (_changed_finding(evidence=[{"title": "x"}]), "at findings[1].evidence[0], 'text' is a"),
        (_changed(target=["x" * 10**6]), "at target, ['xxx"),
    ],
)
def test_what_is_no_report_is_refused_in_one_sentence(data: Any, says: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.json"
    path.write_text(json.dumps(data))
    with pytest.raises(UsageError) as caught:
        load_report(path)
    assert caught.value.message.startswith(f"{path}: ")
    assert says in caught.value.message
    assert "\n" not in caught.value.message
    assert len(caught.value.message) < 500
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "not even JSON: line 1, column 1: Expecting value"),
        (b'{"schema": NaN}', "not even JSON: line 1, column 12: JSON has no NaN"),
        (b"[" * 100_000, "not even JSON: line 1, column 1: Nested too deeply"),
        (b"\xff\xfe", "is not UTF-8"),
    ],
)
def test_a_file_that_is_no_json_is_refused(content: bytes, says: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.json"
    path.write_bytes(content)
    with pytest.raises(UsageError) as caught:
        load_report(path)
    assert says in caught.value.message
    assert str(path) in caught.value.message


def test_a_file_that_cannot_be_read_or_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"nosuch\.json cannot be read: no such file"):
        load_report(tmp_path / "nosuch.json")
    with pytest.raises(UsageError, match="cannot be read: is a directory"):
        load_report(tmp_path)
    with pytest.raises(UsageError, match=r"cannot be written to .*: no such file or directory"):
        report().save(tmp_path / "nosuch" / "report.json")


def test_a_hostile_file_is_made_harmless() -> None:
    back = Report.from_dict(_changed_finding(title=HOSTILE, what=HOSTILE, remedy=HOSTILE))
    assert "\x1b" not in str(back)
    assert "<script" not in back._repr_html_()
    ET.fromstring(back.to_junit())  # noqa: S314 - our own


def test_junit_has_a_case_for_each_rule() -> None:
    suites = ET.fromstring(report().to_junit().encode())  # noqa: S314 - our own
    (suite,) = suites
    assert suites.tag == "testsuites"
    assert suite.attrib == {
        "name": "golang-function 0.0.1 on golang:0.0.0",
        "tests": "4",
        "failures": "1",
        "errors": "0",
        "skipped": "2",
        "time": "4.200",
    }
    cases = {case.attrib["name"].split()[0]: case for case in suite}
    assert list(cases) == ["W01", "W08", "W06", "W09"]
    assert cases["W01"].attrib == {
        "classname": "wrapper.MUST",
        "name": "W01 It listens on 0.0.0.0:7000",
        "time": "0.012",
    }
    assert [child.tag for child in cases["W01"]] == ["system-out"]
    (failure,) = cases["W08"]
    assert (failure.tag, failure.attrib["message"]) == ("failure", BROKEN.what)
    assert failure.text is not None
    for told in (BROKEN.rule.consequence, BROKEN.rule.remedy, BROKEN.evidence[0].text):
        assert told in failure.text
    for name, why in (("W06", f"absent: {ABSENT.what}"), ("W09", f"not judged: {NOT_JUDGED.what}")):
        (skipped,) = cases[name]
        assert (skipped.tag, skipped.attrib["message"]) == ("skipped", why)


def test_junit_holds_whatever_a_wrapper_answers() -> None:
    every = "".join(map(chr, [*range(0x100), 0xD800, 0xFFFE, 0xFFFF, 0x1F600]))
    found = Finding(BROKEN.rule, Verdict.BROKEN, every, (Evidence(every, every),))
    text = report(found).to_junit().encode()
    assert ET.fromstring(text).find(".//failure") is not None  # noqa: S314 - our own


def _cells(tokens: list[Token]) -> list[str]:
    """The text of each cell of a table, as a reader sees it."""
    shown = []
    for at, token in enumerate(tokens):
        if token.type in ("th_open", "td_open"):
            children = tokens[at + 1].children or []
            assert {child.type for child in children} <= {"text", "text_special"}
            shown.append("".join(child.content for child in children))
    return shown


def test_markdown_shows_each_rule_in_a_row_of_its_own() -> None:
    tokens = MarkdownIt("commonmark").enable("table").parse(report().to_markdown())
    cells = _cells(tokens)
    rows = [cells[at : at + 5] for at in range(0, len(cells), 5)]
    assert rows == [
        ["verdict", "rule", "level", "title", "what"],
        *(
            [f"{x.verdict.sign} {x.verdict}", x.rule.id, x.rule.level, x.rule.title, x.what]
            for x in report()
        ),
    ]


def test_markdown_holds_no_html_but_what_folds_the_evidence() -> None:
    hostile = Finding(
        replace(rule("W08", Level.MUST, HOSTILE), remedy=HOSTILE),
        Verdict.BROKEN,
        HOSTILE,
        (Evidence(HOSTILE, f"</details>\n```\n````\n{HOSTILE}"),),
    )
    tokens = MarkdownIt("commonmark").enable("table").parse(report(hostile).to_markdown())
    blocks = [token.content for token in tokens if token.type == "html_block"]
    assert [block.split(">")[0] for block in blocks] == ["<details", "</details"]
    assert "<script" not in "".join(blocks)
    inline = [c.type for token in tokens for c in token.children or []]
    assert set(inline) == {"text", "strong_open", "strong_close"}
    (fence,) = [token for token in tokens if token.type == "fence"]
    assert fence.content == f"{hostile.evidence[0].text}\n"


def test_markdown_fits_a_summary_however_much_there_is() -> None:
    pieces = tuple(Evidence(f"call {n}", "ü" * 4000) for n in range(20))
    many = [
        Finding(rule(f"W{n:02}", Level.MUST, "It works"), Verdict.BROKEN, "<" * 1000, pieces)
        for n in range(50)
    ]
    text = report(*many).to_markdown()
    assert len(text.encode()) < 1024**2
    assert "left out here, since the summary would get too long" in text
    assert all(f"**✗ broken W{n:02} MUST: It works**" in text for n in range(50))


def test_the_room_for_evidence_is_used() -> None:
    assert "left out" not in report().to_markdown()
    assert len(BROKEN.evidence[0].text) < formats.EVIDENCE_ROOM
