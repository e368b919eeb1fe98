"""What steps do besides writing files."""

from __future__ import annotations

import hashlib
import importlib.metadata
import os
import shutil
from pathlib import Path

from workbench.assets import install_assets
from workbench.bundle import bundle_plugin, racetrack_bundle, read_ignore_rules, select_files
from workbench.errors import StepFailed
from workbench.settings import get_settings
from workbench.tutorial.playground import Playground

_KEPT_BUNDLES = 8


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


def bundle_quickly(playground: Playground) -> str:
    """Bundle the plugin with the workbench's own bundler, once for each state of its files.

    It puts in the same files under the same names as the real command, in a tenth of the time.
    """
    bundle = playground.bundle_path
    folder = bundles_dir() / _state(playground.plugin_dir)
    kept = folder / bundle.name
    draft = bundle.with_name(f".{bundle.name}.{os.getpid()}")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not kept.is_file():
            bundle_plugin(playground.plugin_dir, folder)
            _forget_old(folder.parent)
        os.utime(folder)
        shutil.copyfile(kept, draft)
        draft.replace(bundle)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise StepFailed(f"{bundle} could not be written: {error.strerror or error}.") from None
    return f"bundled it without the racetrack command: {bundle.name}"


def bundles_dir() -> Path:
    """Where bundles are kept that filling in makes."""
    return get_settings().home / "bundles"


def _state(plugin_dir: Path) -> str:
    """A word that stands for the files that go into a bundle, and what is in them."""
    digest = hashlib.sha256()
    for path in select_files(plugin_dir, read_ignore_rules(plugin_dir)).files:
        content = (plugin_dir / path).read_bytes()
        digest.update(f"{path}\0{len(content)}\0".encode() + content)
    digest.update((plugin_dir / "plugin-manifest.yaml").read_bytes())
    return digest.hexdigest()[:16]


def _forget_old(folder: Path) -> None:
    folders = sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime)
    for old in folders[:-_KEPT_BUNDLES]:
        shutil.rmtree(old, ignore_errors=True)
