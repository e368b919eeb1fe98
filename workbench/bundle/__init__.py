"""Bundles: a plugin as one ZIP, what went into it and what did not, and how two differ."""

from workbench.bundle.ignore import (
    IGNORE_FILENAME,
    IgnoreRule,
    IgnoreRules,
    LeftOut,
    read_ignore_rules,
    select_files,
)
from workbench.bundle.racetrack import (
    RacetrackRun,
    racetrack_bundle,
    racetrack_command,
    run_racetrack,
)
from workbench.bundle.read import diff_bundles, inspect_bundle
from workbench.bundle.values import Bundle, BundledFile, BundleDiff
from workbench.bundle.write import bundle_plugin

__all__ = [
    "IGNORE_FILENAME",
    "Bundle",
    "BundleDiff",
    "BundledFile",
    "IgnoreRule",
    "IgnoreRules",
    "LeftOut",
    "RacetrackRun",
    "bundle_plugin",
    "diff_bundles",
    "inspect_bundle",
    "racetrack_bundle",
    "racetrack_command",
    "read_ignore_rules",
    "run_racetrack",
    "select_files",
]
