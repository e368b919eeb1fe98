"""Nothing is judged from files that changed since they were read, unless the report says so."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from workbench.conformance.check import make_target
from workbench.conformance.target import Given, StartedTarget
from workbench.conformance.vocabulary import NotJudged
from workbench.events import silent
from workbench.plugin import load_plugin
from workbench.run import run_job
from workbench.settings import shipped


@pytest.fixture
def job_dir(tmp_path: Path) -> Path:
    return Path(shutil.copytree(shipped("sample-golang-function"), tmp_path / "my-job"))


@pytest.fixture
def plugin_dir(tmp_path: Path) -> Path:
    ignore = shutil.ignore_patterns("*.map", "testdata")
    return Path(shutil.copytree(shipped("golang-job-type"), tmp_path / "my-plugin", ignore=ignore))


def raise_version(plugin_dir: Path) -> None:
    manifest = plugin_dir / "plugin-manifest.yaml"
    manifest.write_text(manifest.read_text().replace("0.0.", "0.1."))


def test_a_plugin_that_was_loaded_is_judged_as_its_files_are_now(
    job_dir: Path, plugin_dir: Path
) -> None:
    plugin = load_plugin(plugin_dir)
    raise_version(plugin_dir)
    told: list[str] = []
    with make_target(
        job_dir, Given(), plugin=plugin, on_event=lambda one: told.append(one.message)
    ) as target:
        assert target.label == "golang-function 0.0.1 on golang:0.1.0"
    assert "golang-job-type: loaded again since plugin-manifest.yaml changed" in told


def test_so_is_the_plugin_of_the_probe_beside_a_running_job(
    job_dir: Path, plugin_dir: Path
) -> None:
    plugin = load_plugin(plugin_dir)
    raise_version(plugin_dir)
    told: list[str] = []
    with (
        run_job(job_dir, plugin=plugin_dir) as job,
        make_target(
            job, Given(), plugin=plugin, on_event=lambda one: told.append(one.message)
        ) as target,
    ):
        assert isinstance(target, StartedTarget)
        assert target.probes
        assert target.label.endswith(job.address)
    assert "golang-job-type: loaded again since plugin-manifest.yaml changed" in told


def test_a_job_that_is_not_what_its_files_are_is_called_so_and_gets_no_probe(
    job_dir: Path, plugin_dir: Path
) -> None:
    with run_job(job_dir, plugin=plugin_dir) as job:
        health = plugin_dir / "go_wrapper" / "health.go"
        health.write_text(health.read_text() + "// another version\n")
        with make_target(job, Given(), plugin=plugin_dir, on_event=silent) as target:
            changed = "changed since this job was built: my-plugin/go_wrapper/health.go"
            assert target.label == f"golang-function 0.0.1 at {job.address} ({changed})"
            assert isinstance(target, StartedTarget)
            assert not target.probes
            assert target.wrapper is None
            with pytest.raises(NotJudged, match="the probe job would be of another version: "):
                target.start({}, probe=True)
