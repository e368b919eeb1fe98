"""The process engine: this machine's Go builds the job, and a child runs it on loopback.

There is no image and no container. The rendered Dockerfile gives the environment; what else it says
is played by `jobbuild`, the plugin's own program that puts wrapper and job together, and by running
the binary in the job's folder. Every instruction that was not executed is reported.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workbench import _children, _ports, _process
from workbench._finished import PLUGIN
from workbench._go import Go, find_go, run_go
from workbench._home import make_own
from workbench._oldest import beyond
from workbench._private_network import private_networks
from workbench.dockerfile import dockerfile_env, parse_dockerfile
from workbench.dockerfile.render import render_image
from workbench.engines.base import NOTHING_WRONG, Image, Surroundings
from workbench.engines.child import ChildContainer, PrivateChild, start_private
from workbench.errors import BuildError, EngineUnavailable, Location, PortTaken
from workbench.events import Event, Phase, Sink, silent, step
from workbench.job_type import JobType
from workbench.manifest import JobManifest
from workbench.settings import JOB_PORT, get_settings, shipped

BUILD_TIMEOUT = 900.0
"""Seconds that a build may take; a cold one fetches modules and compiles the standard library."""

# What a job may see of this machine's own environment: enough to find programs, certificates and
# a folder for temporary files. A container would bring its own.
_PASSED_ON = (
    "PATH", "HOME", "TMPDIR", "TZ", "LANG", "LC_ALL", "SSL_CERT_FILE", "SSL_CERT_DIR",
)  # fmt: skip

_KEPT_STAGES = 20


class ProcessEngine:
    """Builds with the host's Go and runs a child process; needs no containers."""

    name = "process"

    def host_address(self) -> str:
        """Loopback: a job is a child of this process."""
        return "127.0.0.1"

    def available(self) -> EngineUnavailable | None:
        """None where there is a Go that is new enough, else the error to raise."""
        try:
            find_go()
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
        """Build the job with the plugin's wrapper; see `Engine.build`."""
        start = time.perf_counter()
        wrapper = find_wrapper(job_type)
        dockerfile = render_image(job_type, manifest, strict=strict).text
        instructions = parse_dockerfile(dockerfile)
        go = find_go()
        jobbuild = prepare_jobbuild(wrapper, go, on_event)
        with step(on_event, Phase.JOB_IMAGE, f"{manifest.name} {manifest.version}") as outcome:
            binary, report = self._compile(jobbuild, wrapper, manifest, go)
            outcome.message = (
                f"{manifest.name} {manifest.version}: {_size(binary)}, go {go.version}"
            )
        for notice in report["notices"]:
            on_event(Event(Phase.JOB_IMAGE, notice))
        left_out = tuple(one for one in instructions if one.keyword != "ENV")
        listed = ", ".join(f"{one.line} {one.keyword}" for one in left_out)
        on_event(Event(Phase.JOB_IMAGE, f"not executed, by line of the Dockerfile: {listed}"))
        told = listens_where_told(wrapper)
        if not told:
            text = f"this wrapper reads no LISTEN_ADDRESS: it listens on 0.0.0.0:{JOB_PORT}"
            on_event(Event(Phase.JOB_IMAGE, text))
        return Image(
            role="job",
            engine=self.name,
            reference=str(binary),
            manifest=manifest,
            env={**dict.fromkeys(manifest.build_env or {}, ""), **dockerfile_env(instructions)},
            dockerfile=dockerfile,
            not_executed=left_out,
            fixed_port=None if told else JOB_PORT,
            seconds=time.perf_counter() - start,
        )

    def run(
        self, image: Image, env: Mapping[str, str], *, port: int | None = None
    ) -> ChildContainer:
        """Start the job's binary in the job's folder; see `Engine.run`."""
        if image.fixed_port and port and port != image.fixed_port:
            raise EngineUnavailable(
                f"This wrapper listens on port {image.fixed_port} only, not on {port}.",
                remedy="let the wrapper read LISTEN_ADDRESS, or ask for no port.",
            )
        chosen = image.fixed_port or port or _ports.free_port()
        if not _ports.port_is_free(chosen):
            raise PortTaken(
                f"Port {chosen} is taken by {_ports.port_owner(chosen)}.",
                port=chosen,
                remedy="stop it (`workbench clean`, if a crash left it), or take another port.",
            )
        child = _children.spawn(
            [image.reference],
            kind="job",
            name=f"{image.manifest.name} {image.manifest.version}",
            cwd=image.manifest.workspace,
            env=_environment(image, chosen, {"LISTEN_ADDRESS": f"127.0.0.1:{chosen}"}, env),
            port=chosen,
        )
        return ChildContainer(child, chosen)

    def isolates(self) -> EngineUnavailable | None:
        """None where the system gives networks of their own to children."""
        return private_networks()

    def run_private(
        self, image: Image, env: Mapping[str, str], around: Surroundings = NOTHING_WRONG
    ) -> PrivateChild:
        """Start the job's binary in a network of its own; see `Engine.run_private`."""
        return start_private(
            [image.reference],
            name=f"{image.manifest.name} {image.manifest.version}",
            cwd=image.manifest.workspace,
            env=_environment(image, JOB_PORT, env),
            around=around,
        )

    def _compile(
        self, jobbuild: Path, wrapper: Path, manifest: JobManifest, go: Go
    ) -> tuple[Path, dict[str, Any]]:
        stage = _stage_for(manifest.workspace, wrapper)
        binary = stage / "bin" / "job"
        args: list[str | Path] = [
            jobbuild, "-json", "-go", go.path, "-job", manifest.workspace, "-wrapper", wrapper,
            "-stage", stage, "-o", binary,
        ]  # fmt: skip
        gomod = manifest.get_jobtype_extra().get("gomod")
        if gomod:
            args += ["-gomod", str(gomod)]
        try:
            answer = run_go(args, timeout=BUILD_TIMEOUT, extra=manifest.build_env)
        except _process.ChildTimeoutError as late:
            raise BuildError(
                f"{manifest.name} was not built within {late.completed.seconds:.0f} s.",
                command=late.completed.args,
                log=late.completed.stderr.splitlines(),
                remedy="run it again: what was compiled so far is cached.",
            ) from None
        try:
            report = json.loads(answer.stdout)
        except ValueError:
            raise BuildError(
                f"jobbuild ended with exit code {answer.returncode} and no report.",
                command=answer.args,
                exit_code=answer.returncode,
                log=(answer.stdout + answer.stderr).splitlines(),
            ) from None
        if not report["ok"]:
            raise _build_error(manifest, report, answer)
        return binary, report


