"""`workbench check`: exit codes, and what goes where."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.command_line import workbench
from tests.support import ROOT
from workbench.conformance.report import load_report
from workbench.conformance.rules import RULES

JOB = ROOT / "sample-golang-function"
PUBLISHED = ROOT / "tests" / "cases" / "published"


def test_ours_holds_every_rule(tmp_path: Path) -> None:
    junit = tmp_path / "report.xml"
    done = workbench("check", JOB, "--junit", junit)
    assert done.returncode == 0, done.stdout
    first, *lines = done.stdout.splitlines()
    assert first == "golang-function 0.0.1 on golang:0.0.0"
    assert [line[13:16] for line in lines[:-1]] == [rule.id for rule in RULES]
    assert lines[-1].startswith(f"✓ held: {len(RULES)} held, in ")
    assert "building job image" in done.stderr
    assert f"wrote {junit}" in done.stderr
    assert junit.read_text().count("<testcase ") == len(RULES)


def test_a_wrapper_that_breaks_rules_ends_with_1_and_can_be_read_by_programs(
    tmp_path: Path,
) -> None:
    done = workbench("check", JOB, "--plugin", PUBLISHED, "--json")
    assert done.returncode == 1
    saved = tmp_path / "report.json"
    saved.write_text(done.stdout)
    assert "W33" in [one.rule.id for one in load_report(saved).failures]
    assert json.loads(done.stdout)["ok"] is False


def test_a_should_counts_unless_musts_alone_do() -> None:
    start = (
        "--start", f"python3 {ROOT / 'tests/cases/wrappers/thirty-lines.py'}",
        "--input", '{"numbers": [40, 2]}', "--markdown",
    )  # fmt: skip
    strict = workbench("check", *start)
    assert strict.returncode == 1
    assert "| W04 |" in strict.stdout
    assert workbench("check", *start, "--fail-on", "must").returncode == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "There has to be one thing to judge."),
        (("nowhere",), "'nowhere' is neither a folder nor an address."),
        ((JOB, "--start", "true"), "There has to be one thing to judge."),
        (("--start", "a 'b"), "cannot be split"),
        (("--start", ""), "The command to start is empty."),
        ((JOB, "--input", "{"), "--input is not JSON: line 1, column 2"),
        ((JOB, "--json", "--markdown"), "One form at a time."),
        (("http://",), "http:// is no address."),
        (("http://127.0.0.1:port",), "is no address"),
    ],
)
def test_a_wrong_call_is_one_clear_error(words: tuple[str | Path, ...], told: str) -> None:
    done = workbench("check", *words)
    assert done.returncode == 2
    assert told in done.stderr
    assert done.stdout == ""
