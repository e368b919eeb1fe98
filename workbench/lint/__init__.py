"""Lint: what is wrong in a plugin, found without building anything."""

from workbench.lint.checks import CHECKS, Check, lint_plugin
from workbench.lint.findings import Finding, Findings, Level

__all__ = ["CHECKS", "Check", "Finding", "Findings", "Level", "lint_plugin"]
