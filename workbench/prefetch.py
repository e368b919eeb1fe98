"""Fetch and compile once what the tutorial would fetch and compile later.

Afterwards nothing in it needs a network, and no build is a cold one. A stamp remembers what was
done and for what; a second call looks at it and ends.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from workbench import _process
from workbench._finished import JOB, PLUGIN, finished_files
from workbench._go import Go, find_go, go_env, run_go
from workbench.assets import install_assets
from workbench.engines import ProcessEngine, docker_is_here, get_engine
from workbench.errors import BuildError, UsageError, WorkbenchError
from workbench.events import Phase, Sink, silent, step
from workbench.manifest import load_job_manifest
from workbench.plugin import load_plugin
from workbench.settings import get_settings, shipped

GO_TIMEOUT = 900.0
"""Seconds that one Go command may take: on two cores a cold standard library takes one minute."""

# What the wrapper is compiled with apart from the engine's own way: the check of its step, and the
# tutorial's plain `go run .` with its stub.
_WRAPPER_COMMANDS = (
    ("vet", "-trimpath", "./..."),
    ("build", "-o", "/dev/null", "."),
)


@dataclass(frozen=True)
class Prefetched:
    """What `prefetch` did.

    Attributes:
        did: What was fetched and compiled; nothing where all was there.
        seconds: How long it took.
    """

    did: tuple[str, ...]
    seconds: float

    def __str__(self) -> str:
        what = "; ".join(self.did) or "everything was there"
        return f"prefetch: {what} ({self.seconds:.1f} s)"


def prefetch(engine: str = "auto", *, on_event: Sink = silent) -> Prefetched:
    """Fetch modules and Swagger UI, and compile wrapper, generator and job.

    The modules are the sample job's, and in a clone those of the published wrapper, which chapters
    11 and 12 build to compare with it.

    For Docker, the toolchain image is pulled, or a stand-in made of this machine's Go; then the
    base image is built.

    Args:
        engine: `auto` does all of it for Docker as well where that is here, `docker` wants it, and
            `process` leaves it out.
        on_event: Where progress is reported.

    Returns:
        What was done.

    Raises:
        EngineUnavailable: There is no Go, or no Docker where that is wanted.
        AssetsError: The files of Swagger UI could not be copied.
        WorkbenchError: A module could not be fetched.
        BuildError: Something did not compile.
    """
    start = time.perf_counter()
    did = []
    written = install_assets(shipped(PLUGIN))
    if written:
        did.append(f"{len(written)} files of Swagger UI")
    go = find_go()
    if not is_warm(go):
        _stamp_path().unlink(missing_ok=True)
        with step(on_event, Phase.PREPARING, "fetching modules"):
            modules = _download(go)
        did.append(f"{len(modules)} module{'' if len(modules) == 1 else 's'}")
        _compile_wrapper(go, on_event)
        job_type = load_plugin(shipped(PLUGIN)).job_type("golang:latest")
        ProcessEngine().build(job_type, load_job_manifest(shipped(JOB)), on_event=on_event)
        did.append("a warm build cache")
        _stamp_path().parent.mkdir(parents=True, exist_ok=True)
        _stamp_path().write_text(json.dumps({"state": _state(go), "folders": modules}))
    if engine == "docker" or (engine == "auto" and docker_is_here()):
        did += _build_images(on_event)
    return Prefetched(tuple(did), time.perf_counter() - start)


def _build_images(on_event: Sink) -> list[str]:
    """Build the sample job on Docker, and with it whatever it takes; names what was not there."""
    job_type = load_plugin(shipped(PLUGIN)).job_type("golang:latest")
    docker = get_engine("docker", on_event=on_event)
    image = docker.build(job_type, load_job_manifest(shipped(JOB)), on_event=on_event)
    made = [build.reference for build in image.builds if build.needed and build.first]
    return [f"the image {reference}" for reference in made]


def is_warm(go: Go) -> bool:
    """Whether Go's caches still hold what `prefetch` put there for these very sources."""
    try:
        stamp = json.loads(_stamp_path().read_text())
        folders = [Path(folder) for folder in stamp["folders"]]
        state = stamp["state"]
    except (OSError, ValueError, TypeError, KeyError):
        return False
    return state == _state(go) and all(folder.is_dir() for folder in folders)


def _stamp_path() -> Path:
    return get_settings().home / "prefetched.json"