def _environment(image: Image, port: int, *given: Mapping[str, str]) -> dict[str, str]:
    """A job's whole environment; of what is given the last one wins."""
    env = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    env |= {**image.env, "PUB_URL": f"http://127.0.0.1:{port}/pub"}
    for one in given:
        env |= one
    return env


def find_wrapper(job_type: JobType) -> Path:
    """The Go wrapper of the plugin that brings `job_type`.

    Raises:
        EngineUnavailable: The plugin has no Go wrapper of the tutorial's shape.
    """
    wrapper = job_type.plugin_dir / "go_wrapper"
    if (wrapper / "go.mod").is_file() and (wrapper / "main.go").is_file():
        return wrapper
    raise EngineUnavailable(
        f"The process engine cannot build {job_type.full_name}: its plugin has no go_wrapper/ "
        "with go.mod and main.go.",
        remedy="plugins of another shape or language need the Docker engine.",
    )


def prepare_jobbuild(wrapper: Path, go: Go, on_event: Sink = silent) -> Path:
    """The plugin's `jobbuild` program, built once for each state of its sources.

    A plugin without one, such as the published tutorial's, is built with the one shipped here.
    """
    folder = wrapper / "jobbuild"
    if not folder.is_dir():
        folder = shipped(PLUGIN) / "go_wrapper" / "jobbuild"
        on_event(Event(Phase.PREPARING, "the plugin brings no jobbuild: taking the shipped one"))
    sources = [path for path in _go_files(folder) if not path.name.endswith("_test.go")]
    digest = hashlib.sha256(f"{go.version} {go.goroot}".encode())
    for path in sources:
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    program = get_settings().stage_dir / f"jobbuild-{digest.hexdigest()[:16]}"
    if program.is_file():
        return program
    with step(on_event, Phase.PREPARING, "compiling jobbuild"):
        make_own(program.parent)
        unfinished = program.with_name(f"{program.name}.{os.getpid()}-{threading.get_ident()}")
        answer = run_go(
            [go.path, "build", "-trimpath", "-o", unfinished, *sources],
            cwd=folder,
            timeout=BUILD_TIMEOUT,
            extra={"CGO_ENABLED": "0"},
        )
        if answer.returncode != 0:
            unfinished.unlink(missing_ok=True)
            raise BuildError(
                f"jobbuild of {folder} could not be compiled, after {answer.seconds:.1f} s.",
                command=answer.args,
                exit_code=answer.returncode,
                log=answer.stderr.splitlines(),
            )
        unfinished.replace(program)
    return program


def listens_where_told(wrapper: Path) -> bool:
    """Whether the wrapper reads `LISTEN_ADDRESS`; the published one knows port 7000 alone."""
    return any("LISTEN_ADDRESS" in path.read_text(errors="replace") for path in _go_files(wrapper))


def _go_files(folder: Path) -> list[Path]:
    # A name with a dot is none of Go's: an editor's lock, which may lead nowhere.
    return sorted(path for path in folder.glob("*.go") if not path.name.startswith("."))


def _build_error(
    manifest: JobManifest, report: Mapping[str, Any], answer: _process.Completed
) -> BuildError:
    locations = [
        Location(Path(one["file"]), one["line"], one["column"], one["message"])
        for one in report["errors"]
        if one["file"]
    ]
    elsewhere = [one["message"] for one in report["errors"] if not one["file"]]
    told = [_short(where, manifest.workspace) for where in locations] + elsewhere
    listed = "\n".join(f"  {line}" for line in told)
    return BuildError(
        f"{manifest.name} was not built, after {answer.seconds:.1f} s:\n{listed}",
        command=answer.args,
        exit_code=answer.returncode,
        locations=locations,
        remedy=report["remedy"] or None,
        log=[] if told else report["output"].splitlines(),
    )


def _short(where: Location, workspace: Path) -> str:
    """The location with the file as seen from the folder that holds the job's own folder."""
    try:
        file = where.file.relative_to(workspace.parent)
    except ValueError:
        file = where.file
    return str(Location(file, where.line, where.column, where.message))


def _stage_for(workspace: Path, wrapper: Path) -> Path:
    key = hashlib.sha256(f"{workspace}\0{wrapper}".encode()).hexdigest()[:16]
    root = get_settings().stage_dir
    stage = root / key
    make_own(stage)
    os.utime(stage)
    for old in beyond((path for path in root.iterdir() if path.is_dir()), _KEPT_STAGES):
        shutil.rmtree(old, ignore_errors=True)
    return stage


def _size(binary: Path) -> str:
    return f"{binary.stat().st_size / 1_000_000:.1f} MB"
