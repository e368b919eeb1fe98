from __future__ import annotations

import html
import re
from pathlib import Path

import pytest

from tests.support import ROOT
from workbench.authoring import show, write_file
from workbench.authoring.go_source import declarations
from workbench.errors import UsageError

SERVER = "golang-job-type/go_wrapper/server.go"

GO = """\
package a

import "fmt"

// Both lines
// belong to it.
type pair[K any] struct {
	first K
}

// not this one

func (p *pair[K]) text(a, b int) string { return "}" }

func (other) text() {
	_ = `
func inString() {
}
`
	/*
}
func inComment() {}
	*/
	fmt.Println('{', "{", "\\"{") // {
loop:
	for {
		break loop
	}
}

func plain[T any](
	a T,
) (T, error) {
	return a, nil
}

const one, two = 1,
	2

var text = `a
b

func inConst() {}
c`

const (
	red  = iota // first
	blue = func() int {
		inner = 1
	}
	green, grey
)

type short = int
"""

EXTENTS = {
    "import": (3, 3),
    "pair": (5, 9),
    "pair.text": (13, 13),
    "other.text": (15, 29),
    "plain": (31, 35),
    "one": (37, 38),
    "two": (37, 38),
    "text": (40, 44),
    "blue": (46, 52),
    "green": (46, 52),
    "grey": (46, 52),
    "short": (54, 54),
}


@pytest.mark.parametrize(("name", "extent"), EXTENTS.items(), ids=EXTENTS)
def test_a_go_declaration_is_found_by_its_name(
    playground: Path, name: str, extent: tuple[int, int]
) -> None:
    del playground
    write_file("a.go", GO)
    quote = show("a.go", name)
    assert (quote.first, quote.last) == extent
    assert quote.text == "\n".join(GO.split("\n")[extent[0] - 1 : extent[1]])


@pytest.mark.parametrize("name", ["inString", "inComment", "inConst", "inner", "loop", "a"])
def test_what_declares_nothing_is_not_found(playground: Path, name: str) -> None:
    del playground
    write_file("a.go", GO)
    with pytest.raises(UsageError, match=f"a.go has no '{name}'") as caught:
        show("a.go", name)
    assert "there are: import, pair, pair.text, other.text, plain, one" in str(caught.value)


def test_a_name_of_two_methods_is_asked_for_in_full(playground: Path) -> None:
    del playground
    write_file("a.go", "package a\n\nfunc (a A) go_() {}\n\nfunc (b *B) go_() {}\n")
    with pytest.raises(UsageError, match=r"a\.go has 'go_' 2 times") as caught:
        show("a.go", "go_")
    assert "name one of them: A.go_, B.go_;" in str(caught.value)


def test_a_mistake_in_a_go_file_hides_no_more_than_its_own_part(playground: Path) -> None:
    del playground
    write_file(
        "a.go", "package a\n\nfunc one() {\n\tif (\n}\n\nfunc two() {\n\nfunc three() {\n}\n"
    )
    assert (show("a.go", "one").first, show("a.go", "one").last) == (3, 5)
    assert show("a.go", "three").text == "func three() {\n}"


def test_every_go_file_of_ours_is_read_whole() -> None:
    files = sorted((ROOT / "golang-job-type").rglob("*.go"))
    assert len(files) > 20
    for file in files:
        lines = file.read_text().removesuffix("\n").split("\n")
        covered = set()
        for one in declarations("\n".join(lines)):
            assert one.names, f"{file}:{one.first}"
            covered |= set(range(one.first, one.last + 1))
        rest = [
            line
            for number, line in enumerate(lines, start=1)
            if number not in covered and line and not line.startswith(("//", "package "))
        ]
        assert rest == [], file


def test_the_playgrounds_own_file_comes_first(playground: Path) -> None:
    finished = show(SERVER, "service.newRouter")
    assert finished.source == "finished"
    assert finished.text.startswith("// newRouter makes")
    assert show(SERVER, "newRouter").text == finished.text
    write_file(SERVER, "package mine\n")
    mine = show(SERVER)
    assert (mine.source, mine.text, mine.first, mine.last) == ("playground", "package mine", 1, 1)
    assert str(mine) == f"{SERVER}, line 1, from your playground:\n1  package mine"
    assert str(playground) not in str(mine) + mine._repr_html_()


def test_lines_are_quoted_by_their_numbers() -> None:
    lines = (ROOT / SERVER).read_text().split("\n")
    assert show(SERVER, "10-12").text == "\n".join(lines[9:12])
    assert str(show(SERVER, "1")) == (
        f"{SERVER}, line 1, from the finished project:\n1  package main"
    )
    assert show(SERVER).last == len(lines) - 1


@pytest.mark.parametrize("region", ["0-3", "3-2", "5-9999", "9999"])
def test_lines_that_are_not_there_are_told(region: str) -> None:
    with pytest.raises(UsageError, match=rf"server.go has no lines {region}: it has \d+"):
        show(SERVER, region)


