"""All that `make test` runs, one named stage after another.

Every stage runs even if one before it failed, so that one run tells everything. The table at the
end counts what was skipped, pytest's own skips included; in CI (`CI` is set) a skip is a failure.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests import parts
from tests.running import Failed, Skipped, run
from tests.support import IN_CI, ROOT

CACHE = ROOT / ".cache"
BIN = Path(sys.executable).parent

GO_FOLDERS = ("golang-job-type", "sample-golang-function", "bench")
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
ABOUT_IMAGES = ("04-base-dockerfile", "05-job-template", "10-deploy-sample-job", "13-images")
ON_EITHER = "00-start-here"  # it takes the engine that the setting names
ABOUT_WRAPPERS = ("11-conformance", "12-fault-lab")
FEWEST_CELLS = 8  # of any notebook
STATICCHECK = "v0.8.2"


@dataclass(frozen=True)
class Result:
    """How a stage ended: `ok`, `failed` or `skipped`, why, and the seconds that it took."""

    name: str
    state: str
    reason: str
    seconds: float


# --- Python and notebooks -------------------------------------------------------------------------


def ruff() -> None:
    """The families of rules that pyproject.toml names."""
    run(BIN / "ruff", "check", ".")


def ruff_format() -> None:
    """The form of Python files."""
    run(BIN / "ruff", "format", "--check", ".")


def mypy() -> None:
    """Types, strictly."""
    run(BIN / "mypy")


def imports() -> None:
    """The rooms import only from rooms above them."""
    run(BIN / "lint-imports", "--no-logo", "--cache-dir", CACHE / "import-linter")


def notebook_form() -> None:
    """Notebooks are stored stripped, as JupyterLab itself would write them."""
    run(BIN / "workbench", "notebooks", "--check")


def prefetch() -> None:
    """The Swagger UI files, the modules and the build cache that the tests use."""
    run(BIN / "workbench", "prefetch")


def pytest() -> None:
    """The Python tests, which build and run jobs as well; in parts, side by side."""
    failed = parts.run(CACHE)
    if failed:
        raise Failed(f"tests of {' and '.join(failed)} failed")


def notebooks() -> None:
    """Each runs twice in one place, first where nothing was before and without a network.

    Those about images run with Docker as well, with a network and without. What is published
    fetches its modules whenever it is built: lab 13 says so, and goes on.
    """
    from workbench.engines import docker_is_here

    paths = [path.relative_to(ROOT) for path in NOTEBOOKS]
    images = [path for path in paths if path.stem in ABOUT_IMAGES]
    wrappers = [path for path in paths if path.stem in ABOUT_WRAPPERS]
    others = [path for path in paths if path not in images + wrappers]
    either = [path for path in paths if path.stem == ON_EITHER]
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(4) as pool:

        def run_by_processes(paths: Sequence[Path], place: str) -> None:
            env = {"WORKBENCH_ENGINE": "process", "WORKBENCH_PLAYGROUND": f"{folder}/{place}"}
            run_notebooks(paths, env, "--offline")
            run_notebooks(paths, env)

        def run_with_docker() -> None:
            prefetch()
            env = {"WORKBENCH_ENGINE": "docker", "WORKBENCH_PLAYGROUND": f"{folder}/docker"}
            run_notebooks(images, env | {"WORKBENCH_DOCKER_NETWORK": "none"})
            run_notebooks([*either, *images[:-1]], env)

        # Side by side: within the closed network of `--offline` they have ports of their own.
        runs = [pool.submit(run_by_processes, others, "others")]
        runs += [pool.submit(run_by_processes, images, "images")]
        runs += [pool.submit(run_by_processes, wrappers, "wrappers")]
        runs += [pool.submit(run_with_docker)] if (with_docker := docker_is_here()) else []
        for each in runs:
            each.result()
    if not with_docker:
        raise Skipped("with images: no Docker daemon answers")


def run_notebooks(paths: Sequence[Path], env: Mapping[str, str], *words: str) -> None:
    """Run notebooks as a user does; all their cells run, and their files stay as they are."""
    before = [path.read_bytes() for path in NOTEBOOKS]
    try:
        output = run(BIN / "workbench", "notebooks", "--run", *words, *paths, env=env, keep=True)
    except Failed as failure:
        told = [line for line in str(failure).splitlines() if line.startswith("error: ")]
        raise Failed(" ".join(told) or str(failure)) from None
    print(output, end="", flush=True)
    cells = [int(number) for number in re.findall(r"\.ipynb: (\d+) cells ran in ", output)]
    if len(cells) != len(paths) or min(cells) < FEWEST_CELLS:
        raise Failed(f"not every notebook ran with its cells: {cells}")
    if [path.read_bytes() for path in NOTEBOOKS] != before:
        raise Failed("a notebook's file was changed by running it")


# --- Go -------------------------------------------------------------------------------------------


@cache
def go_bin() -> Path:
    """The folder of the `go` and `gofmt` that the workbench itself would use."""
    from workbench._go import find_go

    return find_go().goroot / "bin"


def run_go(command: str | Path, *words: str, cwd: Path = ROOT, **env: str) -> str:
    """Run a Go command; what a user may have set for other Go work is taken out.

    What is compiled is what the builds of jobs need later, and take from Go's cache. Go's programs
    collect their garbage less often, which saves a fifth of their time.
    """
    base = {
        "PATH": os.pathsep.join([str(go_bin()), os.environ["PATH"]]),
        "CGO_ENABLED": "0",
        "GOFLAGS": "-trimpath",
        "GOGC": "400",
        "GOTOOLCHAIN": "local",
        "GOWORK": "off",
    }
    return run(go_bin() / command, *words, cwd=cwd, env=base | env, keep=cwd == ROOT)


def in_each_module(command: str | Path, *words: str, **env: str) -> None:
    """Run a Go command in every module of the repository, then tell those that it failed in."""
    failed = []
    for mod in sorted(mod for folder in GO_FOLDERS for mod in (ROOT / folder).rglob("go.mod")):
        try:
            run_go(command, *words, cwd=mod.parent, **env)
        except Failed:
            failed.append(str(mod.parent.relative_to(ROOT)))
    if failed:
        raise Failed(f"in {', '.join(failed)}")


def gofmt() -> None:
    """The form of Go files."""
    names = run_go("gofmt", "-l", *GO_FOLDERS).split()
    if names:
        raise Failed(f"`make fix` formats {', '.join(names)}")


def vet() -> None:
    """Go's own checks."""
    in_each_module("go", "vet", "./...")


