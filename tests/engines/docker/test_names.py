"""Names and labels, limits, and what is remembered of a build: all without a daemon."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.limits import file_size_limit
from workbench.engines.docker import names
from workbench.engines.docker.keeping import remember_inputs
from workbench.engines.docker.limits import Limits, limits_of
from workbench.manifest import load_job_manifest
from workbench.settings import shipped


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_a_workbench_keeps_its_id_and_another_one_has_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not names.was_used()
    first = names.workbench_id()
    assert names.was_used()
    assert names.workbench_id() == first
    assert len(first) == 12
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "other"))
    assert names.workbench_id() != first


def test_processes_that_ask_for_the_id_at_once_get_one(home: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        found = set(pool.map(lambda _: names.workbench_id(), range(64)))
    assert len(found) == 1
    assert [path.name for path in home.iterdir()] == ["workbench-id"]


def test_an_id_that_a_crash_left_empty_is_made_anew(home: Path) -> None:
    home.mkdir()
    (home / "workbench-id").touch()
    assert len(names.workbench_id()) == 12
    assert names.workbench_id() == (home / "workbench-id").read_text()


def test_images_are_named_as_racetrack_names_them() -> None:
    manifest = load_job_manifest(shipped("sample-golang-function"))
    name = names.job_image_name(manifest, datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))
    assert name.endswith("/racetrack/job-entrypoint/golang-function:2026-01-02T030405")
    assert names.exact_name("golang:0.0.0", "0123456789abcdef") == "golang:0.0.0-0123456789ab"


@pytest.mark.parametrize("text", ["1.2.3", "latest", "_", "a" * 128, "1.0.0-alpha_1"])
def test_what_docker_takes_as_a_tag(text: str) -> None:
    assert names.is_tag(text)


@pytest.mark.parametrize("text", ["", ".1", "-1", "1+2", "1 2", "a" * 129, "ü", "1\n", "1/2"])
def test_what_docker_does_not_take_as_a_tag(text: str) -> None:
    assert not names.is_tag(text)


def test_inputs_are_read_from_labels_and_what_differs_is_named() -> None:
    labels = names.image_labels("base", "golang:0.0.0", {"a": "1", "b": "2"})
    assert names.read_inputs(labels) == {"a": "1", "b": "2"}
    for wrong in ({}, {names.INPUTS: "no JSON"}, {names.INPUTS: "[1]"}):
        assert names.read_inputs(wrong) == {}
    assert names.changed({"a": "1", "b": "2", "c": "3"}, {"a": "1", "b": "0", "d": "4"}) == (
        "b", "c", "d",
    )  # fmt: skip


def test_a_container_tells_whether_its_owner_lives() -> None:
    mine = names.owner_label()
    assert names.is_mine(mine)
    assert names.owner_lives(mine)
    script = "from workbench.engines.docker import names; print(names.owner_label())"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    theirs = eval(done.stdout)  # noqa: S307 - a dictionary that the line before printed
    assert theirs.keys() == mine.keys()
    assert not names.owner_lives(theirs)
    (owner,) = (key for key in mine if key.endswith("owner"))
    assert not names.owner_lives({owner: f"{os.getpid()} 1.0"}), "a stranger with the same number"
    for odd in ({}, {owner: ""}, {owner: "x y"}):
        assert not names.owner_lives(odd)


@pytest.mark.parametrize(
    ("written", "limits"),
    [
        ("", Limits()),
        ("resources: {memory_max: 64Mi}", Limits(memory=64 * 1024**2)),
        ("resources: {memory_min: 1Gi, memory_max: 2G}", Limits(2 * 10**9, 1024**3, None)),
        ("resources: {cpu_min: 100m, cpu_max: 500m}", Limits(cpus=500_000_000)),
        ("resources: {cpu_max: 2}", Limits(cpus=2_000_000_000)),
    ],
)
def test_resources_of_a_manifest_are_bytes_and_billionths(
    tmp_path: Path, written: str, limits: Limits
) -> None:
    text = (shipped("sample-golang-function") / "job.yaml").read_text()
    (tmp_path / "job.yaml").write_text(f"{text}\n{written}\n")
    assert limits_of(load_job_manifest(tmp_path)) == limits


def test_a_limit_of_memory_holds_for_what_is_paged_out_too_and_no_limit_is_no_option() -> None:
    assert Limits().options() == {}
    assert Limits(memory=5).options() == {"mem_limit": 5, "memswap_limit": 5}


def test_what_a_job_was_made_of_is_remembered_for_each_job_and_type(tmp_path: Path) -> None:
    here = tmp_path / "job"
    assert remember_inputs(here, "golang:1", {"a": "1"}) == ((), True)
    assert remember_inputs(here, "golang:1", {"a": "1"}) == ((), False)
    assert remember_inputs(here, "golang:1", {"a": "2", "b": "1"}) == (("a", "b"), False)
    assert remember_inputs(here, "golang:2", {"a": "1"}) == ((), True)
    assert remember_inputs(tmp_path / "other", "golang:1", {"a": "1"}) == ((), True)


def test_a_memory_that_is_spoilt_or_cannot_be_written_is_none(home: Path, tmp_path: Path) -> None:
    remember_inputs(tmp_path, "golang:1", {"a": "1"})
    (kept,) = (home / "built").iterdir()
    kept.write_text("{")
    with file_size_limit(0):
        assert remember_inputs(tmp_path, "golang:1", {"a": "1"}) == ((), True)
    assert kept.read_text() == "{", "what was there is as it was"
    kept.write_text("[]")
    assert remember_inputs(tmp_path, "golang:1", {"a": "1"}) == ((), True)
