"""What steps do besides writing files."""

from __future__ import annotations

import importlib.metadata

from workbench.assets import install_assets
from workbench.bundle import racetrack_bundle
from workbench.tutorial.playground import Playground


def make_repository(playground: Playground) -> str:
    """Give the playground a git repository of its own."""
    made = playground.make_repository()
    return "made a git repository" if made else "the git repository was there"


def copy_swagger_ui(playground: Playground) -> str:
    """Put the third-party files of the Swagger page beside the wrapper's own."""
    written = install_assets(playground.plugin_dir)
    return f"copied {len(written)} files of Swagger UI" if written else "Swagger UI was there"


def bundle_with_racetrack(playground: Playground) -> str:
    """Bundle the plugin with the real `racetrack` command, in the plugin's folder."""
    bundle = racetrack_bundle(playground.plugin_dir)
    version = importlib.metadata.version("racetrack-client")
    return (
        f"ran the real `racetrack plugin bundle` (racetrack-client {version}): "
        f"{bundle.path.name}, {len(bundle.files)} files, {bundle.size / 1000:.0f} kB"
    )
