"""A job's image: how long it takes after an edit of one line, and how large it is."""

from __future__ import annotations

import shutil
from collections import deque
from collections.abc import Callable
from pathlib import Path
from tempfile import mkdtemp

from bench.images import TOOLCHAIN, Images
from bench.programs import PUBLISHED, ROOT, Programs, edit, lay_out_published
from bench.rows import Goal, Row, compare
from bench.turns import Contest, Effort, Measure, NotMeasured
from workbench.dockerfile import render_dockerfile
from workbench.manifest import load_job_manifest
from workbench.plugin import load_plugin

EDIT_GOAL = Goal("<=", 1 / 20)
SIZE_GOAL = Goal("<=", 1.2)
OPENFAAS = ROOT / "tests" / "cases" / "openfaas"
LAYERING = "OpenFaaS's layers"
_SHOWN_RUNS = 3  # what is only shown takes the longest of all

Build = Callable[[], float]


def job_image(programs: Programs, effort: Effort) -> list[Row]:
    """Edit a line, build the image without a network; and look at the images.

    Every side has its base image, and the modules that it needs are fetched before.
    """
    ours = _ours(programs)
    published = _published(programs)
    openfaas = _openfaas(programs)
    figure = "job image, one-line edit"
    rows = Contest(lambda: {"wall": ours()}, {"published": lambda: {"wall": published()}}).measure(
        effort, Measure("wall", figure, "s", EDIT_GOAL)
    )
    turns = [(ours(), openfaas()) for _ in range(min(_SHOWN_RUNS, effort.runs))]
    former, latter = [one for one, _ in turns], [other for _, other in turns]
    rows.append(compare(figure, "s", former, latter, LAYERING))
    return [*rows, *_sizes(programs.images)]


def build_base(programs: Programs, *, cache: bool = True) -> float:
    """Build the finished plugin's base image."""
    folder = programs.plugin.plugin_dir
    text = (folder / "base.Dockerfile").read_text()
    return programs.images.build("base", text, folder, cache=cache)


def build_ours(programs: Programs, job: Path) -> Build:
    """What builds the image of a job in our wrapper."""
    made = programs.images
    build_base(programs)
    manifest = load_job_manifest(job)
    job_type = programs.plugin.job_type(manifest.get_jobtype())
    text = render_dockerfile(job_type, manifest, base_image=made.name("base"))
    return lambda: made.build("ours", text, job, network="none")


def build_published(programs: Programs, job: Path) -> Build:
    """What builds the image of a job as the published tutorial does.

    Its base image is built with the job in the stub's place, with the versions that
    `lay_out_published` pins, and fetches all that `go mod download` of a job would ask for: else
    no job could be built on it without a network.
    """
    made = programs.images
    folder = Path(mkdtemp(prefix="published-plugin-", dir=programs.work))
    lay_out_published(job, folder / "go_wrapper")
    base = (PUBLISHED / "base.Dockerfile").read_text()
    made.build("published-base", base.replace("RUN ", "RUN go mod download && ", 1), folder)
    manifest = load_job_manifest(job)
    job_type = load_plugin(PUBLISHED).job_type(manifest.get_jobtype())
    text = render_dockerfile(job_type, manifest, base_image=made.name("published-base"))
    return lambda: made.build("published", text, job, network="none")


def _ours(programs: Programs) -> Build:
    job = programs.copy_job("image-ours")
    build = build_ours(programs, job)
    return lambda: _edited(job, build)


def _published(programs: Programs) -> Build:
    job = programs.copy_job("image-published")
    build = build_published(programs, job)
    return lambda: _edited(job, build)


def _openfaas(programs: Programs) -> Build:
    """The same function in OpenFaaS's template; its README says what is left out."""
    made = programs.images
    folder = shutil.copytree(OPENFAAS, programs.work / "openfaas")
    for word in ("Modules", "Watchdog"):
        path = folder / f"{word}.Dockerfile"
        made.build(word.lower(), path.read_text(), folder, arguments={"GO": TOOLCHAIN})
    bases = {"GO": made.name("modules"), "WATCHDOG": made.name("watchdog")}
    text = (folder / "Dockerfile").read_text()

    def once() -> float:
        edit(folder / "function", "handler.go", r"return sum.*", "return sum + {}")
        return made.build("openfaas", text, folder, network="none", arguments=bases)

    return once


def _edited(job: Path, build: Build) -> float:
    edit(job)
    return build()


def _sizes(made: Images) -> list[Row]:
    figure = "job image size"
    ours = [made.size("ours") / 1e6]
    program = [_program_size(made) / 1e6]
    return [
        compare(figure, "MB", ours, program, "the program in it", SIZE_GOAL),
        compare(figure, "MB", ours, [made.size("published") / 1e6], "published"),
        compare(figure, "MB", ours, [made.size("openfaas") / 1e6], LAYERING),
    ]


def _program_size(made: Images) -> int:
    """The bytes of the program in our image."""
    container = made.client.api.containers.create(made.name("ours"))
    try:
        content, about = container.get_archive("/usr/local/bin/job")
        deque(content, maxlen=0)  # to its end: until then the daemon holds the container
    finally:
        container.remove()
    if about is None:
        raise NotMeasured("the image has no program")
    return int(about["size"])
