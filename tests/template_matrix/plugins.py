"""Small plugins for the template lab, written where a test wants them."""

from __future__ import annotations

from pathlib import Path

from workbench.template_matrix.lab import TemplateLab

GOOD = (
    'FROM alpine:3.22\nLABEL racetrack-component="job"\n'
    'ENV JOB_NAME="{{ manifest.name }}" JOB_VERSION="{{ manifest.version }}"\n'
    'USER 1000\nCMD ["/job"]\n'
)
"""A template in which lint finds nothing but values that are not quoted."""


def plugin(folder: Path, job_types: str, **templates: str | bytes) -> Path:
    """Write a plugin.

    Args:
        folder: Where to.
        job_types: What `job_types` returns, in Python.
        templates: Files by their names without `.Dockerfile`.

    Returns:
        The folder.
    """
    folder.mkdir()
    (folder / "plugin-manifest.yaml").write_text("name: foreign\nversion: 1.0.0\n")
    (folder / "plugin.py").write_text(
        f"class Plugin:\n    def job_types(self):\n        return {job_types}\n"
    )
    for name, text in templates.items():
        content = text.encode() if isinstance(text, str) else text
        (folder / f"{name}.Dockerfile").write_bytes(content)
    return folder


def images(*paths: str) -> str:
    """The dict form of one job type, with an image for each path."""
    listed = ", ".join(
        f"{{'source': 'jobtype', 'dockerfile_path': '{path}', 'template': True}}" for path in paths
    )
    return f"{{'other:1.0.0': {{'images': [{listed}]}}}}"


def failed(lab: TemplateLab) -> list[str]:
    """The names of the variants that did not go well."""
    return [row.name for row in lab.failures]
