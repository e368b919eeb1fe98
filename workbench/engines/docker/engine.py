"""The Docker engine: the images that Racetrack would build, and containers on loopback."""

from __future__ import annotations

import json
import socket
import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from os import geteuid

import psutil

from workbench import _ports
from workbench.dockerfile import dockerfile_env, parse_dockerfile, stages
from workbench.dockerfile.render import render_image
from workbench.engines.base import NOTHING_WRONG, Image, Surroundings
from workbench.engines.build_step import Build
from workbench.engines.docker import names
from workbench.engines.docker.answering import answers, told_if_gone
from workbench.engines.docker.base_image import (
    BaseImage,
    bring_image,
    ensure_base,
    find_image,
    outer_images,
)
from workbench.engines.docker.building import Recipe, build
from workbench.engines.docker.cleaning import containers
from workbench.engines.docker.client import Client, connect
from workbench.engines.docker.containers import DockerContainer
from workbench.engines.docker.context import job_context
from workbench.engines.docker.job_type_files import CONTEXT, with_job_type_files
from workbench.engines.docker.keeping import drop_old_images, remember_inputs
from workbench.engines.docker.limits import limits_of
from workbench.engines.docker.private import PrivateDockerContainer
from workbench.engines.docker.starting import start_container
from workbench.errors import EngineUnavailable, PortTaken
from workbench.events import Event, Phase, Sink, silent, step
from workbench.job_type import JobType
from workbench.manifest import JobManifest
from workbench.settings import JOB_PORT, get_settings

PRIVATE_MEMORY = 1024**3
"""Bytes that a container in a network of its own may use where its manifest sets no limit."""


