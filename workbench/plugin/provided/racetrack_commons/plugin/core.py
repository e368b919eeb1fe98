"""The hooks of a plugin: all of them are optional, and none does anything here."""

from __future__ import annotations


class PluginCore:
    """What some plugins name as their base; a server asks for no base class."""
