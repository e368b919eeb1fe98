class Plugin:
    """A job type whose images are built in a moment, without a Go toolchain."""

    def job_types(self):
        version = self.plugin_manifest.version
        return {
            f"small:{version}": (
                self.plugin_dir / "base.Dockerfile",
                self.plugin_dir / "job-template.Dockerfile",
            ),
        }