class DockerEngine:
    """Builds images with BuildKit and runs containers, on this machine's Docker daemon.

    Args:
        network: The network of the RUN steps of jobs, such as `none`; None for the setting.
    """

    name = "docker"

    def __init__(self, network: str | None = None) -> None:
        self._network = network or get_settings().docker_network
        self._connected: Client | None = None

    def available(self) -> EngineUnavailable | None:
        """None where there are a client with BuildKit and a daemon, else the error to raise."""
        try:
            self._connected = connect()
        except EngineUnavailable as problem:
            return problem
        return None

    def build(
        self,
        job_type: JobType,
        manifest: JobManifest,
        *,
        on_event: Sink = silent,
        strict: bool = True,
    ) -> Image:
        """Build the base image where it is needed, and the job's; see `Engine.build`."""
        with told_if_gone(f"{manifest.name} was not built"):
            return self._build(job_type, manifest, on_event, strict)

    def _build(
        self, job_type: JobType, manifest: JobManifest, on_event: Sink, strict: bool
    ) -> Image:
        start = time.perf_counter()
        client = self._client()
        for left in containers(client):
            if left.abandoned:
                told = f"{left} was left by a crash: `wb.clean()` or `workbench clean` removes it"
                on_event(Event(Phase.PREPARING, told))
        if len(job_type.images) > 1:
            told = f"{job_type.full_name} has {len(job_type.images)} images: the first one is built"
            on_event(Event(Phase.JOB_IMAGE, told))
        base = None
        if job_type.images[0].base_dockerfile is not None:
            base = self._base(client, job_type, on_event)
        name = base.name if base else None
        dockerfile = render_image(job_type, manifest, base_image=name, strict=strict).text
        for reference in outer_images(stages(parse_dockerfile(dockerfile))):
            if base is None and reference != CONTEXT:
                bring_image(client, reference, on_event)
        try:
            image_id, made = self._build_job(client, job_type, manifest, dockerfile, base, on_event)
        except EngineUnavailable:
            if base is None or not answers(client) or find_image(client, base.name) is not None:
                raise
            told = "the base image was removed by somebody in the meantime: once more"
            on_event(Event(Phase.BASE_IMAGE, told))
            base = ensure_base(client, job_type, on_event)
            image_id, made = self._build_job(client, job_type, manifest, dockerfile, base, on_event)
        return Image(
            role="job",
            engine=self.name,
            reference=made.reference,
            manifest=manifest,
            env=dockerfile_env(parse_dockerfile(dockerfile)),
            dockerfile=dockerfile,
            seconds=time.perf_counter() - start,
            id=image_id,
            builds=(*((base.build,) if base else ()), made),
            stand_in=base.stand_in if base else "",
        )

    def build_base(
        self, job_type: JobType, manifest: JobManifest, *, on_event: Sink = silent
    ) -> Image:
        """Build the base image alone, unless it is there; see `BuildsBase.build_base`."""
        start = time.perf_counter()
        with told_if_gone(f"The base image of {job_type.full_name} was not built"):
            base = self._base(self._client(), job_type, on_event)
        return Image(
            role="base",
            engine=self.name,
            reference=base.build.reference,
            manifest=manifest,
            env=dockerfile_env(parse_dockerfile(base.build.dockerfile)),
            dockerfile=base.build.dockerfile,
            seconds=time.perf_counter() - start,
            id=base.id,
            builds=(base.build,),
            stand_in=base.stand_in,
        )

    def _base(self, client: Client, job_type: JobType, on_event: Sink) -> BaseImage:
        base = ensure_base(client, job_type, on_event)
        if base.stand_in:
            told = f"its toolchain image is a stand-in, made of this machine's {base.stand_in}"
            on_event(Event(Phase.BASE_IMAGE, told))
        return base

    def _build_job(
        self,
        client: Client,
        job_type: JobType,
        manifest: JobManifest,
        dockerfile: str,
        base: BaseImage | None,
        on_event: Sink,
    ) -> tuple[str, Build]:
        context = job_context(manifest)
        inputs = {"Dockerfile": names.digest_of(dockerfile), **context.digests()}
        if base is not None:
            inputs["base image"] = base.name
        secret = manifest.secret_build_env_file
        told = f"{manifest.name} {manifest.version}"
        start = time.perf_counter()
        with step(on_event, Phase.JOB_IMAGE, told) as outcome:
            recipe = Recipe(
                manifest.name,
                dockerfile,
                context,
                names.job_image_name(manifest),
                {
                    **names.image_labels(
                        "job", job_type.full_name, names.digest_of(json.dumps(inputs))
                    ),
                    names.JOB_NAME: manifest.name,
                    names.JOB_VERSION: manifest.version,
                },
                secrets={"build_secrets": manifest.workspace / secret} if secret else {},
                network=self._network,
            )
            recipe = with_job_type_files(client, recipe, job_type, on_event)
            image_id, steps = build(client, recipe, Phase.JOB_IMAGE, on_event)
            size = client.api.images.get(image_id).attrs["Size"] / 1e6
            cached = sum(step.cached for step in steps)
            outcome.message = f"{told}: {size:.1f} MB, {cached} of {len(steps)} steps were cached"
        changed, first = remember_inputs(manifest.workspace, job_type.full_name, inputs)
        drop_old_images(client, {names.JOB_NAME: manifest.name}, keep=image_id)
        seconds = time.perf_counter() - start
        return image_id, Build("job", recipe.tag, recipe.dockerfile, steps, changed, first, seconds)

    def run(
        self, image: Image, env: Mapping[str, str], *, port: int | None = None
    ) -> DockerContainer:
        """Start a container whose port 7000 is one of this machine's loopback; see `Engine.run`."""
        chosen = port or _ports.free_port()
        if not _ports.port_is_free(chosen):
            raise PortTaken(
                f"Port {chosen} is taken by {_ports.port_owner(chosen)}.",
                port=chosen,
                remedy="stop it (`workbench clean`, if a crash left it), or take another port.",
            )
        published = {f"{JOB_PORT}/tcp": ("127.0.0.1", chosen)}
        limits = limits_of(image.manifest)
        return start_container(
            self._client(), image, env, DockerContainer, port=chosen, limits=limits, ports=published
        )

    def host_address(self) -> str:
        """The gateway of Docker's own bridge, which containers are in; see `Engine`."""
        with told_if_gone("The address by which containers reach this machine was not found"):
            client = self._client()
            bridge = client.api.networks.get("bridge").attrs
        for one in bridge["IPAM"]["Config"] or ():
            if gateway := one.get("Gateway"):
                return str(gateway)
        # A daemon that made its bridge itself, at its first start, tells no gateway until the next.
        interface = bridge["Options"].get("com.docker.network.bridge.name", "docker0")
        for address in psutil.net_if_addrs().get(interface, ()) if client.local else ():
            if address.family is socket.AF_INET:
                return str(address.address)
        raise EngineUnavailable(
            "Docker's network `bridge` has no gateway by which containers reach this machine.",
            remedy="start the daemon with a bridge of its own, or do without.",
        )

    def isolates(self) -> EngineUnavailable | None:
        """None where this process may enter a container's network: root, on the daemon's Linux."""
        if sys.platform == "linux" and geteuid() == 0:
            with told_if_gone("The daemon was not asked whether it is this machine's own"):
                if self._client().local:
                    return None
        return EngineUnavailable(
            "A container's own network can be entered only by root, on the daemon's own Linux.",
            remedy="run it as root, with a Docker daemon of this machine.",
        )

    def run_private(
        self, image: Image, env: Mapping[str, str], around: Surroundings = NOTHING_WRONG
    ) -> PrivateDockerContainer:
        """Start a container in a network of its own; see `Engine.run_private`."""
        problem = self.isolates()
        if problem is not None:
            raise problem
        limits = limits_of(image.manifest)
        if limits.memory is None:
            limits = replace(limits, memory=PRIVATE_MEMORY)
        return start_container(
            self._client(), image, env, PrivateDockerContainer,
            port=JOB_PORT, limits=limits, around=around, network_mode="none",
        )  # fmt: skip

    def _client(self) -> Client:
        if self._connected is None:
            self._connected = connect()
        return self._connected
