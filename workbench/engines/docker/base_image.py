"""The base image of a job type: built if what it is made of changed, and never stale unnoticed."""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docker.errors import APIError, ImageNotFound

from workbench.dockerfile import Stage, base_image_name, parse_dockerfile, stages
from workbench.engines.build_step import Build
from workbench.engines.docker import names
from workbench.engines.docker.building import Recipe, build
from workbench.engines.docker.client import Client
from workbench.engines.docker.context import plugin_context
from workbench.engines.docker.toolchain import ensure_toolchain
from workbench.errors import BuildError
from workbench.events import Event, Phase, Sink, step
from workbench.job_type import JobType
from workbench.settings import GO_VERSION

TOOLCHAIN = f"golang:{GO_VERSION}-alpine"
"""The image that the finished plugin's base image starts from; a stand-in can take its place."""


@dataclass(frozen=True)
class BaseImage:
    """A base image that is there.

    Attributes:
        name: A name that stands for this content alone.
        id: Its id.
        build: How it came about.
        stand_in: What its toolchain was made of, where that is a stand-in; else empty.
    """

    name: str
    id: str
    build: Build
    stand_in: str = ""


def ensure_base(client: Client, job_type: JobType, on_event: Sink, index: int = 0) -> BaseImage:
    """The base image of a job type, built if it is not there or its inputs changed.

    Inputs are the Dockerfile, the plugin's files that it copies, and the images that it starts
    from. They are written down in the image's labels, so that what changed can be told. Its steps
    have Docker's default network, whatever those of jobs have: the builder keeps what it built for
    each kind of network apart.

    Raises:
        BuildError: It does not build.
        EngineUnavailable: What it starts from is not to be had, or the daemon went away.
    """
    path = job_type.images[index].base_dockerfile
    assert path is not None  # noqa: S101 - the caller looked
    dockerfile = _read(path)
    tag = base_image_name(job_type, index)
    if not names.is_tag(job_type.version):
        raise BuildError(
            f"{job_type.full_name}: Docker takes no image with the tag {job_type.version!r}.",
            remedy="give the plugin a version of letters, digits, dots and dashes.",
        )
    found = stages(parse_dockerfile(dockerfile))
    stand_in = ""
    inputs = {path.name: hashlib.sha256(dockerfile.encode()).hexdigest()[:16]}
    for reference in sorted(outer_images(found)):
        image_id, made_of = bring_image(client, reference, on_event)
        inputs[reference] = image_id
        stand_in = stand_in or made_of
    context = plugin_context(job_type.plugin_dir)
    inputs |= context.digests(_copied(found))
    digest = hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()
    exact = names.exact_name(tag, digest)
    there = find_image(client, exact)
    if there is not None and names.read_inputs(there.labels) == inputs:
        on_event(Event(Phase.BASE_IMAGE, f"{tag} is there: nothing that it is made of changed"))
        _tag(client, exact, tag)
        return BaseImage(exact, there.id, Build("base", tag, dockerfile, ()), stand_in)
    former = find_image(client, tag)
    before = names.read_inputs(former.labels) if former else {}
    changed = names.changed(before, inputs) if before else ()
    start = time.perf_counter()
    with step(on_event, Phase.BASE_IMAGE, f"{tag}, {_why(changed, former is not None)}"):
        recipe = Recipe(
            f"The base image of {job_type.full_name}",
            dockerfile,
            context,
            exact,
            names.image_labels("base", job_type.full_name, inputs),
        )
        image_id, steps = build(client, recipe, Phase.BASE_IMAGE, on_event)
        _tag(client, exact, tag)
    if former is not None:
        _drop_former(client, former, tag, exact)
    made = Build(
        "base", tag, dockerfile, steps, changed, former is None, time.perf_counter() - start
    )
    return BaseImage(exact, image_id, made, stand_in)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BuildError(
            f"{path} cannot be read: {error}.", remedy="put the base Dockerfile there."
        ) from None


def outer_images(found: list[Stage]) -> set[str]:
    """The images that a Dockerfile starts from or copies from, by name."""
    own = {stage.name for stage in found if stage.name}
    wanted = {stage.base for stage in found if stage.base and not stage.parent}
    for stage in found:
        sources = (one.flag("from") for one in stage.instructions if one.keyword == "COPY")
        wanted |= {name for name in sources if name and not name.isdecimal()}
    return {name for name in wanted if name.lower() not in own and name != "scratch"}


def bring_image(client: Client, reference: str, on_event: Sink) -> tuple[str, str]:
    """The id of an image that a Dockerfile names, and of what a stand-in for it was made."""
    if reference == TOOLCHAIN:
        made = ensure_toolchain(client.api, reference, on_event=on_event)
        return made.id, made.stand_in
    there = find_image(client, reference)
    return (there.id if there else "not here yet"), ""


def _copied(found: list[Stage]) -> list[str] | None:
    """What a Dockerfile copies from its context; None where that is not to be told."""
    sources: list[str] = []
    for stage in found:
        for one in stage.instructions:
            if one.keyword == "RUN" and any(flag.startswith("--mount") for flag in one.flags):
                return None
            if one.keyword in ("COPY", "ADD") and one.flag("from") is None:
                words = [word.strip("\"'") for word in one.words[:-1]]
                if any("$" in word for word in words):
                    return None
                sources += words
    return sources


def _why(changed: tuple[str, ...], was_there: bool) -> str:
    if not was_there:
        return "for the first time"
    if not changed:
        return "since the one that is there tells nothing of what it was built from"
    more = f" and {len(changed) - 3} more" if len(changed) > 3 else ""
    return f"since {', '.join(changed[:3])}{more} changed"


def find_image(client: Client, name: str) -> Any:
    """docker-py's own object of an image; None where there is none of that name."""
    try:
        return client.api.images.get(name)
    except ImageNotFound:
        return None


def _tag(client: Client, exact: str, tag: str) -> None:
    repository, _, version = tag.rpartition(":")
    client.api.api.tag(exact, repository, version)


def _drop_former(client: Client, former: Any, tag: str, exact: str) -> None:
    """Remove the exact name of what was built before, where this workbench gave it."""
    if former.labels.get(names.OURS) != names.workbench_id():
        return
    for name in former.tags:
        if name.startswith(f"{tag}-") and name != exact:
            try:
                client.api.images.remove(name)
            except APIError:  # somebody uses it, or took it away
                continue