def staticcheck() -> None:
    """The checks of staticcheck, built once into .cache."""
    folder = CACHE / f"staticcheck-{STATICCHECK}-{run_go('go', 'env', 'GOVERSION').strip()}"
    if not (folder / "staticcheck").is_file():
        package = f"honnef.co/go/tools/cmd/staticcheck@{STATICCHECK}"
        try:
            run_go("go", "install", package, GOBIN=str(folder))
        except Failed as failure:
            offline = ("dial tcp", "i/o timeout", "no such host", "module lookup disabled")
            if any(sign in str(failure) for sign in offline):
                raise Skipped("staticcheck could not be fetched (no network)") from None
            raise
    in_each_module(folder / "staticcheck", "./...")


def go_test() -> None:
    """The Go tests, with the race detector where there is a C compiler."""
    # What is tested runs as it does elsewhere; vet is a stage of its own.
    test = ("go", "test", "-vet=off", "-exec", "env -u GOGC")
    compiler = run_go("go", "env", "CC").split()[0]
    if shutil.which(compiler):
        in_each_module(*test, "-race", "./...", CGO_ENABLED="1", GOFLAGS="")
    else:
        in_each_module(*test, "./...", GOFLAGS="")
        raise Skipped(f"race detector: no C compiler ({compiler}); the tests pass without it")


# --- running them ---------------------------------------------------------------------------------

CHECKS: dict[str, Callable[[], None]] = {
    "ruff": ruff,
    "format": ruff_format,
    "mypy": mypy,
    "imports": imports,
    "notebook-form": notebook_form,
    "gofmt": gofmt,
    "vet": vet,
    "staticcheck": staticcheck,
    "go-test": go_test,
    "prefetch": prefetch,
    "pytest": pytest,
    "notebooks": notebooks,
}

FIXES: dict[str, Callable[[], object]] = {
    "ruff": lambda: run(BIN / "ruff", "check", "--fix", "."),
    "format": lambda: run(BIN / "ruff", "format", "."),
    "notebook-form": lambda: run(BIN / "workbench", "notebooks", "--fix"),
    "gofmt": lambda: run_go("gofmt", "-w", *GO_FOLDERS),
}


def run_stage(name: str, stage: Callable[[], object]) -> Result:
    """Run one stage; whatever goes wrong in it is its result."""
    print(f"\n=== {name}", flush=True)
    start = time.perf_counter()
    state, reason = "ok", ""
    try:
        stage()
    except Skipped as skip:
        state, reason = "failed" if IN_CI else "skipped", str(skip)
    except Exception as error:  # noqa: BLE001 - the stages after it are to run as well
        state, reason = "failed", str(error)
    return Result(name, state, reason, time.perf_counter() - start)


def summary(results: Sequence[Result], skips: Sequence[str]) -> str:
    """The table, what was skipped inside of pytest, and the count."""
    lines = ["", f"{'stage':<14} {'result':<8} {'seconds':>7}"]
    for result in results:
        reason = result.reason.splitlines()[-1] if result.reason else ""
        row = f"{result.name:<14} {result.state:<8} {result.seconds:>7.1f}  {reason}"
        lines.append(row.rstrip())
    if skips:
        lines += ["", f"skipped within pytest: {len(skips)}", *(f"  {skip}" for skip in skips)]
    count = {state: sum(r.state == state for r in results) for state in ("ok", "failed", "skipped")}
    lines += ["", f"stages: {count['ok']} passed, {count['failed']} failed, "]
    lines[-1] += f"{count['skipped']} skipped"
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the stages that were named, or all; 0 only if every one of them held."""
    parser = argparse.ArgumentParser(prog="stages", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="STAGE", help=", ".join(CHECKS))
    parser.add_argument("--fix", action="store_true", help="mend what can be mended by itself")
    options = parser.parse_args(arguments)
    stages = FIXES if options.fix else CHECKS
    unknown = [name for name in options.names if name not in stages]
    if unknown:
        parser.error(f"no such stage: {', '.join(unknown)} (there are: {', '.join(stages)})")
    CACHE.mkdir(exist_ok=True)
    results: list[Result] = []
    try:
        results.extend(run_stage(name, stages[name]) for name in options.names or stages)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
    skips = list(parts.skips(CACHE)) if any(result.name == "pytest" for result in results) else []
    if skips and IN_CI:
        results.append(Result("skips", "failed", "in CI nothing may be skipped", 0.0))
    print(summary(results, skips))
    return int(any(result.state == "failed" for result in results))


if __name__ == "__main__":
    sys.exit(main())
