"""A copy of a job in which a variant's manifest and files stand, for as long as a build takes."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml

from workbench.errors import WorkbenchError
from workbench.job_type import JobType
from workbench.lint.variants import MODULE, Variant
from workbench.manifest import JOB_MANIFEST_FILENAME, JobManifest, load_job_manifest
from workbench.settings import GO_VERSION
from workbench.template_matrix.render import OWN

_LEFT_OUT = shutil.ignore_patterns("__pycache__", ".git", ".ipynb_checkpoints")


@contextmanager
def staged(variant: Variant, manifest: JobManifest, job_type: JobType) -> Iterator[JobManifest]:
    """Copy the job of a variant, and make the copy what the variant says.

    Links are followed, so that nothing which is written reaches the job itself.

    Args:
        variant: The variant.
        manifest: Its manifest, in the workspace that is copied.
        job_type: The job type that the manifest names.

    Yields:
        The manifest in the copy, which is gone when the block ends.

    Raises:
        WorkbenchError: The job cannot be copied.
        ManifestError: The manifest does not fit the job.
    """
    job = manifest.workspace
    with tempfile.TemporaryDirectory(prefix="workbench-template-") as scratch:
        copy = Path(scratch).resolve() / job.name
        try:
            shutil.copytree(job, copy, ignore=_LEFT_OUT, ignore_dangling_symlinks=True)
            if variant is not OWN:
                _change(copy, variant, job_type)
        except (OSError, shutil.Error) as error:
            raise WorkbenchError(
                f"{job} could not be copied: {_why(error)}.",
                remedy="make its files readable, and see that there is room for a copy.",
            ) from None
        yield manifest.placed_in(copy) if variant is OWN else load_job_manifest(copy)


def _change(copy: Path, variant: Variant, job_type: JobType) -> None:
    for source, target in variant.moved.items():
        (copy / target).parent.mkdir(parents=True, exist_ok=True)
        if (copy / source).is_file():
            (copy / source).replace(copy / target)
        elif target == MODULE:  # a job without one of its own
            (copy / target).write_text(f"module job\n\ngo {GO_VERSION}\n")
    for name, text in variant.files.items():
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (copy / name).write_text(text)
    (copy / JOB_MANIFEST_FILENAME).write_text(
        yaml.safe_dump(variant.manifest(job_type), sort_keys=False, allow_unicode=True),
        encoding="utf-8",
    )


def _why(error: OSError) -> str:
    if isinstance(error, shutil.Error) and error.args and isinstance(error.args[0], list):
        source, _, what = error.args[0][0]
        return f"{source}: {what}"
    return str(error.strerror or error)
