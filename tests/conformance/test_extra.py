"""What the two packages of the extra do, and what is said where they are missing."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from tests.support import ROOT
from workbench.conformance.extra import metric_samples, openapi_problem

HIDDEN = ("openapi_spec_validator", "prometheus_client")
CHECK = "import workbench; workbench.check('http://127.0.0.1:1')"


def without(*hidden: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run `wb.check` by a Python that has all installed packages but those."""
    for entry in Path(sysconfig.get_paths()["purelib"]).iterdir():
        if not entry.name.startswith(hidden):
            folder.joinpath(entry.name).symlink_to(entry)
    return subprocess.run(
        [sys.executable, "-S", "-c", CHECK],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), str(ROOT)])},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("hidden", "named"),
    [
        (HIDDEN[:1], "openapi-spec-validator,"),
        (HIDDEN[1:], "prometheus-client,"),
        (HIDDEN, "openapi-spec-validator and prometheus-client,"),
    ],
)
def test_what_is_missing_is_named_with_the_command_that_installs_it(
    hidden: tuple[str, ...], named: str, tmp_path: Path
) -> None:
    done = without(*hidden, folder=tmp_path)
    assert done.returncode == 1
    assert f"The rules need {named} which this installation does not have." in done.stderr
    assert 'python -m pip install "racetrack-plugin-workbench[check]"' in done.stderr


def test_with_both_of_them_it_goes_on(tmp_path: Path) -> None:
    done = without("nothing", folder=tmp_path)
    assert "Nobody answers at http://127.0.0.1:1: Connection refused." in done.stderr


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ({"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": {}}, ""),
        ({"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {}}, ""),
        ([], "it is no JSON object"),
        ({}, "it does not say by which version of OpenAPI it is to be read"),
        ({"openapi": "9.9.9", "info": {}, "paths": {}}, "the validator gives up: "),
        ({"openapi": "3.0.3", "paths": {}}, '"info" is a required property'),
        ({"openapi": "3.0.3", "info": {"title": "t"}, "paths": {}}, '"version" is a required'),
    ],
)
def test_what_is_wrong_with_a_document_is_said_in_one_line(document: object, problem: str) -> None:
    said = openapi_problem(document)
    assert problem in said
    assert bool(said) == bool(problem)
    assert "\n" not in said


def test_samples_are_added_up_by_name_and_endpoint() -> None:
    buckets = [f't_bucket{{endpoint="/a",le="{bound}"}} {bound[-1]}' for bound in ("2", "3")]
    page = "\n".join(["# TYPE t histogram", *buckets, 't_bucket{endpoint="/a",le="+Inf"} 4', ""])
    assert metric_samples(page) == ({("t_bucket", "/a"): 9.0}, "")
    samples, problem = metric_samples("one two three four\n")
    assert (samples, bool(problem)) == ({}, True)
