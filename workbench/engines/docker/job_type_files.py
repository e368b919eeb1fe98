"""The plugin's own files in a build, which today's templates take by `COPY --from=jobtype`.

Racetrack gives them as a named build context. Where the docker command has none, an image that
holds nothing but the plugin's files takes its place, and the Dockerfile names that.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace

from workbench.dockerfile import Instruction, parse_dockerfile
from workbench.engines.docker import names
from workbench.engines.docker.building import Recipe, build
from workbench.engines.docker.client import Client
from workbench.engines.docker.context import plugin_context
from workbench.engines.docker.keeping import drop_old_images
from workbench.events import Phase, Sink
from workbench.job_type import JobType

CONTEXT = "jobtype"
"""Racetrack's name for it."""

_COPY_ALL = "FROM scratch\nCOPY . /\n"
_NAMED = re.compile(rf"(--from=|\bfrom=)([\"']?){CONTEXT}\b")


def with_job_type_files(
    client: Client, recipe: Recipe, job_type: JobType, on_event: Sink
) -> Recipe:
    """The recipe of a job's image in which `jobtype` can be copied from, if it is named there."""
    if not any(_takes_them(one) for one in parse_dockerfile(recipe.dockerfile)):
        return recipe
    if client.command.buildx:
        return replace(recipe, contexts={**recipe.contexts, CONTEXT: job_type.plugin_dir})
    context = plugin_context(job_type.plugin_dir)
    digest = names.digest_of(json.dumps(context.digests(), sort_keys=True))
    tag = f"racetrack-workbench/{CONTEXT}:{digest}"
    files = Recipe(
        f"The files of {job_type.full_name}",
        _COPY_ALL,
        context,
        tag,
        names.image_labels("jobtype", job_type.full_name, digest),
    )
    image_id, _ = build(client, files, Phase.PREPARING, on_event)
    same = {names.ROLE: "jobtype", names.PLUGIN: job_type.full_name}
    drop_old_images(client, same, keep=image_id)
    return replace(recipe, dockerfile=_NAMED.sub(rf"\g<1>\g<2>{tag}", recipe.dockerfile))


def _takes_them(instruction: Instruction) -> bool:
    return any(_NAMED.search(flag) for flag in instruction.flags)
