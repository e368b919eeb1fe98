"""The form of JavaScript and style sheets, and that the notebooks' extension is a whole one.

Node itself comes with Playwright; what the code does is seen in tests/browser.
"""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from playwright._impl._driver import compute_driver_executable

from tests.support import ROOT, tracked_files

EXTENSION = ROOT / "workbench" / "labconfig" / "labextensions" / "racetrack-workbench"
NODE = compute_driver_executable()[0]

SCRIPTS = [path for path in tracked_files() if path.suffix == ".js"]
SHEETS = [path for path in tracked_files() if path.suffix == ".css"]

# What no formatter is needed for to see; each is told by the line that it stands in.
BAD_FORM = {
    "a tab": r"\t",
    "blanks at the end": r"\s$",
    "more than 100 characters": r"^.{101,}$",
    "an odd indentation": r"^(  )* (?![ *])",
    "single quotes": r"^[^`\"*/]*'[^'\"]*'",
    "var": r"^\s*var ",
    "a loose comparison": r"[^=!]==[^=]|!=[^=]",
}

LANGUAGES = """
import { languageOf } from "./colours.js";
console.log(JSON.stringify(JSON.parse(process.argv[1]).map(languageOf)));
"""


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def is_module(path: Path) -> bool:
    return bool(re.search(r"^(import|export) ", path.read_text(), flags=re.MULTILINE))


@pytest.mark.parametrize("path", SCRIPTS, ids=_name)
def test_node_can_read_it(path: Path) -> None:
    kind = "module" if is_module(path) else "commonjs"
    words = [NODE, f"--input-type={kind}", "--check", "-"]
    read = subprocess.run(
        words, input=path.read_text(), capture_output=True, text=True, check=False
    )
    assert read.returncode == 0, read.stderr


@pytest.mark.parametrize("path", [*SCRIPTS, *SHEETS], ids=_name)
def test_its_form_is_the_one_of_the_house(path: Path) -> None:
    text = path.read_text()
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    rules = BAD_FORM if path.suffix == ".js" else dict(list(BAD_FORM.items())[:4])
    assert [
        f"line {number}: {what}"
        for number, line in enumerate(text.splitlines(), start=1)
        for what, pattern in rules.items()
        if re.search(pattern, line)
    ] == []


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("\tf();", "a tab"),
        ("f(); ", "blanks at the end"),
        ("f(" + "a" * 100 + ");", "more than 100 characters"),
        ("   f();", "an odd indentation"),
        ("f('a');", "single quotes"),
        ("var a;", "var"),
        ("if (a == b) {", "a loose comparison"),
    ],
)
def test_bad_form_is_seen(source: str, what: str) -> None:
    assert [name for name, pattern in BAD_FORM.items() if re.search(pattern, source)] == [what]


def test_jupyterlab_finds_the_entry_and_the_entry_its_files() -> None:
    about = json.loads((EXTENSION / "package.json").read_text())
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert about["name"] == EXTENSION.name
    assert about["version"] == project["version"]
    entry = EXTENSION / about["jupyterlab"]["_build"]["load"]
    files = {path.name for path in entry.parent.iterdir()}
    named = {
        name
        for path in entry.parent.glob("*.js")
        for name in re.findall(r"[\w.]+\.(?:js|css)\b", path.read_text())
    }
    assert files == named | {entry.name}


def test_a_browser_does_not_keep_its_files_for_ever() -> None:
    """Jupyter has browsers keep what is in a folder `static` for a year, as if names had hashes."""
    assert [path for path in EXTENSION.rglob("*") if path.name == "static"] == []


def test_all_of_it_is_part_of_the_wheel() -> None:
    files = [path for path in EXTENSION.rglob("*") if path.is_file()]
    assert len(files) > 5
    assert set(files) <= set(tracked_files()), "what git ignores is left out of the wheel"
    build = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]
    assert "/workbench" in build["targets"]["wheel"]["include"]


@pytest.mark.parametrize(
    ("source", "language"),
    [
        ("%%wbfile a.go", "text/x-go"),
        ("%%wbfile\ta.go\npackage a", "text/x-go"),
        ("%%wbfile a.yml --check", "text/x-yaml"),
        ("%%wbfile 'with blanks/a.yaml'", "text/x-yaml"),
        ("%%wbfile Dockerfile", "text/x-dockerfile"),
        ("%%wbfile job-template.Dockerfile", "text/x-dockerfile"),
        ("%%wbfile NotADockerfile", "text/plain"),
        ("%%wbfile go.mod", "text/plain"),
        ("%%wbfile a.go.txt", "text/plain"),
        ("%%wbfile", None),
        ("%%wbfile\na.go", None),
        ("%%wbfiles a.go", None),
        (" %%wbfile a.go", None),
        ("# first\n%%wbfile a.go", None),
        ("", None),
    ],
)
def test_the_language_of_a_cell(source: str, language: str | None) -> None:
    words = [NODE, "--input-type=module", "-e", LANGUAGES, json.dumps([source])]
    done = subprocess.run(
        words, cwd=EXTENSION / "source", capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == (f"{json.dumps([language])}\n", "")
