"""environment.yml asks for what pyproject.toml asks for, and Binder's for the same."""

from __future__ import annotations

import tomllib
from typing import Any

import yaml
from packaging.requirements import Requirement
from packaging.version import Version

from tests.support import ROOT
from workbench.settings import GO_VERSION

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
CONDA = yaml.safe_load((ROOT / "environment.yml").read_text())
BINDER = yaml.safe_load((ROOT / ".binder" / "environment.yml").read_text())

CONDA_NAMES = {"docker": "docker-py"}
BY_PIP = {"racetrack-client", "swagger-ui-bundle"}
ON_A_HUB = {"jupyter-server-proxy"}  # by which a browser reaches the pages of a running job
NO_PACKAGES_OF_OURS = {"go-nocgo", "pip", "python"}


def _conda_lines(file: dict[str, Any] = CONDA) -> dict[str, str]:
    """The version that each conda package is asked in, such as `>=7.1`, by name."""
    lines = [entry for entry in file["dependencies"] if isinstance(entry, str)]
    cuts = [next((at for at, sign in enumerate(ln) if sign in "<>="), len(ln)) for ln in lines]
    return {line[:cut]: line[cut:] for line, cut in zip(lines, cuts, strict=True)}


def test_the_packages_and_their_lower_bounds_are_the_same() -> None:
    asked = {
        CONDA_NAMES.get(need.name, need.name): str(need.specifier)
        for need in map(Requirement, PROJECT["dependencies"])
        if need.name not in BY_PIP
    }
    conda = {name: what for name, what in _conda_lines().items() if name not in NO_PACKAGES_OF_OURS}
    assert conda == asked


def test_what_pip_brings_is_asked_for_by_the_package() -> None:
    assert {Requirement(line).name for line in PROJECT["dependencies"]} >= BY_PIP


def test_the_package_itself_comes_by_pip() -> None:
    assert CONDA["dependencies"][-1] == {"pip": ["-e .[check]"]}


def test_python_and_go_are_new_enough() -> None:
    lines = _conda_lines()
    python = lines["python"].removeprefix("=")
    assert Requirement(f"python{PROJECT['requires-python']}").specifier.contains(Version(python))
    assert lines["go-nocgo"] == f"={GO_VERSION}"


def test_binder_installs_the_same_and_what_a_hub_needs() -> None:
    """The package comes by `postBuild` there: `-e .` would mean the folder of that file."""
    lines = _conda_lines(BINDER)
    assert set(lines) >= ON_A_HUB
    assert {name: what for name, what in lines.items() if name not in ON_A_HUB} == _conda_lines()
    assert BINDER["channels"] == CONDA["channels"]
    post_build = (ROOT / ".binder" / "postBuild").read_text()
    assert "pip install --no-cache-dir -e '.[check]'" in post_build
