from __future__ import annotations

from pathlib import Path


class Plugin:
    def job_types(self) -> dict[str, tuple[Path, Path]]:
        """Name one job type, with its base image and the template of its job images."""
        base, template = "base.Dockerfile", "job-template.Dockerfile"
        name = f"golang:{self.plugin_manifest.version}"
        return {name: (self.plugin_dir / base, self.plugin_dir / template)}
