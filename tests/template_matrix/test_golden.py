"""What our template gives for each variant is what stands in tests/cases/golden."""

from __future__ import annotations

import difflib
import shlex
from pathlib import Path

import pytest

from tests.command_line import workbench
from tests.support import ROOT
from workbench.lint.variants import VARIANTS
from workbench.template_matrix.lab import TemplateLab, file_name, template_lab

GOLDEN = ROOT / "tests" / "cases" / "golden"
REWRITE = "workbench render --matrix --out tests/cases/golden"


@pytest.fixture(scope="module")
def lab() -> TemplateLab:
    return template_lab(ROOT / "golang-job-type")


@pytest.mark.parametrize("name", [variant.name for variant in VARIANTS])
def test_the_dockerfile_is_the_golden_one(name: str, lab: TemplateLab) -> None:
    path = GOLDEN / file_name(name)
    golden = path.read_text(encoding="utf-8") if path.is_file() else ""
    told = difference(golden, lab[name].text(), path.name)
    if told:
        pytest.fail(f"If this is meant: {REWRITE}\n{told}", pytrace=False)


def difference(golden: str, now: str, name: str) -> str:
    """A unified diff; empty where both are the same."""
    lines = (text.splitlines(keepends=True) for text in (golden, now))
    before, after = lines
    return "".join(difflib.unified_diff(before, after, f"golden/{name}", "the template now"))


def test_a_difference_is_told_line_by_line() -> None:
    assert difference("FROM a\nUSER 1\n", "FROM a\nUSER 2\n", "plain.Dockerfile") == (
        "--- golden/plain.Dockerfile\n+++ the template now\n"
        "@@ -1,2 +1,2 @@\n FROM a\n-USER 1\n+USER 2\n"
    )
    assert difference("FROM a\n", "FROM a\n", "plain.Dockerfile") == ""


def test_there_is_no_golden_file_without_a_variant() -> None:
    names = {file_name(variant.name) for variant in VARIANTS}
    assert len(names) == len(VARIANTS)
    assert {path.name for path in GOLDEN.glob("*.Dockerfile")} == names


def test_the_command_that_rewrites_them_is_the_documented_one(tmp_path: Path) -> None:
    assert f"\n{REWRITE}\n" in (GOLDEN / "README.md").read_text()
    *words, folder = shlex.split(REWRITE)[1:]
    assert ROOT / folder == GOLDEN
    answer = workbench(*words, tmp_path / "new")
    assert answer.returncode == 0, answer.stderr
    assert answer.stderr == f"wrote {len(VARIANTS)} files into {tmp_path / 'new'}\n"
    for path in GOLDEN.glob("*.Dockerfile"):
        assert (tmp_path / "new" / path.name).read_bytes() == path.read_bytes()


def test_each_golden_dockerfile_shows_what_its_variant_is_about(lab: TemplateLab) -> None:
    same = {row.name for row in lab if row is not lab["plain"] and not lab.from_plain(row)}
    assert same == {"lang", "empty extra", "no system packages"}
    for name in ("gomod", "gomod in golang", "gomod in wrapper_properties"):
        assert lab[name].dockerfile == lab["gomod"].dockerfile
    assert lab.ok, lab
    assert not lab.findings, lab
