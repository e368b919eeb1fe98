from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from racetrack_client.plugin.plugin_manifest import PluginManifest


class Plugin:
    # Racetrack sets both before it makes the plugin.
    plugin_dir: Path
    plugin_manifest: PluginManifest

    def job_types(self) -> dict[str, tuple[Path, Path]]:
        """Tell Racetrack which job types there are, and how their images are built.

        Returns:
            For each job type, `name:version`: its base Dockerfile, and the template of the
            Dockerfile of a job.
        """
        return {
            f"golang:{self.plugin_manifest.version}": (
                self.plugin_dir / "base.Dockerfile",
                self.plugin_dir / "job-template.Dockerfile",
            ),
        }
