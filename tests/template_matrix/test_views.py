"""How the lab is shown: in a terminal of any width, and in a notebook."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.template_matrix.plugins import GOOD, images, plugin
from workbench.template_matrix.diff import DockerfileDiff
from workbench.template_matrix.lab import TemplateLab, template_lab


@pytest.fixture(scope="module")
def lab() -> TemplateLab:
    return template_lab()


@pytest.fixture
def faulty(tmp_path: Path) -> TemplateLab:
    text = GOOD.replace("USER 1000\n", "").replace("alpine:3.22", "alpine")
    return template_lab(plugin(tmp_path / "plugin", images("job.Dockerfile"), job=text))


@pytest.mark.parametrize("width", [80, 100, 200])
def test_no_line_is_wider_than_the_terminal(width: int, lab: TemplateLab) -> None:
    assert max(map(len, lab.to_text(width=width).splitlines())) <= width


def test_in_a_narrow_terminal_words_get_lines_of_their_own(lab: TemplateLab) -> None:
    lines = lab.to_text(width=60).splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("✓  lang"))
    assert lines[at].endswith("  the same")
    assert lines[at + 1] == "    lang instead of jobtype, its older name"


def test_a_line_says_what_differs_and_what_the_manifest_has(lab: TemplateLab) -> None:
    head, columns, *rows = lab.to_text(width=160).splitlines()
    assert head == "golang-job-type 0.0.0: job-template.Dockerfile"
    assert columns.split("  ")[1].strip() == "variant"
    assert re.match(r"✓  build variables +\d+ lines, \d stages +\+1 +build_env with one", rows[8])
    assert re.match(r"✓  lang .* the same +lang instead of jobtype", rows[1])
    assert rows[-1] == "✓ 13 variants render; nothing found"


def test_a_finding_is_told_once_and_errors_come_first(faulty: TemplateLab) -> None:
    text = str(faulty)
    assert text.count("L46") == text.count("L43") == text.count("L32") == 1
    assert text.index("error L32") < text.index("warning L43")
    assert "In: every variant" in text
    assert "In: odd values" in text
    assert "\n!  plain " in text
    assert "\n✗  odd values " in text
    assert text.endswith("✗ 13 variants render; 1 error, 2 warnings")


def test_one_variant_shows_its_dockerfile_with_the_numbers_of_its_lines(
    faulty: TemplateLab,
) -> None:
    text = str(faulty["odd values"])
    assert text.startswith("✗ odd values: build_env with quotes")
    assert "\n  1  FROM alpine\n  2  LABEL" in text
    assert "error L32 job.Dockerfile:3" in text
    page = faulty["odd values"]._repr_html_()
    assert "✗ 1 error, 2 warnings" in page
    assert "job.Dockerfile:3" in page


def test_the_page_has_a_row_for_each_variant_and_each_diff_once(lab: TemplateLab) -> None:
    page = lab._repr_html_()
    assert page.count("<tr") == 1 + len(lab)
    assert page.count(">the same<") == 3
    assert "against plain" in page
    size = lab.diff("plain", "gomod").summary
    names = "gomod, gomod in golang, gomod in wrapper_properties"
    assert f"<summary>plain → {names}: {size}</summary>" in page
    differ = {row.dockerfile for row in lab} - {lab["plain"].dockerfile}
    assert page.count("<details>") == len(differ)


def test_what_a_template_says_is_text_and_no_formula(tmp_path: Path) -> None:
    text = GOOD.replace("USER", "# <script>$x$</script>\nUSER")
    lab = template_lab(plugin(tmp_path / "plugin", images("job.Dockerfile"), job=text))
    for page in (lab["plain"]._repr_html_(), lab._repr_html_()):
        assert "<script>" not in page
        assert "mathjax_ignore" in page


def test_a_diff_is_coloured_and_escaped() -> None:
    diff = DockerfileDiff.between("one", "FROM a\nRUN <x>\n", "two", "FROM a\nRUN <y>\nUSER 1\n")
    page = diff._repr_html_()
    assert "<b>one</b> → <b>two</b>: +2 -1" in page
    assert re.search(r'<span style="color:[^"]+">\+RUN &lt;y&gt;</span>', page)
    assert "mathjax_ignore" in page
    assert repr(diff) == "<DockerfileDiff one -> two: +2 -1>"
    same = DockerfileDiff.between("one", "FROM a", "two", "FROM a")
    assert "the same" in same._repr_html_()
    assert "<pre" not in same._repr_html_()


def test_only_a_newline_ends_a_line() -> None:
    diff = DockerfileDiff.between("one", "ENV A=\u2028b", "two", "ENV A=\u2028c")
    assert diff.lines[-2:] == ("-ENV A=\u2028b", "+ENV A=\u2028c")
