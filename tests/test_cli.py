from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from tests.command_line import WORKBENCH, workbench
from tests.support import ROOT
from workbench.cli import app

VERBS = (
    "doctor", "demo", "new job", "new plugin", "lab", "goto", "reset", "rehearse", "render", "lint",
    "bundle", "run", "call", "compare", "check", "faults", "racetrack", "clean", "notebooks",
    "prefetch",
)  # fmt: skip

# What makes a start slow: none of it is needed to print a help page.
HEAVY = ("IPython", "docker", "jinja2", "pydantic", "racetrack_client", "requests", "rich.console")


def help_of(verb: str) -> str:
    result = CliRunner().invoke(app, [*verb.split(), "--help"])
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help_with_an_example_that_can_be_typed(verb: str) -> None:
    page = help_of(verb)
    assert "\x1b" not in page
    examples = [line.strip() for line in page.splitlines() if line.startswith("    workbench ")]
    assert examples
    for example in examples:
        command, *rest = shlex.split(example)
        assert command == "workbench"
        assert rest[: len(verb.split())] == verb.split()
        parse(rest)


def parse(words: list[str]) -> None:
    """Let typer parse the words down to the verb, without running it."""
    command = typer.main.get_command(app)
    context = None
    while isinstance(command, typer.core.TyperGroup):
        context = command.make_context(words[0], words[:0], parent=context, resilient_parsing=True)
        _, found, _ = command.resolve_command(context, words)
        assert found is not None
        command, words = found, words[1:]
    command.make_context("verb", words, parent=context)


def test_the_help_page_names_every_verb_and_cuts_no_line() -> None:
    page = help_of("")
    listed = re.findall(r"^  ([a-z]+)  ", page, flags=re.MULTILINE)
    assert sorted(listed) == sorted({verb.split()[0] for verb in VERBS})
    assert "..." not in page.split("Commands:")[1]


def test_a_help_page_loads_nothing_heavy() -> None:
    code = f"import sys, workbench.cli; print([m for m in {HEAVY!r} if m in sys.modules])"
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert answer.stdout == "[]\n"


def test_version() -> None:
    answer = workbench("--version")
    assert (answer.returncode, answer.stderr) == (0, "")
    assert re.fullmatch(r"\d+\.\d+\.\d+\n", answer.stdout)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("nonsense",), "No such command 'nonsense'"),
        (("run",), "Missing argument 'JOB_DIR'"),
        (("run", ".", "--port", "seven"), "Invalid value for '--port'"),
        (("run", ".", "--port", "0"), "Invalid value for '--port'"),
        (("render", "--colour", "."), "No such option: --colour"),
        (("run", "sample-golang-function", "--engine", "nosuch"), "There is no engine 'nosuch'."),
        (("demo", "--engine", "nosuch"), "There is no engine 'nosuch'."),
        (("call", "nosuch", "{}"), "error: 'nosuch' is neither a folder nor an address."),
        (("faults",), "There has to be one thing to judge."),
        (("faults", ".", "--only", "F99"), "There is no fault F99."),
        (("faults", ".", "--json", "--markdown"), "One form at a time."),
        (("goto",), "Missing argument 'STEP'"),
        (("goto", "99"), "The tutorial has no step '99'."),
        (("reset", "99"), "The tutorial has no step '99'."),
        (("reset", "3", "nosuch.go"), "03-wrapper has no file 'nosuch.go'."),
        (("rehearse", "nosuch.ipynb"), "There is no notebook nosuch.ipynb."),
        (("notebooks",), "Say what to do with the notebooks."),
        (("notebooks", "--check", "--fix"), "Say what to do with the notebooks."),
        (("notebooks", "--check", "nosuch.ipynb"), "There is no notebook nosuch.ipynb."),
    ],
)
def test_bad_usage_ends_with_2_and_says_what_was_wrong(words: tuple[str, ...], says: str) -> None:
    answer = workbench(*words)
    assert answer.returncode == 2
    assert says in answer.stderr
    assert answer.stdout == ""
    assert "Traceback" not in answer.stderr


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "error: The input is not JSON: line 1, column 1: Expecting value."),
        ('{"numbers": [40, }', 'line 1, column 18: Expecting value.\n  {"numbers": [40, }\n'),
        ('{\n  "numbers": 40,,\n}', "line 2, column 17: "),
        ("[40, 2]", "error: The input is JSON, but no object."),
        ('{"n": NaN}', "line 1, column 7: JSON has no NaN"),
    ],
)
def test_call_refuses_what_is_no_json_object(text: str, says: str) -> None:
    answer = workbench("call", "http://127.0.0.1:9", text)
    assert answer.returncode == 2
    assert says in answer.stderr


def test_the_mark_stands_below_the_mistake() -> None:
    answer = workbench("call", "http://127.0.0.1:9", '{"a": 1,}')
    line, mark = answer.stderr.splitlines()[1:3]
    assert line[mark.index("^")] == "}"


def test_an_error_is_told_in_words_and_ends_with_1(tmp_path: Path) -> None:
    answer = workbench("render", tmp_path)
    assert answer.returncode == 1
    assert answer.stderr.startswith("error: ")
    assert str(tmp_path) in answer.stderr
    assert "Remedy: " in answer.stderr
    assert (answer.stdout, "Traceback" in answer.stderr) == ("", False)


def test_render_prints_the_dockerfile_alone() -> None:
    answer = workbench("render", "sample-golang-function")
    assert (answer.returncode, answer.stderr) == (0, "")
    assert "FROM ghcr.io/theracetrack/racetrack/job-base/golang:0.0.0" in answer.stdout
    assert "JOB_NAME" in answer.stdout


