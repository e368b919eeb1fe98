"""The public surface: frozen here, so that it changes only on purpose."""

from __future__ import annotations

import subprocess
import sys

import pytest

import workbench as wb

VERBS = [
    "begin",
    "broken",
    "browser_url",
    "build_base",
    "build_job",
    "build_sample",
    "bundle_plugin",
    "check",
    "check_step",
    "choose_engine",
    "clean",
    "compare",
    "diff_bundles",
    "explain",
    "faults",
    "fill",
    "get_settings",
    "goto",
    "health_badge",
    "hint",
    "inspect_bundle",
    "lint_plugin",
    "load_job_manifest",
    "load_plugin",
    "load_report",
    "log_view",
    "parse_dockerfile",
    "perform_panel",
    "progress",
    "record",
    "render_dockerfile",
    "reset",
    "run_demo",
    "run_job",
    "run_racetrack",
    "run_sample",
    "shipped",
    "show",
    "swagger",
    "template_lab",
    "write_file",
]
VALUES = [
    "Bundle",
    "ChosenEngine",
    "Event",
    "Explanation",
    "FaultReport",
    "FaultsDiff",
    "FileWritten",
    "Finding",
    "Image",
    "Job",
    "JobManifest",
    "JobType",
    "LocalRacetrack",
    "Phase",
    "Plan",
    "PluginData",
    "PluginManifest",
    "Progress",
    "Quote",
    "Racetrack",
    "RacetrackRun",
    "RemoteJob",
    "Report",
    "ReportDiff",
    "StepCheck",
    "TemplateLab",
]


def test_the_names_are_these() -> None:
    rest = set(wb.__all__) - set(VERBS) - set(VALUES)
    assert {*VERBS, *VALUES} <= set(wb.__all__)
    assert all(issubclass(getattr(wb, name), wb.WorkbenchError) for name in rest)
    assert sorted(wb.__all__, key=str) == wb.__all__ == dir(wb)


@pytest.mark.parametrize("name", wb.__all__)
def test_each_is_there_with_a_docstring(name: str) -> None:
    assert (getattr(wb, name).__doc__ or "").strip()


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        wb.nothing  # noqa: B018


def test_importing_the_package_imports_none_of_its_rooms() -> None:
    code = "import sys, workbench; print([n for n in sys.modules if n.startswith('workbench.')])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "[]\n"
