"""The command line `workbench`: thin verbs over the functions of this package."""

from workbench.cli.app import app, main

__all__ = ["app", "main"]
