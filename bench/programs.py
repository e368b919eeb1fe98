"""The programs that are measured: ours, the bare server, and the published wrapper."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from contextlib import ExitStack
from functools import cached_property
from itertools import count
from pathlib import Path
from time import time

from bench.images import Images
from bench.servers import Program
from bench.turns import NotMeasured
from workbench import _process
from workbench._go import find_go, run_go
from workbench.engines import ProcessEngine
from workbench.manifest import load_job_manifest
from workbench.plugin import PluginData, load_plugin
from workbench.settings import shipped

ROOT = Path(__file__).resolve().parents[1]
PUBLISHED = ROOT / "tests" / "cases" / "published"
STRIPPED = ("-trimpath", "-buildvcs=false", "-ldflags", "-s -w")
_BUILD_SECONDS = 900

# Never the same number twice, over all runs: Go's build cache must not know the edited file.
_numbers = count(int(time()) * 1000)


def go(*words: str | Path, cwd: Path) -> None:
    """Run the go command as the engine would: without cgo and what a user may have set.

    Raises:
        NotMeasured: It failed.
    """
    command = [find_go().path, *words]
    _output_of(run_go(command, cwd=cwd, timeout=_BUILD_SECONDS, extra={"CGO_ENABLED": "0"}))


def run(words: list[str | Path], *, cwd: Path, env: Mapping[str, str] | None = None) -> str:
    """What a command writes to its output.

    Raises:
        NotMeasured: It ended with another exit code than 0.
    """
    return _output_of(_process.run(words, cwd=cwd, env=env, timeout=_BUILD_SECONDS))


def _output_of(answer: _process.Completed) -> str:
    if answer.returncode != 0:
        line = " ".join(answer.args)
        raise NotMeasured(f"{line}: exit code {answer.returncode}\n{answer.stdout}{answer.stderr}")
    return answer.stdout


class Programs:
    """The programs, each built when it is first asked for; a context manager, for their images.

    Args:
        work: An empty folder that the caller removes in the end.
    """

    def __init__(self, work: Path) -> None:
        self.work = work
        self._stack = ExitStack()

    def __enter__(self) -> Programs:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @cached_property
    def plugin(self) -> PluginData:
        """The plugin of this repository."""
        return load_plugin(shipped("golang-job-type"))

    @cached_property
    def ours(self) -> Program:
        """The sample job in our wrapper, as the process engine builds it."""
        manifest = load_job_manifest(shipped("sample-golang-function"))
        image = ProcessEngine().build(self.plugin.job_type(manifest.get_jobtype()), manifest)
        binary = self.work / "ours"
        shutil.copy(image.reference, binary)
        return Program("ours", binary)

    @cached_property
    def bare(self) -> Program:
        """The bare server."""
        binary = self.work / "bare"
        go("build", *STRIPPED, "-o", binary, ".", cwd=ROOT / "bench" / "bare")
        return Program("bare net/http", binary)

    @cached_property
    def published(self) -> Program:
        """The sample job in the re-created published wrapper, built as its template says."""
        folder = lay_out_published(shipped("sample-golang-function"), self.work / "published-tree")
        binary = self.work / "published"
        go("build", "-buildvcs=false", "-o", binary, ".", cwd=folder)
        return Program("published", binary)

    @cached_property
    def images(self) -> Images:
        """The builder of images; in the end what it built is removed.

        Raises:
            EngineUnavailable: There is no Docker that builds with BuildKit.
        """
        made = Images(self.work / "images")
        self._stack.callback(made.remove_all)
        return made

    def copy_job(self, name: str) -> Path:
        """A copy of the sample job that may be edited."""
        copied: Path = shutil.copytree(shipped("sample-golang-function"), self.work / name)
        return copied


def lay_out_published(job: Path, into: Path) -> Path:
    """Put a job in the place of the published wrapper's stub, as its job template does.

    The template's `go get ./...` takes the newest versions of what log15 needs and its go.mod does
    not name; here they are the stub's, so that every run measures the same. And instead of port
    7000 of every interface, the copy listens where it is told.

    Args:
        job: The job's folder.
        into: A folder that does not exist yet.

    Returns:
        The wrapper's folder, ready for `go build`.
    """
    shutil.copytree(PUBLISHED / "go_wrapper", into, ignore=shutil.ignore_patterns("handler"))
    shutil.copytree(job, into / "handler")
    server = into / "server.go"
    told = 'var listenAddress = os.Getenv("LISTEN_ADDRESS")'
    substitute(server, r'const listenAddress = ".*"', told)
    stub = (PUBLISHED / "go_wrapper" / "handler" / "go.mod").read_text()
    needed = re.findall(r"^\t(\S+) (\S+)", stub, re.MULTILINE)
    go("mod", "edit", *(f"-require={name}@{version}" for name, version in needed), cwd=into)
    go("build", "-mod=mod", "-o", into.with_name(f"{into.name}-warm"), ".", cwd=into)
    return into


def edit(
    job: Path,
    file: str = "perform.go",
    line: str = r"return sum.*, nil",
    replacement: str = "return sum + {}, nil",
) -> int:
    """Change what a copy of a job adds to its sum, to a number that was never there.

    Args:
        job: The copy; of the sample job, unless the rest tells of another.
        file: The file in it.
        line: The pattern of the line's part that adds.
        replacement: What it becomes, with `{}` for the number.

    Returns:
        The number.
    """
    number = next(_numbers)
    substitute(job / file, line, replacement.format(number))
    return number


def substitute(path: Path, pattern: str, replacement: str) -> None:
    """Replace the one place of a file that a pattern matches.

    Raises:
        NotMeasured: It matches nowhere, or more than once.
    """
    text, found = re.subn(pattern, lambda _: replacement, path.read_text())
    if found != 1:
        raise NotMeasured(f"{path.name} has {found} places like {pattern!r}, not one")
    path.write_text(text)