def _state(go: Go) -> Mapping[str, str]:
    """What the caches depend on; another value of any of it makes them cold."""
    answer = _process.run([go.path, "env", "GOCACHE", "GOMODCACHE", "CGO_ENABLED"], env=go_env())
    cache, modules, cgo = answer.stdout.splitlines()
    sources = hashlib.sha256()
    for name in (f"{PLUGIN}/go_wrapper", JOB):
        for path, relative in finished_files(name):
            if path.suffix in (".go", ".mod", ".sum"):
                sources.update(str(relative).encode() + b"\0" + path.read_bytes() + b"\0")
    for folder in _whose_modules().values():
        sources.update((folder / "go.sum").read_bytes())
    return {
        "go": f"{go.version} {go.goroot}",
        "cgo": cgo,
        # `go clean -cache` leaves the folder behind, but none of those that hold something.
        "cache": cache if any(Path(cache).glob("??")) else "empty",
        "modules": modules,
        "sources": sources.hexdigest(),
    }


def missing_modules(go: Go) -> list[str]:
    """The sample job's modules that the module cache lacks; no network is asked.

    Args:
        go: The Go whose module cache is looked at.

    Returns:
        Each as `path@version`; nothing where all are there.

    Raises:
        WorkbenchError: Go does not tell.
    """
    off = {"GOPROXY": "off", "GONOPROXY": "none", "GOVCS": "*:off"}
    answer, modules = _mod_download(go, shipped(JOB), **off)
    missing = [f"{one['Path']}@{one['Version']}" for one in modules if one.get("Error")]
    # Where even a module's go.mod is missing, Go gives up before it lists any.
    missing += re.findall(r"^go: (\S+@v\S+): ", answer.stderr, flags=re.MULTILINE)
    if answer.returncode != 0 and not missing:
        raise WorkbenchError(
            "Go does not tell which modules it has.", log=answer.stderr.splitlines()
        )
    return missing


def _whose_modules() -> dict[str, Path]:
    """The folders whose modules are wanted, by whose they are; only a clone has both."""
    folders = {"The sample job's": shipped(JOB)}
    with suppress(UsageError):
        folders["The published wrapper's"] = shipped("published") / "go_wrapper"
    return folders


def _download(go: Go) -> list[str]:
    """The folders of the modules in the module cache, fetched where they are not."""
    found: dict[str, None] = {}
    for whose, folder in _whose_modules().items():
        answer, modules = _mod_download(go, folder)
        problems = [module["Error"] for module in modules if module.get("Error")]
        if answer.returncode != 0 or problems:
            said = problems or answer.stderr.strip().splitlines()[-1:] or ["no reason given"]
            raise WorkbenchError(
                f"{whose} modules could not be fetched (no network?): {said[0]}",
                remedy="connect this machine once, or set GOPROXY to a mirror, and run it again.",
            )
        found.update(dict.fromkeys(module["Dir"] for module in modules))
    return list(found)


def _mod_download(
    go: Go, module_dir: Path, **env: str
) -> tuple[_process.Completed, list[dict[str, str]]]:
    """What `go mod download` says of each module that one in a folder needs."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)  # a copy, since Go may add to the go.sum that it finds
        for file in (*module_dir.rglob("go.mod"), *module_dir.rglob("go.sum")):
            copy = folder / file.relative_to(module_dir)
            copy.parent.mkdir(exist_ok=True)
            shutil.copyfile(file, copy)
        answer = _process.run(
            [go.path, "mod", "download", "-json"],
            cwd=folder,
            env=go_env(**env),
            timeout=GO_TIMEOUT,
        )
    return answer, _json_values(answer.stdout)


def _compile_wrapper(go: Go, on_event: Sink) -> None:
    wrapper = shipped(PLUGIN) / "go_wrapper"
    with step(on_event, Phase.PREPARING, "compiling the wrapper"):
        for words in _WRAPPER_COMMANDS:
            answer = run_go([go.path, *words], cwd=wrapper, timeout=GO_TIMEOUT)
            if answer.returncode != 0:
                raise BuildError(
                    f"`go {' '.join(words)}` did not hold in {wrapper}.",
                    command=answer.args,
                    exit_code=answer.returncode,
                    log=answer.stderr.splitlines(),
                )


def _json_values(text: str) -> list[dict[str, str]]:
    """The objects that stand one after another in `text`, as `go -json` writes them."""
    decoder = json.JSONDecoder()
    values, rest = [], text.lstrip()
    while rest:
        value, end = decoder.raw_decode(rest)
        values.append(value)
        rest = rest[end:].lstrip()
    return values
