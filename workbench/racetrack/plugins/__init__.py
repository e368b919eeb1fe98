"""Installed plugins: stored, loaded in child processes, asked for job types and other hooks."""

from workbench.racetrack.plugins.registry import PluginRegistry

__all__ = ["PluginRegistry"]
