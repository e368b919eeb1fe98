"""Which job type a manifest's `jobtype` means."""

from __future__ import annotations

from pathlib import Path

import pytest
from racetrack_client.utils.semver import SemanticVersion

from workbench.errors import PluginError
from workbench.job_type import JobType, JobTypeImageDef, match_job_type_version


def _job_types(*full_names: str) -> dict[str, JobType]:
    image = JobTypeImageDef("job", Path("Dockerfile"))
    parts = ((full_name, *full_name.split(":")) for full_name in full_names)
    return {
        full: JobType(name, version, (image,), Path("/plugin")) for full, name, version in parts
    }


@pytest.mark.parametrize(
    ("reference", "expected", "supported"),
    [
        ("golang:1.0.0", "golang:1.0.0", ["golang:1.0.0", "golang:2.0.0"]),
        ("golang:latest", "golang:2.11.1", ["golang:2.5.1", "golang:2.11.1", "golang:2.5.99"]),
        ("golang:latest", "golang:1.0.1-dev", ["golang:1.0.0", "golang:1.0.1-dev"]),
        ("golang:latest", "golang:1.0.1", ["golang:1.0.1-dev", "golang:1.0.1", "rust:9.0.0"]),
        ("golang:1.2.*", "golang:1.2.12", ["golang:1.2.1", "golang:1.2.12", "golang:1.3.0"]),
        ("golang:1.*", "golang:1.3.0-rc", ["golang:1.2.12", "golang:1.3.0-rc", "golang:2.0.0"]),
        ("golang:*", "golang:2.0.0", ["golang:1.2.12", "golang:2.0.0", "go:3.0.0"]),
        (
            "python:1.3.*-3.9-bullseye",
            "python:1.3.1-3.9-bullseye",
            ["python:1.3.1-3.9-bullseye", "python:1.3.9-3.8-bullseye", "python:1.3.9-3.9-buster"],
        ),
        ("golang:main", "golang:main", ["golang:main", "golang:1.0.0"]),
    ],
)
def test_a_version_is_matched(reference: str, expected: str, supported: list[str]) -> None:
    for order in (supported, supported[::-1]):
        assert match_job_type_version(reference, _job_types(*order)).full_name == expected


def test_latest_is_the_clients_order() -> None:
    versions = ["0.0.9", "0.1.0", "0.1.0-a", "0.1.0-b", "0.10.0", "0.9.0", "1.0.0-alpha.1"]
    highest = max(versions, key=SemanticVersion)
    found = match_job_type_version("golang:latest", _job_types(*(f"golang:{v}" for v in versions)))
    assert found.version == highest


@pytest.mark.parametrize(
    ("reference", "message", "remedy"),
    [
        (
            "golang",
            "'golang' names no job type: the form is `name:version`, with one colon.",
            "write golang:latest, or an exact version.",
        ),
        ("golang:", "'golang:' names no job type", "write golang:latest, or an exact version."),
        (":1.0.0", "':1.0.0' names no job type", "write golang:latest, or an exact version."),
        ("golang:1:0", "'golang:1:0' names no job type", None),
        (
            "golang:9.9.9",
            "There is no job type golang:9.9.9; supported are: golang:1.0.0, golang:1.1.0, "
            "python3:2.0.0.",
            "write golang:latest, or one of these.",
        ),
        (
            "golang:1.x",
            "There is no job type golang:1.x; supported are: golang:1.0.0",
            "a job type takes `*` for any number: write golang:1.*.",
        ),
        ("golang:2.*", "There is no job type golang:2.*; supported are:", None),
        (
            "goland:latest",
            "There is no job type goland:latest; supported are:",
            "did you mean golang:latest?",
        ),
        (
            "rust:latest",
            "There is no job type rust:latest; supported are:",
            "mend the jobtype in the manifest, or load the plugin that brings this job type.",
        ),
    ],
)
def test_no_version_fits(reference: str, message: str, remedy: str | None) -> None:
    job_types = _job_types("golang:1.1.0", "golang:1.0.0", "python3:2.0.0")
    with pytest.raises(PluginError) as caught:
        match_job_type_version(reference, job_types)
    assert caught.value.message.startswith(message)
    if remedy is not None:
        assert caught.value.remedy == remedy


def test_there_are_no_job_types() -> None:
    with pytest.raises(PluginError, match=r"golang:latest; supported are: none\."):
        match_job_type_version("golang:latest", {})


@pytest.mark.parametrize("reference", ["golang:latest", "golang:1.*"])
def test_a_version_that_cannot_be_ordered(reference: str) -> None:
    with pytest.raises(PluginError, match=r"golang:main has no version of the form X\.Y\.Z"):
        match_job_type_version(reference, _job_types("golang:main", "golang:1.0.0"))