def test_lint_has_nothing_to_say_about_the_finished_plugin() -> None:
    answer = workbench("lint", "golang-job-type")
    assert (answer.returncode, answer.stdout) == (0, "")
    assert answer.stderr == "golang-job-type: nothing found\n"


def test_lint_tells_what_is_wrong(broken_plugin: Path) -> None:
    answer = workbench("lint", broken_plugin)
    assert answer.returncode == 1
    assert "go_wrapper/go.sum:1: error:" in answer.stdout
    assert "Remedy: " in answer.stdout
    assert answer.stderr == f"{broken_plugin}: 1 error\n"


def test_lint_gives_json(broken_plugin: Path) -> None:
    answer = workbench("lint", broken_plugin, "--json")
    assert answer.returncode == 1
    (finding,) = json.loads(answer.stdout)
    assert finding["where"] == "go_wrapper/go.sum:1"
    assert set(finding) == {"id", "level", "where", "what", "remedy"}


def test_the_current_folder_is_the_plugin_if_it_holds_one(broken_plugin: Path) -> None:
    assert workbench("lint", cwd=broken_plugin).returncode == 1
    assert workbench("lint", cwd=broken_plugin.parent).returncode == 0


def test_which_folder_is_looked_at_is_said_where_none_was_named(
    broken_plugin: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = workbench("lint", cwd=broken_plugin)
    assert here.stderr.startswith(f"Looking at {broken_plugin}, the current folder.\n")
    monkeypatch.setenv("WORKBENCH_PLAYGROUND", str(tmp_path / "mine"))
    looked = f"Looking at {ROOT / 'golang-job-type'}, the finished plugin.\n"
    assert workbench("lint", cwd=tmp_path).stderr.startswith(looked)
    own = tmp_path / "mine" / "golang-job-type"
    own.mkdir(parents=True)
    told = workbench("lint", cwd=tmp_path).stderr
    assert told.startswith(f"{looked}For the one that you write, name it: {own}\n")
    assert "Looking at" not in workbench("lint", own).stderr


@pytest.fixture
def broken_plugin(tmp_path: Path) -> Path:
    plugin = tmp_path / "broken"
    assert workbench("new", "plugin", plugin).returncode == 0
    (plugin / "go_wrapper" / "go.sum").write_text("one two three four\n")
    return plugin


def test_bundle_says_what_went_in_and_what_was_left_out(tmp_path: Path) -> None:
    answer = workbench("bundle", "golang-job-type", "--out", tmp_path, "--plugin-version", "1.2.3")
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout == f"{tmp_path / 'golang-job-type-1.2.3.zip'}\n"
    assert (tmp_path / "golang-job-type-1.2.3.zip").is_file()
    assert "  go_wrapper/main.go\n" in answer.stderr
    assert re.search(r"^  go_wrapper/Makefile.*Makefile", answer.stderr, flags=re.MULTILINE)


def test_bundle_needs_a_folder_for_its_zip(tmp_path: Path) -> None:
    answer = workbench("bundle", "golang-job-type", "--out", tmp_path / "nosuch")
    assert answer.returncode == 1
    assert "there is no such folder to write the bundle to" in answer.stderr
    (tmp_path / "file").touch()
    answer = workbench("bundle", "golang-job-type", "--out", tmp_path / "file")
    assert answer.returncode == 1
    assert "is a file, not a folder to write the bundle to" in answer.stderr


def test_a_reader_that_has_seen_enough_is_no_error() -> None:
    line = f"{shlex.quote(str(WORKBENCH))} render sample-golang-function | head -n 1"
    answer = subprocess.run(
        ["sh", "-c", line], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert len(answer.stdout.splitlines()) == 1
    assert answer.stderr == ""


def one_cell(source: str, execution_count: int | None = None) -> str:
    cell: dict[str, object] = {
        "cell_type": "code",
        "id": "one",
        "metadata": {},
        "source": source,
        "outputs": [],
        "execution_count": execution_count,
    }
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def test_notebooks_are_checked_and_mended(tmp_path: Path) -> None:
    notebook = tmp_path / "one.ipynb"
    notebook.write_text(one_cell("1 + 1", execution_count=7))
    checked = workbench("notebooks", "--check", notebook)
    assert checked.returncode == 1
    assert "one: execution_count is 7" in checked.stdout
    mended = workbench("notebooks", "--fix", notebook)
    assert mended.returncode == 0
    assert "execution_count is 7" in mended.stderr
    again = workbench("notebooks", "--check", notebook)
    assert (again.returncode, again.stdout) == (0, "")


def test_cells_that_write_files_are_rewritten_from_the_finished_ones(tmp_path: Path) -> None:
    notebook = tmp_path / "one.ipynb"
    notebook.write_text(one_cell("%%wbfile golang-job-type/.racetrackignore\nold"))
    workbench("notebooks", "--fix", notebook)
    differs = "one: differs from golang-job-type/.racetrackignore, first on line 1"
    checked = workbench("notebooks", "--check", notebook)
    assert (checked.returncode, differs in checked.stdout) == (1, True)
    synced = workbench("notebooks", "--sync", notebook)
    assert (synced.returncode, differs in synced.stderr) == (0, True)
    assert workbench("notebooks", "--check", notebook).returncode == 0


def test_a_notebook_that_does_not_run_is_named(tmp_path: Path) -> None:
    notebook = tmp_path / "one.ipynb"
    notebook.write_text(one_cell("1 / 0"))
    answer = workbench("notebooks", "--run", notebook)
    assert answer.returncode == 1
    assert "error: one.ipynb: one: ZeroDivisionError: division by zero" in answer.stderr
