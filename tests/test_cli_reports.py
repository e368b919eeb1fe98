from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from tests.command_line import workbench
from tests.conformance.reports import BROKEN, HELD, report
from workbench.conformance.vocabulary import Verdict


def test_compare_ends_with_1_if_something_broke(tmp_path: Path) -> None:
    broken = report(replace(HELD, verdict=Verdict.BROKEN)).save(tmp_path / "broken.json")
    held = report(HELD).save(tmp_path / "held.json")

    answer = workbench("compare", held, broken)
    assert (answer.returncode, answer.stderr) == (1, "")
    assert answer.stdout.splitlines()[1].startswith("broke: W01 MUST")

    answer = workbench("compare", broken, held, "--json")
    assert (answer.returncode, answer.stderr) == (0, "")
    assert [one["kind"] for one in json.loads(answer.stdout)["changes"]] == ["mended"]


def test_what_is_no_report_is_bad_usage(tmp_path: Path) -> None:
    saved = report(BROKEN).save(tmp_path / "saved.json")
    bad = tmp_path / "bad.json"
    bad.write_text("{}")
    for given, says in ((bad, "This is no report"), (tmp_path / "nosuch", "cannot be read")):
        answer = workbench("compare", saved, given)
        assert (answer.returncode, answer.stdout) == (2, "")
        assert answer.stderr.startswith(f"error: {given}")
        assert says in answer.stderr
        assert "Remedy: " in answer.stderr
