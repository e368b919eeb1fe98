"""One place names the Go version, workbench/settings.py, and one the Python: all others agree."""

from __future__ import annotations

import re
import tomllib

import pytest

from tests.support import ROOT, tracked_files
from workbench.settings import GO_VERSION

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PYTHON = PROJECT["project"]["requires-python"].removeprefix(">=")

GO_PLACES = [
    r"\bgolang:(1\.\d+)",  # an image's tag; `golang:0.0.0` is the job type
    r"\bgo-bin\s*[=~>]=\s*(\d+\.\d+)",
    r"\bgo-nocgo\s*[=~>]=?\s*(\d+\.\d+)",
    r"^go (\d+\.\d+)(?:\.\d+)?$",  # a line of go.mod
    r"\bGo (\d+\.\d+) or newer",
]
PYTHON_PLACES = [
    r"\bpy(3\d+)\b",
    r"\bPython (\d+\.\d+) or newer",
    r"requires-python = \">=(\d+\.\d+)",
    r"sys\.version_info < \((\d+, \d+)\)",
]
# Cases and tests name other versions on purpose, as stories about the past do.
OTHER_VERSIONS = re.compile(r"tests/|CHANGELOG\.md|.*/testdata/|.*_test\.go$")
# Notebooks tell what the published tutorial has.
PUBLISHED_GO = "1.16"


def _named(places: list[str]) -> list[tuple[str, str]]:
    """Every version that one of the patterns finds in a tracked file: path and version."""
    return [
        (str(path.relative_to(ROOT)), version)
        for path in tracked_files()
        if not OTHER_VERSIONS.match(str(path.relative_to(ROOT)))
        for place in places
        for version in re.findall(place, path.read_text(errors="replace"), flags=re.MULTILINE)
    ]


def test_every_place_names_the_same_go() -> None:
    others = [place for place in _named(GO_PLACES) if place[1] != GO_VERSION]
    told = [(path, version) for path, version in others if path.startswith("notebooks/")]
    assert {version for _, version in told} <= {PUBLISHED_GO}
    assert [place for place in others if place not in told] == []


@pytest.mark.parametrize(
    "path",
    [
        "environment.yml",
        "golang-job-type/base.Dockerfile",
        "golang-job-type/go_wrapper/go.mod",
        "golang-job-type/go_wrapper/handler/go.mod",
        "golang-job-type/go_wrapper/typical/go.mod",
        "pyproject.toml",
        "sample-golang-function/go.mod",
    ],
)
def test_the_places_that_must_name_go_do(path: str) -> None:
    assert (path, GO_VERSION) in _named(GO_PLACES)


def test_every_place_names_the_same_python() -> None:
    spellings = {PYTHON, PYTHON.replace(".", ""), PYTHON.replace(".", ", ")}
    named = _named(PYTHON_PLACES)
    assert [place for place in named if place[1] not in spellings] == []
    assert {path for path, _ in named} >= {".ci/run", "pyproject.toml"}