PYTHON = "a = 1\n\n# above\n@tag\ndef f(\n    x,\n):\n    y = 1\n\n    return y\n\nb = 2\n"
YAML = "name: a\nlist:\n- one\n- two\nmap:\n  # inside\n  key: 1\n\n  other: 2\nlast: 3\n"
DOCKER = "FROM a\n\n# why\nRUN one \\\n && two\nENV A=1\n\nRUN three\n"

MARKED = {
    "python": ("a.py", PYTHON, "def f", (3, 10)),
    "python-line": ("a.py", PYTHON, "b =", (12, 12)),
    "yaml-list": ("a.yaml", YAML, "list:", (2, 4)),
    "yaml-map": ("a.yaml", YAML, "map:", (5, 9)),
    "yaml-key": ("a.yaml", YAML, "key", (6, 7)),
    "yaml-value": ("a.yaml", YAML, "last", (10, 10)),
    "docker": ("Dockerfile", DOCKER, "RUN one", (3, 6)),
    "docker-end": ("a.Dockerfile", DOCKER, "three", (8, 8)),
}


@pytest.mark.parametrize(("name", "text", "marker", "extent"), MARKED.values(), ids=MARKED)
def test_other_files_are_quoted_from_a_text_in_them(
    playground: Path, name: str, text: str, marker: str, extent: tuple[int, int]
) -> None:
    del playground
    write_file(name, text)
    quote = show(name, marker)
    assert (quote.first, quote.last) == extent


@pytest.mark.parametrize(
    ("name", "text", "region", "message", "remedy"),
    [
        ("a.py", PYTHON, "zzz", "a.py has 'zzz' on no line", "there are: `def f`; or"),
        ("a.yaml", YAML, "key: 2", "on no line", "`name:`, `list:`, `map:`, `last:`; or"),
        ("Dockerfile", DOCKER, "RUN", "on several lines: 4, 8", "`FROM a`, `RUN one`, `ENV A=1`"),
        ("a.txt", "a\n", "zzz", "on no line", "name a text that stands on one line, or"),
    ],
)
def test_what_cannot_be_found_is_told_with_what_there_is(
    playground: Path, name: str, text: str, region: str, message: str, remedy: str
) -> None:
    del playground
    write_file(name, text)
    with pytest.raises(UsageError, match=message) as caught:
        show(name, region)
    assert remedy in str(caught.value)


def test_a_file_that_is_not_there_is_told_with_what_may_be_meant(playground: Path) -> None:
    with pytest.raises(UsageError, match=r"There is no .*/serve\.go") as one:
        show("golang-job-type/go_wrapper/serve.go")
    assert f"there are: {SERVER}," in str(one.value)
    with pytest.raises(UsageError, match="handler is a folder: name one file") as folder:
        show("golang-job-type/go_wrapper/handler")
    assert "handler/perform.go" in str(folder.value)
    with pytest.raises(UsageError, match="There is no zzz"):
        show("zzz")
    with pytest.raises(UsageError, match="leads out of the playground"):
        show("../../etc/passwd")
    assert not playground.exists()


def test_what_is_no_text_is_told(playground: Path) -> None:
    playground.mkdir()
    (playground / "a.bin").write_bytes(b"\xff\xfe")
    (playground / "b.txt").write_bytes(b"a" * 1_000_001)
    with pytest.raises(UsageError, match="is no text in UTF-8"):
        show("a.bin")
    with pytest.raises(UsageError, match="too large to be shown: 1000001 bytes"):
        show("b.txt")


def test_colours_change_no_character_and_set_no_background() -> None:
    for name in (SERVER, "golang-job-type/plugin.py", "golang-job-type/job-template.Dockerfile",
                 "golang-job-type/go_wrapper/Makefile", "sample-golang-function/job.yaml",
                 "golang-job-type/go_wrapper/go.mod"):  # fmt: skip
        quote = show(name)
        page = quote._repr_html_()
        assert "background" not in page
        assert "<style" not in page
        code = page.partition("<pre")[2].partition(">")[2].removesuffix("</pre>")
        numbers = r'<span style="[^"]*user-select:none">([ \d]{3}|[ \d]{7}) </span>'
        plain = html.unescape(re.sub(rf"{numbers}|</?span[^>]*>", "", code))
        assert plain == f"{quote.text}\n"
        assert "var(--jp-mirror-editor" in page or name.endswith("go.mod")


def test_a_line_that_is_too_wide_goes_on_below_itself_and_further_in(playground: Path) -> None:
    playground.mkdir()
    (playground / "a.go").write_bytes(b"package a\n\t\tx()\r      y()\n")
    page = show("a.go")._repr_html_()
    assert "white-space:pre-wrap;word-break:normal;overflow-wrap:anywhere" in page
    assert "tabindex" not in page, "nothing scrolls, so nothing has to be reached"
    hanging = re.findall(r"display:block;padding-left:(\d+)ch;text-indent:-(\d+)ch", page)
    assert hanging == [("12", "12"), ("20", "20"), ("16", "16")]
