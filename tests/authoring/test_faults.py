from __future__ import annotations

from pathlib import Path

import pytest

from workbench.authoring import write_file

FAULTS = {
    "go": ("a.go", "package main\n\nvar é, x = 1 2\n", ["3:14: expected ';', found 2"]),
    "go-twice": (
        "a.go",
        "package main\n\nvar x = )\n\nfunc f( {\n",
        ["3:9: expected operand, found ')'", "5:10: expected ';', found 'EOF'"],
    ),
    "python": ("plugin.py", "class Plugin:\n    def f(:\n", ["2:11: invalid syntax"]),
    "python-indent": (
        "plugin.py",
        "def f():\nreturn 1\n",
        ["2:1: expected an indented block after function definition on line 1"],
    ),
    "python-scope": ("plugin.py", "return 1\n", ["1:1: 'return' outside function"]),
    "python-nul": ("plugin.py", "a\0b\n", ["source code string cannot contain null bytes"]),
    "yaml": ("job.yaml", "name: a: b\n", ["1:8: not YAML: mapping values are not allowed here"]),
    "yaml-tab": ("job.yml", "name: a\n\tb: c\n", ["2:1: a tab where YAML wants blanks: indent"]),
    "yaml-list": ("job.yaml", "- a\n", ["1: holds a list where a mapping"]),
    "yaml-twice": ("job.yaml", "a: 1\na: 2\n", ["2: a is given twice, first on line 1"]),
    "yaml-empty": ("job.yaml", "", ["1: is empty: write its keys into it"]),
    "json": ("a.json", '{\n  "a": 1\n  "b": 2\n}\n', ["3:3: Expecting ',' delimiter"]),
    "jinja": (
        "job-template.Dockerfile",
        "FROM a\n{% if a %}\n{% endif %\n",
        ["3: expected token 'end of statement block', got '%': close the tag with %}"],
    ),
    "jinja-end": ("x-template.Dockerfile", "{% if a %}\n", ["1: Unexpected end of template."]),
    "dockerfile": (
        "base.Dockerfile",
        "FORM a\n",
        ["1: FORM is no instruction: did you mean FROM?"],
    ),
    "dockerfile-word": ("base.Dockerfile", "FROM a\nzzz\n", ["2: ZZZ is no instruction"]),
    "heredoc": ("Dockerfile", "FROM a\nRUN <<EOF\nls\n", ["2: the here-document EOF is never"]),
}


@pytest.mark.parametrize(("name", "text", "expected"), FAULTS.values(), ids=FAULTS)
def test_the_file_is_written_and_the_fault_told_with_its_place(
    playground: Path, name: str, text: str, expected: list[str]
) -> None:
    written = write_file(f"golang-job-type/{name}", text)
    assert (playground / "golang-job-type" / name).read_text() == text
    assert not written.ok
    told = [str(fault) for fault in written.faults]
    assert len(told) == len(expected)
    for fault, start in zip(told, expected, strict=True):
        assert fault.startswith(f"golang-job-type/{name}:")
        assert start in fault
    assert str(written) == "\n".join([str(written).split("\n")[0], *told])
    assert str(playground) not in str(written) + written._repr_html_()


def test_a_mark_stands_below_the_column(playground: Path) -> None:
    del playground
    page = write_file("a.go", "package main\n\nfunc f() {\n\tx := <1 2\n}\n")._repr_html_()
    assert "mistake on line 4, column 7</b>" in page
    assert "\tx := &lt;1 2\n\t     ^</pre>" in page


def test_only_the_first_of_many_faults_are_shown(playground: Path) -> None:
    del playground
    lines = "".join(f"key: {number}\n" for number in range(20))
    written = write_file("a.yaml", lines)
    assert len(written.faults) == 19
    assert len(str(written).split("\n")) == 6
    assert written._repr_html_().count("mistake on line") == 5


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.go", "package main\nfunc  f () {}\n"),  # not as gofmt has it, but no mistake
        ("a.py", 'x = "\\d"\n'),  # Python would warn
        ("a.txt", "{% if"),
        ("base.Dockerfile", "FROM a\nRUN echo '{}'\n"),
    ],
)
def test_what_can_be_read_has_no_fault(playground: Path, name: str, text: str) -> None:
    del playground
    assert write_file(name, text).faults == ()


def test_without_go_the_file_is_written(
    playground: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBENCH_GO", str(tmp_path / "none"))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert write_file("a.go", "package {\n").ok
    assert (playground / "a.go").is_file()
