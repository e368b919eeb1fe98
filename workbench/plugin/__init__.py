"""Plugins: load a folder or a ZIP as Racetrack does, without harm to this process."""

from workbench.plugin.load import current_plugin, find_plugin, load_plugin, load_unpacked
from workbench.plugin.values import CALLS, HOOKS, PluginData

__all__ = [
    "CALLS",
    "HOOKS",
    "PluginData",
    "current_plugin",
    "find_plugin",
    "load_plugin",
    "load_unpacked",
]
