"""Creating and starting a container, and what to say where Docker refuses."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any, TypeVar

import requests
from docker.errors import APIError, DockerException, ImageNotFound
from docker.types import LogConfig

from workbench import _ports
from workbench._home import told_by_home
from workbench._log_file import new_log
from workbench.engines.base import NOTHING_WRONG, Image, Surroundings
from workbench.engines.docker import names
from workbench.engines.docker.answering import silence
from workbench.engines.docker.client import Client
from workbench.engines.docker.containers import (
    DockerContainer,
    logs_in_use,
    remove,
    remove_left,
)
from workbench.engines.docker.limits import Limits
from workbench.engines.docker.private import around_entry, put_around
from workbench.errors import EngineUnavailable, JobDied, PortTaken, WorkbenchError
from workbench.manifest import JobManifest
from workbench.settings import JOB_PORT, get_settings

C = TypeVar("C", bound=DockerContainer)

_LOG = LogConfig(type="json-file", config={"max-size": "50m", "max-file": "2"})
"""How much Docker itself keeps of a log."""


def start_container(
    client: Client,
    image: Image,
    env: Mapping[str, str],
    kind: type[C],
    *,
    port: int,
    limits: Limits,
    around: Surroundings = NOTHING_WRONG,
    **options: Any,
) -> C:
    """Create a container of an image and start it.

    Args:
        client: The daemon's client.
        image: What the engine built.
        env: The environment that the infrastructure gives to the job.
        kind: The class of what is given back.
        port: The port by which it is reached.
        limits: What it may use.
        around: What is wrong where it runs.
        options: Further options of docker-py's `create`.

    Raises:
        EngineUnavailable: The image is gone, the daemon is, or it refuses the container.
        PortTaken: Somebody else took the port in the meantime.
        WorkbenchError: There is no room for its log.
    """
    manifest = image.manifest
    told = f"{manifest.name} {manifest.version}"
    with told_by_home(f"{told} was not started"):
        log = new_log("job", told, logs_in_use)
    created = None
    try:
        remove_left(client)
        attrs = client.api.images.get(image.id).attrs
        entrypoint, command = around_entry(attrs, around)
        created = client.api.containers.create(
            image.id,
            command,
            entrypoint=entrypoint,
            # Racetrack's name, and something for two at a time: a job and its successor.
            name=f"{manifest.resource_name}-{secrets.token_hex(3)}",
            environment=_environment(manifest, env),
            labels={
                **names.owner_label(),
                names.JOB_NAME: manifest.name,
                names.JOB_VERSION: manifest.version,
            },
            log_config=_LOG,
            read_only=get_settings().docker_read_only,
            security_opt=["no-new-privileges:true"],
            **{**limits.options(), **options},
        )
        put_around(client, created, around)
        container = kind(client, created, port, log, limits.memory)
        container.start()
    except BaseException as problem:  # also an interrupt: what was created here must not stay
        if created is not None:
            remove(client, str(created.id))
        if isinstance(problem, ImageNotFound):
            raise EngineUnavailable(
                f"{told} was not started: its image {image.reference} is gone.",
                remedy="somebody removed it; build the job again.",
            ) from None
        if isinstance(problem, APIError):
            raise _refusal(told, problem, port, limits) from None
        if isinstance(problem, DockerException | requests.RequestException):
            raise silence(f"{told} was not started", problem) from None
        raise
    return container


def _environment(manifest: JobManifest, given: Mapping[str, str]) -> dict[str, str]:
    """A job's environment, beside its image's; what only its build was to know is empty."""
    empty = dict.fromkeys(manifest.build_env or {}, "")
    return {**empty, "PUB_URL": f"http://127.0.0.1:{JOB_PORT}/pub", **given}


def _refusal(told: str, problem: APIError, port: int, limits: Limits) -> WorkbenchError:
    said = str(problem.explanation or problem)
    if "port is already allocated" in said or "address already in use" in said:
        return PortTaken(
            f"Port {port} is taken by {_ports.port_owner(port)}.",
            port=port,
            remedy="stop it, or take another port.",
        )
    if "unable to start container process: exec:" in said:
        program = said.partition("exec: ")[2].split(": ")[0]
        return JobDied(
            f"{told} was not started: its image has no program {program}, with which its "
            "Dockerfile begins the container.",
            exit_code=127,
            remedy='write CMD or ENTRYPOINT as a list, ["/program", "argument"]: in words it needs '
            "the shell /bin/sh, which an image FROM scratch has not.",
        )
    if "memory" in said.lower() and limits.memory is not None:
        remedy = "raise `resources.memory_max` in job.yaml."
    elif "cpu" in said.lower() and limits.cpus is not None:
        remedy = "lower `resources.cpu_max` in job.yaml to what this machine has."
    elif "no space left" in said:
        remedy = "`workbench clean --images` removes our images, `docker system prune` others."
    else:
        remedy = "`docker info` tells how the daemon is."
    return EngineUnavailable(f"{told} was not started; Docker says: {said}.", remedy=remedy)
