"""The folder for Binder, as far as a machine without repo2docker can try it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command_line import workbench
from tests.support import ROOT
from workbench._ports import free_port

BINDER = ROOT / ".binder"
LAB_CONFIG = ROOT / "workbench" / "labconfig"
SCRIPTS = [BINDER / "postBuild", BINDER / "start"]

# Stands in for `python` and `workbench`, which would install and compile: notes down its words.
NOTES = """#!/bin/sh
echo "$(pwd -P): $(basename "$0") $*" >> "$NOTES"
exit {code}
"""


def run(*words: str | Path, **env: str) -> subprocess.CompletedProcess[str]:
    """Run a script from a folder that is not the clone's, as repo2docker may."""
    return subprocess.run(
        words, cwd="/", env={**os.environ, **env}, capture_output=True, text=True, check=False
    )


def test_nothing_else_is_in_the_folder() -> None:
    # A Dockerfile there would take over everything, and a requirements.txt mean nothing.
    assert {path.name for path in BINDER.iterdir()} == {"environment.yml", "postBuild", "start"}


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_a_script_can_be_executed_and_stops_at_the_first_error(script: Path) -> None:
    listing = ["git", "ls-files", "--stage", str(script)]
    mode = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert mode.startswith("100755 ")
    assert os.access(script, os.X_OK)
    lines = script.read_text().splitlines()
    assert lines[0] == "#!/usr/bin/env bash"
    assert "set -euo pipefail" in lines
    checked = run("bash", "-n", script)
    assert (checked.returncode, checked.stderr) == (0, "")


def test_start_ends_as_the_command_that_it_was_given() -> None:
    script = "import json, os, sys; print(json.dumps([os.getpid(), sys.argv[1:]]))"
    child = subprocess.Popen(
        [BINDER / "start", sys.executable, "-c", script, "two words", ""],
        cwd="/", stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    told = json.loads(child.communicate()[0])
    assert told == [child.pid, ["two words", ""]], "signals have to reach the server itself"
    assert run(BINDER / "start", "sh", "-c", "exit 7").returncode == 7


def test_start_puts_our_folder_first_wherever_jupyter_looks() -> None:
    jupyter = [sys.executable, "-m", "jupyter", "--paths", "--json"]
    paths = json.loads(run(BINDER / "start", *jupyter).stdout)
    assert paths["config"][0] == paths["data"][0] == str(LAB_CONFIG)
    given = {"JUPYTER_PATH": "/their/data", "JUPYTER_CONFIG_PATH": "/their/config"}
    paths = json.loads(run(BINDER / "start", *jupyter, **given).stdout)
    assert paths["data"][:2] == [str(LAB_CONFIG), "/their/data"]
    assert paths["config"][:2] == [str(LAB_CONFIG), "/their/config"]


def test_the_extension_is_found_and_the_address_of_the_hub_wins() -> None:
    lab = [sys.executable, "-m", "jupyter", "lab", "--allow-root", "--ip=0.0.0.0", "--show-config"]
    lab.append(f"--port={free_port()}")  # it looks whether its port is free, though it listens not
    shown = run(BINDER / "start", *lab)
    assert shown.returncode == 0, shown.stderr
    told = shown.stdout + shown.stderr
    assert ".ip = '0.0.0.0'" in told
    assert "/lab/workspaces/racetrack/tree/notebooks/00-start-here.ipynb" in told
    listed = run(BINDER / "start", sys.executable, "-m", "jupyter", "labextension", "list")
    lines = (listed.stdout + listed.stderr).splitlines()
    (ours,) = [line for line in lines if "racetrack-workbench" in line]
    assert "enabled" in ours
    assert "OK" in ours


def test_start_does_not_go_on_without_the_folder(tmp_path: Path) -> None:
    copied = shutil.copy(BINDER / "start", tmp_path / "start")
    answer = run(copied, "echo", "went on")
    assert answer.returncode != 0
    assert answer.stdout == ""


@pytest.mark.parametrize("fails", ["", "python", "workbench"])
def test_post_build_installs_and_fetches_ahead_at_the_top_of_the_clone(
    tmp_path: Path, fails: str
) -> None:
    notes = tmp_path / "notes"
    for name in ("python", "workbench"):
        (tmp_path / name).write_text(NOTES.format(code=int(name == fails)))
        (tmp_path / name).chmod(0o755)
    path = os.pathsep.join([str(tmp_path), os.environ["PATH"]])
    ended = run(BINDER / "postBuild", PATH=path, NOTES=str(notes))
    did = [
        f"{ROOT.resolve()}: python -m pip install --no-cache-dir -e .[check]",
        f"{ROOT.resolve()}: workbench prefetch",
    ]
    assert notes.read_text().splitlines() == (did[:1] if fails == "python" else did)
    assert ended.returncode == int(bool(fails))


def test_the_commands_of_post_build_are_there() -> None:
    assert workbench("prefetch", "--help").returncode == 0
    options = run(sys.executable, "-m", "pip", "install", "--help").stdout
    assert "--no-cache-dir" in run(sys.executable, "-m", "pip", "--help").stdout + options
    assert "-e, --editable" in options
