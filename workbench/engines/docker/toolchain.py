"""The image with Go that base images build on: here, pulled, or made of this machine's Go."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import docker
import requests
from docker.auth import get_config_header, resolve_repository_name
from docker.errors import DockerException, ImageNotFound
from docker.models.images import Image as DockerImage
from docker.utils import parse_repository_tag

from workbench.engines.docker.client import connect
from workbench.engines.docker.stand_in import LABEL, find_parts, stream
from workbench.errors import EngineUnavailable
from workbench.events import Event, Phase, Sink, silent, step

PULL_TIMEOUT = 600.0
"""Seconds that pulling the image may take as a whole."""

SILENCE = 30.0
"""Seconds without news of a pull after which it counts as stuck."""

_STEPS = 10  # a pull tells this often how far it is


@dataclass(frozen=True)
class Toolchain:
    """A toolchain image that the daemon has.

    Attributes:
        reference: Its name.
        id: Its id, which changes with its content.
        stand_in: What it was made of, where the workbench made it; empty for a real one.
        made: How it came here in this call.
    """

    reference: str
    id: str
    stand_in: str
    made: Literal["there", "pulled", "stand-in"]


def is_stand_in(image: DockerImage) -> bool:
    """Whether the workbench made this image of a machine's own Go."""
    return LABEL in image.labels


def ensure_toolchain(
    client: docker.DockerClient,
    reference: str,
    *,
    pull: bool = True,
    timeout: float = PULL_TIMEOUT,
    on_event: Sink = silent,
) -> Toolchain:
    """See to it that the daemon has the image that base images build on.

    One that is there is taken as it is. Else it is pulled, and where that does not work, a stand-in
    is made of this machine's own Go under the same name.

    Args:
        client: The daemon to ask.
        reference: The image's name, such as `golang:1.26-alpine`.
        pull: Whether to try a registry at all.
        timeout: Seconds that the pull may take.
        on_event: Where progress is reported.

    Raises:
        EngineUnavailable: It could not be pulled and no stand-in could be made; says why not.
    """
    there = _look(client, reference, "there")
    if there is not None:
        return there
    why = "was not asked for from a registry"
    if pull:
        try:
            with step(on_event, Phase.PREPARING, f"pulling {reference}"):
                _pull(client, reference, timeout, on_event)
            return _must_be_there(client, reference, "pulled")
        except _NotPulledError as error:
            why = f"could not be pulled ({error})"
            on_event(Event(Phase.PREPARING, f"{reference} {why}; making a stand-in"))
    try:
        _make(client, reference, on_event)
    except EngineUnavailable as error:
        raise EngineUnavailable(
            f"The image {reference} is not here, {why}, and no stand-in for it could be made. "
            f"{error.message}",
            remedy=error.remedy,
        ) from error
    return _must_be_there(client, reference, "stand-in")


def toolchain_in_words(reference: str) -> str | None:
    """What is known of the toolchain image; None where it is not here, or no daemon answers."""
    try:
        image = connect().api.images.get(reference)
    except (EngineUnavailable, DockerException, requests.RequestException):
        return None
    size = f"{reference}, {image.attrs['Size'] / 1e6:.0f} MB"
    made_of = image.labels.get(LABEL)
    return f"{size}, a stand-in made of this machine's {made_of}" if made_of else size


class _NotPulledError(Exception):
    """The registry did not give the image; says why not."""


class _RefusedError(Exception):
    """The daemon did not do it; its own words."""


def _look(
    client: docker.DockerClient, reference: str, made: Literal["there", "pulled", "stand-in"]
) -> Toolchain | None:
    try:
        image = client.images.get(reference)
    except ImageNotFound:
        return None
    except (DockerException, requests.RequestException) as error:
        raise EngineUnavailable(
            f"The Docker daemon did not say whether it has {reference}: {error}",
            remedy="see whether it runs: `docker version` has to show a server.",
        ) from error
    return Toolchain(reference, str(image.id), image.labels.get(LABEL, ""), made)


def _must_be_there(
    client: docker.DockerClient, reference: str, made: Literal["pulled", "stand-in"]
) -> Toolchain:
    found = _look(client, reference, made)
    if found is None:
        raise EngineUnavailable(f"The image {reference} was removed as soon as it was here.")
    return found


