"""The form of the tutorial."""


class Plugin:
    def job_types(self):
        return {
            f"golang:{self.plugin_manifest.version}": (
                self.plugin_dir / "base.Dockerfile",
                self.plugin_dir / "job-template.Dockerfile",
            ),
        }
# job-type: golang:1.2.3
# hook: job_types
