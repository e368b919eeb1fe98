from __future__ import annotations


class Plugin:
    def job_types(self) -> dict[str, dict[str, list[dict[str, object]]]]:
        return {
            f"golang:{self.plugin_manifest.version}": {
                "images": [
                    {
                        "source": "jobtype",
                        "dockerfile_path": "job-template.Dockerfile",
                        "template": True,
                    },
                ],
            },
        }
