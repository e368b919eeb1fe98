"""All that `make test` runs, one named stage after another.

Every stage runs even if one before it failed, so that one run tells everything. The table at the
end counts what was skipped, pytest's own skips included; in CI (`CI` is set) a skip is a failure.
"""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests import halves
from tests.support import IN_CI, ROOT

CACHE = ROOT / ".cache"
BIN = Path(sys.executable).parent

GO_FOLDERS = ("golang-job-type", "sample-golang-function", "bench")
ABOUT_IMAGES = ("04-base-dockerfile", "05-job-template", "10-deploy-sample-job", "13-images")
STATICCHECK = "v0.8.2"


class Failed(Exception):
    """The stage did not hold; the message says how, in a few words."""


class Skipped(Exception):
    """The stage cannot run on this machine; the message says why."""


@dataclass(frozen=True)
class Result:
    """How a stage ended: `ok`, `failed` or `skipped`, why, and the seconds that it took."""

    name: str
    state: str
    reason: str
    seconds: float


def run(
    *words: str | Path, cwd: Path = ROOT, env: Mapping[str, str] | None = None, keep: bool = False
) -> str:
    """Run a command; its output is passed on, or given back where `keep` is true.

    Raises:
        Failed: It ended with another exit code than 0.
    """
    line = [str(word) for word in words]
    where = "" if cwd == ROOT else f"{cwd.relative_to(ROOT)}: "
    print(f"$ {where}{shlex.join(line).replace(f'{ROOT}/', '')}", flush=True)
    child = subprocess.Popen(
        line,
        cwd=cwd,
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE if keep else None,
        stderr=subprocess.STDOUT if keep else None,
        text=True,
    )
    try:
        output = child.communicate()[0] or ""
    except KeyboardInterrupt:
        child.wait()  # it was interrupted as well, and cleans up after itself
        raise
    if child.returncode != 0:
        print(output, end="")
        raise Failed(output.strip() or f"exit code {child.returncode}")
    return output


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
    """The Python tests, which build and run jobs as well; in two halves, side by side."""
    failed = halves.run(CACHE)
    if failed:
        raise Failed(f"tests of {' and '.join(failed)} failed")


def notebooks() -> None:
    """Those about images run with Docker, the lab in `offline`; the tests run all without it."""
    run_with_images(ABOUT_IMAGES[:-1])


def run_with_images(names: Sequence[str] = ABOUT_IMAGES, **env: str) -> None:
    """Run what is about images on the Docker engine; skipped where no daemon answers."""
    from workbench.engines import docker_is_here

    if not docker_is_here():
        raise Skipped("with images: no Docker daemon answers")
    paths = [f"notebooks/{name}.ipynb" for name in names]
    run(BIN / "workbench", "notebooks", "--run", *paths, env={"WORKBENCH_ENGINE": "docker", **env})


def offline() -> None:
    """The tutorial and every notebook need no network once `prefetch` has run; nor do jobs' images.

    What is published fetches its modules whenever it is built: lab 13 says so, and goes on.
    """
    run(BIN / "workbench", "doctor", "--offline")
    with tempfile.TemporaryDirectory() as folder:  # nothing there that earlier runs have made
        playground = {"WORKBENCH_PLAYGROUND": f"{folder}/playground"}
        run(BIN / "workbench", "notebooks", "--run", "--offline", env=playground)
        prefetch()
        run_with_images(WORKBENCH_DOCKER_NETWORK="none", **playground)


# --- Go -------------------------------------------------------------------------------------------


@cache
def go_bin() -> Path:
    """The folder of the `go` and `gofmt` that the workbench itself would use."""
    from workbench._go import find_go

    return find_go().goroot / "bin"


def run_go(command: str | Path, *words: str, cwd: Path = ROOT, **env: str) -> str:
    """Run a Go command; what a user may have set for other Go work is taken out."""
    path = os.pathsep.join([str(go_bin()), os.environ["PATH"]])
    base = {"PATH": path, "GOFLAGS": "", "GOWORK": "off", "GOTOOLCHAIN": "local"}
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
    compiler = run_go("go", "env", "CC").split()[0]
    if shutil.which(compiler):
        in_each_module("go", "test", "-race", "./...", CGO_ENABLED="1")
    else:
        in_each_module("go", "test", "./...")
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
    "offline": offline,
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
    skips = list(halves.skips(CACHE)) if any(result.name == "pytest" for result in results) else []
    if skips and IN_CI:
        results.append(Result("skips", "failed", "in CI nothing may be skipped", 0.0))
    print(summary(results, skips))
    return int(any(result.state == "failed" for result in results))


if __name__ == "__main__":
    sys.exit(main())
