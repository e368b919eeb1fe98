"""Container start: from `docker run` to the first 200."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from time import perf_counter

from bench.figures.images import build_ours, build_published
from bench.images import Images
from bench.programs import Programs
from bench.rows import Goal, Row
from bench.servers import Program
from bench.timing import answers_200
from bench.turns import Contest, Effort, Measure, NotMeasured, Values
from workbench._ports import free_port
from workbench.settings import JOB_PORT

GOAL = Goal("<=", 1.1)
_DEADLINE = 20.0
_BARE = 'FROM scratch\nCOPY bare /bare\nUSER 65532:65532\nCMD ["/bare"]\n'


def container_start(programs: Programs, effort: Effort) -> list[Row]:
    """Start a container of each image and ask `/ready` until it answers; one client for all."""
    made = programs.images
    if not made.has("ours"):
        build_ours(programs, programs.copy_job("container-ours"))()
    if not made.has("published"):
        build_published(programs, programs.copy_job("container-published"))()
    folder = programs.work / "bare-image"
    folder.mkdir()
    shutil.copy(programs.bare.binary, folder / "bare")
    made.build("bare", _BARE, folder)
    beside = {"bare net/http": _side(made, "bare"), "published": _side(made, "published")}
    return Contest(_side(made, "ours"), beside).measure(
        effort.times(3), Measure("wall", "container start", "ms", GOAL, scale=1e3)
    )


def _side(made: Images, word: str) -> Callable[[], Values]:
    return lambda: {"wall": _run_to_first_200(made, word)}


def _run_to_first_200(made: Images, word: str) -> float:
    port = free_port()
    environment = Program(word, made.work).environment(port)
    environment["LISTEN_ADDRESS"] = f"0.0.0.0:{JOB_PORT}"
    start = perf_counter()
    container = made.client.api.containers.run(
        made.name(word),
        detach=True,
        environment=environment,
        ports={f"{JOB_PORT}/tcp": ("127.0.0.1", port)},
    )
    try:
        while not answers_200(port):
            if perf_counter() - start > _DEADLINE:
                raise NotMeasured(f"{word} did not answer: {container.logs()[-500:]!r}")
        return perf_counter() - start
    finally:
        container.remove(force=True)
