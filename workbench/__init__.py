"""A workbench for Racetrack job-type plugins: build one, run a job with it, call it, bundle it.

    import workbench as wb

    plugin = wb.load_plugin("golang-job-type")
    with wb.run_job("sample-golang-function", plugin=plugin) as job:
        print(job.perform(numbers=[40, 2]))

The names in `__all__` are the whole public surface; ARCHITECTURE.md lists the rooms behind them.
Each is imported when it is first used, so that a quick verb of the command line stays quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workbench.authoring import FileWritten, Quote, show, write_file
    from workbench.bundle import (
        Bundle,
        RacetrackRun,
        bundle_plugin,
        diff_bundles,
        inspect_bundle,
        run_racetrack,
    )
    from workbench.conformance.check import check
    from workbench.conformance.compare import ReportDiff, compare
    from workbench.conformance.faults.compare import FaultsDiff
    from workbench.conformance.faults.lab import faults
    from workbench.conformance.faults.report import FaultReport
    from workbench.conformance.report import Report, load_report
    from workbench.dockerfile import parse_dockerfile, render_dockerfile
    from workbench.engines import Image
    from workbench.engines.docker.explain import Explanation
    from workbench.engines.explained import Plan, explain
    from workbench.errors import (
        AssetsError,
        BuildError,
        BundleError,
        ConformanceError,
        DeployError,
        EngineUnavailable,
        JobDied,
        JobNotReady,
        ManifestError,
        NotebookError,
        PerformError,
        PluginError,
        PortTaken,
        StepFailed,
        TemplateError,
        UsageError,
        WorkbenchError,
    )
    from workbench.events import Event, Phase
    from workbench.job import Job
    from workbench.job_type import JobType
    from workbench.lint import Finding, lint_plugin
    from workbench.manifest import JobManifest, PluginManifest, load_job_manifest
    from workbench.plugin import PluginData, load_plugin
    from workbench.racetrack.client.job import RemoteJob
    from workbench.racetrack.client.racetrack import Racetrack
    from workbench.racetrack.local import LocalRacetrack
    from workbench.run import build_job, clean, run_job
    from workbench.settings import browser_url, get_settings, shipped
    from workbench.template_matrix.lab import TemplateLab, template_lab
    from workbench.tutorial import broken, goto, reset, run_demo, run_sample
    from workbench.tutorial.chapter import begin, check_step, fill, hint, progress, record
    from workbench.tutorial.images import ChosenEngine, build_base, build_sample, choose_engine
    from workbench.tutorial.progress import Progress
    from workbench.tutorial.verdict import StepCheck
    from workbench.widgets import health_badge, log_view, perform_panel, swagger

_ROOMS = {
    "authoring": ("FileWritten", "Quote", "show", "write_file"),
    "bundle": (
        "Bundle",
        "RacetrackRun",
        "bundle_plugin",
        "diff_bundles",
        "inspect_bundle",
        "run_racetrack",
    ),
    "conformance.check": ("check",),
    "conformance.compare": ("ReportDiff", "compare"),
    "conformance.faults.compare": ("FaultsDiff",),
    "conformance.faults.lab": ("faults",),
    "conformance.faults.report": ("FaultReport",),
    "conformance.report": ("Report", "load_report"),
    "dockerfile": ("parse_dockerfile", "render_dockerfile"),
    "errors": (
        "AssetsError",
        "BuildError",
        "BundleError",
        "ConformanceError",
        "DeployError",
        "EngineUnavailable",
        "JobDied",
        "JobNotReady",
        "ManifestError",
        "NotebookError",
        "PerformError",
        "PluginError",
        "PortTaken",
        "StepFailed",
        "TemplateError",
        "UsageError",
        "WorkbenchError",
    ),
    "engines": ("Image",),
    "engines.docker.explain": ("Explanation",),
    "engines.explained": ("Plan", "explain"),
    "events": ("Event", "Phase"),
    "job": ("Job",),
    "job_type": ("JobType",),
    "lint": ("Finding", "lint_plugin"),
    "manifest": ("JobManifest", "PluginManifest", "load_job_manifest"),
    "plugin": ("PluginData", "load_plugin"),
    "racetrack.client.job": ("RemoteJob",),
    "racetrack.client.racetrack": ("Racetrack",),
    "racetrack.local": ("LocalRacetrack",),
    "run": ("build_job", "clean", "run_job"),
    "settings": ("browser_url", "get_settings", "shipped"),
    "template_matrix.lab": ("TemplateLab", "template_lab"),
    "tutorial": ("broken", "goto", "reset", "run_demo", "run_sample"),
    "tutorial.images": ("ChosenEngine", "build_base", "build_sample", "choose_engine"),
    "tutorial.chapter": ("begin", "check_step", "fill", "hint", "progress", "record"),
    "tutorial.progress": ("Progress",),
    "tutorial.verdict": ("StepCheck",),
    "widgets": ("health_badge", "log_view", "perform_panel", "swagger"),
}
_HOME = {name: f"{__name__}.{room}" for room, names in _ROOMS.items() for name in names}

__all__ = [
    "AssetsError",
    "BuildError",
    "Bundle",
    "BundleError",
    "ChosenEngine",
    "ConformanceError",
    "DeployError",
    "EngineUnavailable",
    "Event",
    "Explanation",
    "FaultReport",
    "FaultsDiff",
    "FileWritten",
    "Finding",
    "Image",
    "Job",
    "JobDied",
    "JobManifest",
    "JobNotReady",
    "JobType",
    "LocalRacetrack",
    "ManifestError",
    "NotebookError",
    "PerformError",
    "Phase",
    "Plan",
    "PluginData",
    "PluginError",
    "PluginManifest",
    "PortTaken",
    "Progress",
    "Quote",
    "Racetrack",
    "RacetrackRun",
    "RemoteJob",
    "Report",
    "ReportDiff",
    "StepCheck",
    "StepFailed",
    "TemplateError",
    "TemplateLab",
    "UsageError",
    "WorkbenchError",
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


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__


def load_ipython_extension(shell: Any) -> None:
    """What `%load_ext workbench` calls: from then on `%%wbfile PATH` writes files."""
    import_module("workbench.authoring.magic").register(shell)
