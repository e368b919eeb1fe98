"""What the steps check in the sources of the Go wrapper."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import zip_longest
from pathlib import Path

from workbench._go import find_go, run_go
from workbench._json_text import json_problem
from workbench.assets import missing_assets
from workbench.conformance.modules import HANDLER
from workbench.tutorial.checks import read_text
from workbench.tutorial.playground import Playground
from workbench.tutorial.step import NotYet

GO_TIMEOUT = 300.0
"""Seconds that one Go command may take; with a cold cache it compiles the standard library."""

WRAPPER_TREE = (
    "go.mod", "go.sum", "main.go", "server.go", "health.go", "openapi.go", "metrics.go", "Makefile",
    "handler/go.mod", "handler/go.sum", "handler/perform.go",
    "swaggerui/index.html", "swaggerui/swagger-initializer.js", "swaggerui/openapi.json",
)  # fmt: skip
"""The files of the wrapper that the tutorial names."""


def every_file_of_the_wrapper_is_there(playground: Playground) -> str:
    """The wrapper's folder holds what the tutorial names."""
    missing = [name for name in WRAPPER_TREE if not (playground.wrapper_dir / name).is_file()]
    if missing:
        raise NotYet(f"missing in go_wrapper: {', '.join(missing)}.")
    return f"{len(WRAPPER_TREE)} files"


def the_swagger_files_are_the_listed_ones(playground: Playground) -> str:
    """The third-party files of the page are there, byte for byte."""
    missing = missing_assets(playground.plugin_dir)
    if missing:
        raise NotYet(
            f"missing or changed in go_wrapper/swaggerui: {', '.join(missing)}.",
            remedy="`workbench prefetch` copies them from their package.",
        )
    return "as in SHA256SUMS"


def the_openapi_document_can_be_read(playground: Playground) -> str:
    """The Swagger page shows what openapi.json describes."""
    path = playground.wrapper_dir / "swaggerui" / "openapi.json"
    problem = json_problem(text := read_text(path))
    if problem is not None:
        raise NotYet(f"{path}:{problem.line}:{problem.column}: not JSON: {problem.message}.")
    document = json.loads(text)
    paths = document.get("paths") if isinstance(document, dict) else None
    found = sorted(paths) if isinstance(paths, dict) else []
    if not any(one.endswith("/api/v1/perform") for one in found):
        raise NotYet(
            f"{path} describes {', '.join(found) or 'no paths'}, and not /api/v1/perform.",
            remedy='describe it under the key "paths".',
        )
    return f"{len(found)} paths"


def gofmt_has_nothing_to_change(playground: Playground) -> str:
    """Every Go file has the one form that all Go code has."""
    go = find_go()
    wrong = _go(playground.wrapper_dir, [go.gofmt, "-l", "."]).split()
    if wrong:
        formatted = _go(playground.wrapper_dir, [go.gofmt, wrong[0]]).splitlines()
        mine = read_text(playground.wrapper_dir / wrong[0]).splitlines()
        pairs = enumerate(zip_longest(mine, formatted), 1)
        first = next((number for number, (one, other) in pairs if one != other), len(mine))
        raise NotYet(
            f"gofmt would change {', '.join(wrong)}; the first place is {wrong[0]}:{first}.",
            remedy="run `gofmt -w .` in the wrapper's folder.",
        )
    return f"{len(list(playground.wrapper_dir.rglob('*.go')))} files"


def the_wrapper_requires_only_the_handler(playground: Playground) -> str:
    """No third-party module of the wrapper can meet another version of a job's."""
    go = find_go()
    found = json.loads(_go(playground.wrapper_dir, [go.path, "mod", "edit", "-json"]))
    required = [one["Path"] for one in found.get("Require") or []]
    if required != [HANDLER]:
        raise NotYet(
            f"go.mod requires {', '.join(required) or 'nothing'}.",
            remedy=f"require {HANDLER} alone: then a job's own versions stay as they are.",
        )
    replaced = {one["Old"]["Path"]: one["New"]["Path"] for one in found.get("Replace") or []}
    if HANDLER not in replaced:
        raise NotYet(
            f"go.mod does not say where {HANDLER} is, so Go would look for it on the network.",
            remedy=f"add the line: replace {HANDLER} => ./handler",
        )
    if not (playground.wrapper_dir / replaced[HANDLER] / "go.mod").is_file():
        raise NotYet(
            f"go.mod replaces {HANDLER} by {replaced[HANDLER]}, and no module is there.",
            remedy="name the folder that holds the stub: ./handler",
        )
    return HANDLER


def go_vet_finds_nothing(playground: Playground) -> str:
    """The wrapper compiles with its stub, and go vet is content with it."""
    go = find_go()
    # Without the paths of this folder in it the result is cached for every playground.
    _go(playground.wrapper_dir, [go.path, "vet", "-trimpath", "./..."])
    return f"go {go.version}"


def _go(folder: Path, words: Sequence[str | Path]) -> str:
    """Run a Go command in a folder and return what it wrote to stdout."""
    if not folder.is_dir():
        raise NotYet(f"there is no folder {folder}.", remedy="run the cells that write its files.")
    answer = run_go(words, cwd=folder, timeout=GO_TIMEOUT)
    if answer.returncode != 0:
        # Lines with # name the package, which is always the same one here.
        lines = (answer.stderr or answer.stdout).strip().splitlines()
        said = [one.removeprefix("vet: ").removeprefix("./") for one in lines if one[:1] != "#"]
        raise NotYet(f"{Path(words[0]).name} {words[1]} says:\n" + "\n".join(said))
    return answer.stdout
