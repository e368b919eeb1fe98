"""What the README shows is what happens."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tests.command_line import workbench
from tests.support import ROOT
from workbench.cli.app import app
from workbench.conformance.rules import RULES

README = (ROOT / "README.md").read_text()


def block(kind: str) -> str:
    found = re.search(rf"^```{kind}\n(.*?)^```$", README, flags=re.MULTILINE | re.DOTALL)
    assert found
    return found[1]


def test_the_example_prints_what_stands_below_it() -> None:
    done = subprocess.run(
        [sys.executable, "-c", block("python")],
        cwd=ROOT / "notebooks",  # where a notebook's kernel is
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout == block("text")


def test_the_verbs_that_it_names_are_there() -> None:
    named = set(re.findall(r"`workbench ([a-z]+)", README))
    verbs = {command.name for command in app.registered_commands}
    verbs |= {group.name for group in app.registered_groups}
    assert named
    assert named <= verbs


def test_the_way_of_the_experimenter_leads_to_an_answer(tmp_path: Path) -> None:
    (row,) = [line for line in README.splitlines() if line.startswith("| **experimenter**")]
    *makes, runs = re.findall(r"`workbench ([^`]+)`", row)
    assert len(makes) == 2
    for line in makes:
        workbench(*line.split(), cwd=tmp_path).check_returncode()
    verb, *words = runs.split()
    assert verb == "run"
    called = workbench("call", *words[:1], '{"name": "Ada"}', *words[1:], cwd=tmp_path)
    assert called.returncode == 0, called.stderr
    assert "Ada" in called.stdout
    assert (tmp_path / "my-plugin" / "go_wrapper").is_dir()


def test_it_counts_the_rules() -> None:
    assert f"[{len(RULES)} questions](docs/rules.md)" in README
    assert f"{len(RULES)} wrapper rules" in (ROOT / "CHANGELOG.md").read_text()
