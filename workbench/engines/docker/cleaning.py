"""Finding what this workbench left on the daemon, and removing it; by labels, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import requests
from docker.errors import APIError, DockerException, NotFound

from workbench.engines.docker import names
from workbench.engines.docker.answering import told_if_gone
from workbench.engines.docker.client import Client, connect
from workbench.errors import EngineUnavailable


@dataclass(frozen=True)
class Left:
    """A container of this workbench.

    Attributes:
        id: Its id.
        name: Its name.
        job: The job's name and version.
        mine: Whether this very process started it.
        abandoned: Whether the process that started it is gone.
    """

    id: str
    name: str
    job: str
    mine: bool
    abandoned: bool

    def __str__(self) -> str:
        return f"container {self.name} of {self.job}"


def containers(client: Client) -> list[Left]:
    """The containers of this workbench, running or not."""
    wanted = f"{names.OURS}={names.workbench_id()}"
    with told_if_gone("The containers were not looked for"):
        found = client.api.api.containers(all=True, filters={"label": wanted})
    return sorted((_left(one) for one in found), key=lambda left: left.name)


def stop_abandoned() -> tuple[list[str], list[str]]:
    """Remove the containers whose owner is gone.

    Returns:
        What was removed, and what other living processes run; nothing of either where this
        workbench never used Docker, or no daemon answers.

    Raises:
        EngineUnavailable: The daemon answered at first, and then no more, or refused.
    """
    client = _client_if_used()
    if client is None:
        return [], []
    removed, running = [], []
    for left in containers(client):
        if left.abandoned:
            with told_if_gone(f"{left} was not removed"), suppress(NotFound):
                client.api.api.remove_container(left.id, force=True, v=True)
            removed.append(str(left))
        elif not left.mine:
            running.append(str(left))
    return removed, running


def remove_images() -> list[str]:
    """Remove the images that this workbench built, but for those that containers use.

    What the builder keeps for later builds has no labels: Docker's own `docker builder prune`
    empties that, for everybody.

    Returns:
        Their names.

    Raises:
        EngineUnavailable: No daemon answers.
    """
    if not names.was_used():
        return []
    with told_if_gone("Not all images were removed"):
        return _remove_images(connect())


def _remove_images(client: Client) -> list[str]:
    # Asked for first: of an image with two names one would go before the other is refused.
    used = {one["ImageID"] for one in client.api.api.containers(all=True)}
    removed = []
    for image in _images(client):
        if image["Id"] in used:
            continue
        told = ", ".join(image["RepoTags"] or [image["Id"].removeprefix("sha256:")[:12]])
        try:
            for tag in image["RepoTags"] or [image["Id"]]:
                client.api.api.remove_image(tag)
        except APIError:  # a container that was started meanwhile uses it
            continue
        removed.append(f"image {told}")
    return removed


def _images(client: Client) -> Iterator[dict[str, Any]]:
    wanted = f"{names.OURS}={names.workbench_id()}"
    yield from client.api.api.images(filters={"label": wanted})


def _client_if_used() -> Client | None:
    if not names.was_used():
        return None
    try:
        return connect()
    except (EngineUnavailable, DockerException, requests.RequestException):
        return None


def _left(one: dict[str, Any]) -> Left:
    labels = one["Labels"]
    job = f"{labels.get(names.JOB_NAME, '?')} {labels.get(names.JOB_VERSION, '?')}"
    return Left(
        one["Id"],
        one["Names"][0].lstrip("/"),
        job,
        names.is_mine(labels),
        not names.owner_lives(labels),
    )
