from __future__ import annotations

from pathlib import Path

import pytest

from workbench.authoring import write_file
from workbench.authoring.magic import wbfile
from workbench.errors import UsageError

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
    "yaml-indented": (
        "job.yaml",
        "name: a\n# a remark\n  version: 1\n",
        ["3: this line is indented, though the one above it has a value already: begin it in"],
    ),
    "yaml-no-blank": (
        "job.yaml",
        "name: a\nversion:1\n",
        ["2: no blank after the colon: version:1: write `key: value`"],
    ),
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
    "jinja-end": (
        "another-template.Dockerfile",
        "{% if a %}\n",
        ["1: the block if that opens here has no {% endif %}"],
    ),
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


# A file; what is told of the line in the file and in the cell; a second line that is meant.
IN_CELLS = [
    ("a.go", "package main\n\nfunc f() {\n\tx := <1\n}\n", (4, ", column 7"), None),
    ("a.yaml", "key: 1\nother: 2\nkey: 3\n", (3, ""), 1),
    ("a.py", "x = (\n  1\n]\n", (3, ", column 1"), 1),
]


@pytest.mark.parametrize(("name", "text", "where", "second"), IN_CELLS, ids=["go", "yaml", "py"])
def test_in_a_cell_both_lines_are_told(
    playground: Path, name: str, text: str, where: tuple[int, str], second: int | None
) -> None:
    del playground
    line, column = where
    in_cell = f"line {line} (line {line + 1} of this cell)"
    written = wbfile(name, text)
    page = str(written._repr_html_())
    assert f"mistake on {in_cell}{column}</b>" in page
    assert f" (line {line + 1} of this cell): " in str(written)
    if second:
        assert f"on line {second} (line {second + 1} of this cell)" in str(written)
        assert f"on line {second} (line {second + 1} of this cell)" in page
    assert "of this cell" not in str(write_file(name, text)) + write_file(name, text)._repr_html_()


def test_half_a_character_in_a_cell(playground: Path) -> None:
    del playground
    with pytest.raises(UsageError, match=r"^a\.txt:2 \(line 3 of this cell\): holds "):
        wbfile("a.txt", "a\n\ud800\n")
    with pytest.raises(UsageError, match=r"^a\.txt:2: holds "):
        write_file("a.txt", "a\n\ud800\n")


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
