"""`workbench render --matrix`: what goes to stdout, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.command_line import workbench
from tests.template_matrix.plugins import GOOD, images, plugin


def test_the_finished_plugin_holds() -> None:
    answer = workbench("render", "--matrix")
    assert (answer.returncode, answer.stderr) == (0, "")
    assert answer.stdout.startswith("golang-job-type 0.0.0: job-template.Dockerfile\n")
    assert answer.stdout.endswith("variants render; nothing found\n")


def test_a_job_may_be_named() -> None:
    answer = workbench("render", "sample-golang-function", "--matrix", "--json")
    assert answer.returncode == 0
    assert json.loads(answer.stdout)["variants"][0]["name"] == "as it is"


def test_a_template_that_fails_for_some_ends_with_1_and_the_rest_is_written(
    tmp_path: Path,
) -> None:
    text = GOOD.replace("USER", "{% for one in manifest.build_env %}{% endfor %}USER")
    folder = plugin(tmp_path / "plugin", images("job.Dockerfile"), job=text)
    answer = workbench("render", "--matrix", "--plugin", folder, "--json", "--out", tmp_path / "o")
    assert answer.returncode == 1
    data = json.loads(answer.stdout)
    failed = {one["name"]: one["error_line"] for one in data["variants"] if one["error"]}
    assert failed["plain"] == 4
    assert data["ok"] is False
    written = {path.stem for path in (tmp_path / "o").iterdir()}
    assert written == {"build-variables", "odd-values", "everything"}
    assert answer.stderr == f"wrote 3 files into {tmp_path / 'o'}\n"


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("render",), 2, "There is no job."),
        (("render", "sample-golang-function", "--json"), 2, "--json and --out go with --matrix."),
        (("render", ".", "--out", "x"), 2, "--json and --out go with --matrix."),
        (("render", "--matrix", "golang-job-type"), 2, "name it by --plugin golang-job-type."),
        (("render", "--matrix", "--plugin", "nosuch"), 1, "nosuch does not exist."),
        (("render", "--matrix", "nosuch"), 1, "nosuch does not exist."),
        (("render", "--matrix", "--plugin", "notebooks"), 1, "plugin-manifest.yaml"),
    ],
)
def test_what_cannot_be_done_is_told_in_words(words: tuple[str, ...], code: int, says: str) -> None:
    answer = workbench(*words)
    assert answer.returncode == code
    assert answer.stderr.startswith("error: ")
    assert says in answer.stderr
    assert (answer.stdout, "Traceback" in answer.stderr) == ("", False)
