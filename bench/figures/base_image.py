"""The base image from nothing, beside the compiler alone doing the same work."""

from __future__ import annotations

import re
from time import perf_counter

from bench.figures.images import build_base
from bench.images import TOOLCHAIN
from bench.programs import Programs
from bench.rows import Goal, Row, compare
from bench.turns import Effort, NotMeasured
from workbench.dockerfile import dockerfile_env, parse_dockerfile

GOAL = Goal("<=", 1.2)

# The stub in the wrapper, as `go run .` would compile it, is what jobbuild makes of the two.
_BY_HAND = """
set -e
cp -r /plugin/go_wrapper /src
mkdir -p "$GOMODCACHE" /out
go build -trimpath {packages}
cd /src/typical
go mod download
go build -trimpath ./...
cd /src
go build -trimpath -ldflags='-s -w' -o /out/ ./jobbuild .
"""


def base_image(programs: Programs, effort: Effort) -> list[Row]:
    """Build the base image without the builder's cache, and compile by hand in a container."""
    ours: list[float] = []
    by_hand: list[float] = []
    for run in range(effort.runs):
        if run % 2:
            by_hand.append(_by_hand(programs))
        ours.append(build_base(programs, cache=False))
        if not run % 2:
            by_hand.append(_by_hand(programs))
    return [compare("base image, cold", "s", ours, by_hand, "by hand", GOAL)]


def packages_of(dockerfile: str) -> str:
    """The packages of the standard library that a base Dockerfile compiles first."""
    found = re.search(r"go build -trimpath ((?:\S+/\.\.\.|\w+|[\s\\])+)", dockerfile)
    packages = found[1].replace("\\", " ").split() if found else []
    if len(packages) < 10:
        raise NotMeasured("base.Dockerfile names no packages of the standard library")
    return " ".join(packages)


def _by_hand(programs: Programs) -> float:
    folder = programs.plugin.plugin_dir
    text = (folder / "base.Dockerfile").read_text()
    script = _BY_HAND.format(packages=packages_of(text))
    start = perf_counter()
    programs.images.client.api.containers.run(
        TOOLCHAIN,
        ["sh", "-c", script],
        remove=True,
        environment=dict(dockerfile_env(parse_dockerfile(text))),
        volumes={str(folder): {"bind": "/plugin", "mode": "ro"}},
    )
    return perf_counter() - start
