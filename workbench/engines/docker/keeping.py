"""What stays of former builds: the last few images of a job, and what the last one was made of."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from docker.errors import APIError

from workbench._atomic import replace_file
from workbench.engines.docker import names
from workbench.engines.docker.client import Client
from workbench.settings import get_settings

KEPT_IMAGES = 3
"""Images of one job that stay, beside those that containers use."""


def drop_old_images(client: Client, job_name: str, keep: str) -> None:
    """Remove what this workbench built of a job before, but for the last few images."""
    wanted = [f"{names.OURS}={names.workbench_id()}", f"{names.JOB_NAME}={job_name}"]
    found = client.api.api.images(filters={"label": wanted})
    newest_first = sorted(found, key=lambda image: image["Created"], reverse=True)
    for image in newest_first[KEPT_IMAGES:]:
        if image["Id"] == keep:
            continue
        with suppress(APIError):  # a container runs it, or somebody removed it
            client.api.api.remove_image(image["Id"])


def remember_inputs(
    workspace: Path, job_type: str, inputs: Mapping[str, str]
) -> tuple[tuple[str, ...], bool]:
    """Write down what a job's image was made of.

    Returns:
        What differs from the time before, by name, and whether there was none.
    """
    folder = get_settings().home / "built"
    path = folder / f"{names.digest_of(f'{workspace} {job_type}')}.json"
    try:
        before = json.loads(path.read_text())
    except (OSError, ValueError):
        before = None
    with suppress(OSError):  # of a full disk somebody else will tell
        folder.mkdir(parents=True, exist_ok=True)
        replace_file(path, json.dumps(dict(inputs)).encode(), mode=0o600)
    if not isinstance(before, dict):
        return (), True
    return names.changed(before, inputs), False
