"""What stays of former builds: the last few images of a job, and what the last one was made of."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import requests
from docker.errors import APIError

from workbench._atomic import replace_file
from workbench.engines.docker import names
from workbench.engines.docker.client import Client
from workbench.settings import get_settings

KEPT_IMAGES = 3
"""Images of one job, or of the files of one job type, that stay beside those in use."""


def drop_old_images(client: Client, labels: Mapping[str, str], keep: str) -> None:
    """Remove what this workbench built of the same thing before, but for the last few images.

    Args:
        client: The daemon's client.
        labels: What the images of that thing have in common, such as the name of a job.
        keep: The id of one that stays in any case.
    """
    of_it = (f"{name}={value}" for name, value in labels.items())
    wanted = [f"{names.OURS}={names.workbench_id()}", *of_it]
    found = client.api.api.images(filters={"label": wanted})
    built = [_last_built(client, image["Id"]) for image in found]
    for _, image in sorted(built, reverse=True)[KEPT_IMAGES:]:
        if image == keep:
            continue
        # A container runs it, somebody removed it, or the daemon is too busy: the next build asks.
        with suppress(APIError, requests.RequestException):
            client.api.api.remove_image(image)


def _last_built(client: Client, image: str) -> tuple[str, str]:
    """When an image was built last, to a fraction of a second, and its id.

    Its creation does not tell it: one that is built of the same again is as old as before.
    """
    try:
        attrs = client.api.images.get(image).attrs
    except (APIError, requests.RequestException):  # somebody removed it, or as above
        return "", image
    built = attrs.get("Metadata", {}).get("LastTagTime") or attrs["Created"]
    return str(built), image


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