def _pull(client: docker.DockerClient, reference: str, timeout: float, on_event: Sink) -> None:
    name, tag = parse_repository_tag(reference)
    registry, _ = resolve_repository_name(name)
    try:
        credentials = get_config_header(client.api, registry)
    except DockerException as error:  # the helper that keeps them is missing, or fails
        raise _NotPulledError(f"there are no credentials for {registry}: {error}") from error
    headers = {"X-Registry-Auth": credentials.decode()} if credentials else {}
    params = {"fromImage": name, "tag": tag or "latest"}
    end = time.monotonic() + timeout
    progress = _Progress(reference, on_event)
    try:
        for news in _create(client, params, headers, min(SILENCE, timeout)):
            progress.take(news)
            if time.monotonic() > end:
                raise _NotPulledError(f"it took longer than {timeout:.0f} s")
    except _RefusedError as error:
        raise _NotPulledError(str(error)) from error
    except requests.RequestException as error:
        late = "timed out" in str(error).lower()
        how = f"gave no news for {min(SILENCE, timeout):.0f} s" if late else "hung up"
        raise _NotPulledError(f"the daemon {how}") from error


class _Progress:
    """Adds up what is told of each layer, and reports a few times how far the whole is."""

    def __init__(self, reference: str, on_event: Sink) -> None:
        self._reference = reference
        self._on_event = on_event
        self._layers: dict[str, tuple[int, int]] = {}
        self._told = 0

    def take(self, news: Mapping[str, Any]) -> None:
        detail = news.get("progressDetail") or {}
        if news.get("status") != "Downloading" or not detail.get("total"):
            return
        self._layers[news.get("id", "")] = (detail.get("current", 0), detail["total"])
        here = sum(current for current, _ in self._layers.values())
        whole = sum(total for _, total in self._layers.values())
        reached = here * _STEPS // whole
        if reached > self._told:
            self._told = reached
            told = f"{self._reference}: {here / 1e6:.0f} of {whole / 1e6:.0f} MB are here"
            self._on_event(Event(Phase.PREPARING, told))


def _make(client: docker.DockerClient, reference: str, on_event: Sink) -> None:
    name, tag = parse_repository_tag(reference)
    if name.rpartition("/")[2] != "golang":
        raise EngineUnavailable(
            f"This machine's Go can stand for an image `golang`, but not for {name!r}.",
            remedy=f"bring it here: `docker pull {reference}` where there is a network, "
            "or `docker load` of a saved one.",
        )
    with step(on_event, Phase.PREPARING, f"making a stand-in for {reference}") as outcome:
        try:
            parts = find_parts(_machine(client))
            params = {
                "fromSrc": "-", "repo": name, "tag": tag or "latest", "changes": parts.changes()
            }  # fmt: skip
            for _ in _create(client, params, {}, None, stream(parts)):
                pass
        except (_RefusedError, DockerException, requests.RequestException, OSError) as error:
            raise EngineUnavailable(
                f"The Docker daemon did not take the image: {error}",
                remedy="see whether it runs and has room: `docker version`, `docker system df`.",
            ) from error
        outcome.message = f"{reference} is a stand-in made of this machine's {parts.told}"


def _machine(client: docker.DockerClient) -> str:
    """The processor of the daemon's machine, as Go names it."""
    version = client.version()
    system, machine = str(version.get("Os", "")), str(version.get("Arch", ""))
    if system != "linux":
        raise EngineUnavailable(
            f"The Docker daemon runs containers of {system!r}, and jobs are for Linux.",
            remedy="switch it to Linux containers.",
        )
    return machine


def _create(
    client: docker.DockerClient,
    params: Mapping[str, Any],
    headers: Mapping[str, str],
    silence: float | None,
    body: Iterable[bytes] | None = None,
) -> Iterator[dict[str, Any]]:
    """Have the daemon pull or import an image; gives its news as they come.

    docker-py's own calls wait without an end, and so cannot be called off. Here the connection is
    closed when the caller stops listening, and then the daemon stops too.
    """
    url = f"{client.api.base_url}/v{client.api.api_version}/images/create"
    with client.api.post(
        url, params=dict(params), headers=dict(headers), data=body, stream=True, timeout=silence
    ) as answer:
        for line in answer.iter_lines():
            news = json.loads(line)
            if answer.status_code >= 400 or "error" in news:
                raise _RefusedError(news.get("error") or news.get("message") or f"{news}")
            yield news
