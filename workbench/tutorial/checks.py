"""What the steps check in the playground's files; each function looks at one thing."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from workbench import _process
from workbench._finished import JOB, PLUGIN
from workbench._go import find_go, go_env
from workbench.assets import missing_assets
from workbench.dockerfile import parse_dockerfile
from workbench.dockerfile.render import render_dockerfile
from workbench.job_type import JobType, JobTypeImageDef
from workbench.job_type.values import path_inside
from workbench.lint import lint_plugin
from workbench.manifest import load_job_manifest, load_plugin_manifest
from workbench.plugin import load_plugin
from workbench.settings import shipped
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

JOB_TYPE = "golang"
"""The name of the job type that the plugin brings."""


def it_is_a_repository_of_its_own(playground: Playground) -> str:
    """The playground's git repository is not that of a folder above it."""
    if not playground.is_repository:
        raise NotYet(
            f"{playground.path} has no git repository of its own.",
            remedy=f"git init {playground.path}",
        )
    return f"branch {playground.git('branch', '--show-current')}"


def the_manifest_parses(playground: Playground) -> str:
    """plugin-manifest.yaml keeps to Racetrack's rules."""
    manifest = load_plugin_manifest(playground.plugin_dir)
    return f"{manifest.name} {manifest.version}"


def every_file_of_the_wrapper_is_there(playground: Playground) -> str:
    """The wrapper's folder holds what the tutorial names."""
    missing = [name for name in WRAPPER_TREE if not (playground.wrapper_dir / name).is_file()]
    if missing:
        raise NotYet(f"missing in go_wrapper: {', '.join(missing)}.")
    return f"{len(WRAPPER_TREE)} files"


def gofmt_has_nothing_to_change(playground: Playground) -> str:
    """Every Go file has the one form that all Go code has."""
    go = find_go()
    wrong = _go(playground.wrapper_dir, [go.gofmt, "-l", "."]).split()
    if wrong:
        raise NotYet(
            f"gofmt would change {', '.join(wrong)}.",
            remedy=f"{go.gofmt} -w {playground.wrapper_dir}",
        )
    return f"{len(list(playground.wrapper_dir.rglob('*.go')))} files"


def go_vet_finds_nothing(playground: Playground) -> str:
    """The wrapper compiles with its stub, and go vet is content with it."""
    go = find_go()
    # Without the paths of this folder in it the result is cached for every playground.
    _go(playground.wrapper_dir, [go.path, "vet", "-trimpath", "./..."])
    return f"go {go.version}"


def the_wrapper_requires_only_the_handler(playground: Playground) -> str:
    """No third-party module of the wrapper can meet another version of a job's."""
    go = find_go()
    text = _go(playground.wrapper_dir, [go.path, "mod", "edit", "-json"])
    required = [one["Path"] for one in json.loads(text).get("Require") or []]
    if required != ["racetrack/job"]:
        raise NotYet(
            f"go.mod requires {', '.join(required) or 'nothing'}.",
            remedy="require racetrack/job alone: then a job's own versions stay as they are.",
        )
    return "racetrack/job"


def the_swagger_files_are_the_listed_ones(playground: Playground) -> str:
    """The third-party files of the page are there, byte for byte."""
    missing = missing_assets(playground.plugin_dir)
    if missing:
        raise NotYet(
            f"missing or changed in go_wrapper/swaggerui: {', '.join(missing)}.",
            remedy="`workbench prefetch` copies them from their package.",
        )
    return "as in SHA256SUMS"


def the_base_dockerfile_parses(playground: Playground) -> str:
    """base.Dockerfile is a Dockerfile."""
    path = playground.plugin_dir / "base.Dockerfile"
    instructions = parse_dockerfile(_read(path))
    start = next((one for one in instructions if one.keyword == "FROM"), None)
    if start is None:
        raise NotYet(f"{path.name} has no FROM.", remedy="begin it with FROM and the Go image.")
    return f"{len(instructions)} instructions, from {start.value}"


def the_base_dockerfile_has_no_faults(playground: Playground) -> str:
    """Lint finds nothing in base.Dockerfile."""
    return _lint(playground, "base.Dockerfile")


def the_template_renders_for_the_sample_job(playground: Playground) -> str:
    """job-template.Dockerfile gives a Dockerfile for the finished sample job."""
    manifest = load_job_manifest(shipped(JOB))
    text = render_dockerfile(_job_type(playground), manifest)
    return f"{len(text.splitlines())} lines, {len(parse_dockerfile(text))} instructions"


def the_template_has_no_faults(playground: Playground) -> str:
    """Lint finds nothing in job-template.Dockerfile."""
    return _lint(playground, "job-template.Dockerfile")


def plugin_py_brings_the_job_type(playground: Playground) -> str:
    """plugin.py loads, and its class Plugin names the job type."""
    plugin = load_plugin(playground.plugin_dir)
    return plugin.job_type(f"{JOB_TYPE}:{plugin.plugin_manifest.version}").full_name


def the_dockerfiles_that_it_names_are_there(playground: Playground) -> str:
    """A server looks for them only when a job asks for the job type."""
    plugin = load_plugin(playground.plugin_dir)
    images = [image for one in plugin.job_types.values() for image in one.images]
    named = [image.base_dockerfile for image in images]
    named += [image.dockerfile_path for image in images if image.source == "jobtype"]
    inside = {path_inside(path, plugin.plugin_dir): path.is_file() for path in named if path}
    missing = [name for name, there in inside.items() if not there]
    if missing:
        raise NotYet(
            f"plugin.py names {', '.join(missing)}, which is not in the plugin's folder.",
            remedy="correct the name in plugin.py, or write that file.",
        )
    return ", ".join(inside)


def the_job_manifest_is_accepted(playground: Playground) -> str:
    """job.yaml keeps to Racetrack's rules."""
    manifest = load_job_manifest(playground.job_dir)
    return f"{manifest.name} {manifest.version} on {manifest.get_jobtype()}"


def the_version_is_written_down(playground: Playground) -> str:
    """Without it every version of the job would be 0.0.1."""
    manifest = load_job_manifest(playground.job_dir)
    if "version" not in (manifest.origin_dict_ or {}):
        raise NotYet(
            f"job.yaml has no version. Racetrack takes {manifest.version} for it, so the second "
            "deployment would be refused: that version is there already.",
            remedy="write `version: 0.0.1`, and raise it with every change that goes out.",
        )
    return manifest.version


def _job_type(playground: Playground) -> JobType:
    """The job type as the plugin.py of the next step will name it."""
    folder = playground.plugin_dir
    template = folder / "job-template.Dockerfile"
    image = JobTypeImageDef("jobtype", template, base_dockerfile=folder / "base.Dockerfile")
    return JobType(JOB_TYPE, "0.0.0", (image,), folder, "pair")


def _lint(playground: Playground, name: str) -> str:
    """What lint says about one file of a plugin that is not whole yet."""
    _read(playground.plugin_dir / name)
    with tempfile.TemporaryDirectory() as scratch:
        whole = Playground(Path(scratch).resolve())
        shutil.copytree(playground.plugin_dir, whole.plugin_dir)
        whole.write(PLUGIN)
        findings = lint_plugin(whole.plugin_dir)
    about = [finding for finding in findings if finding.where.partition(":")[0] == name]
    if about:
        said = "\n".join(f"{one.where}: {one.what} [{one.id}]" for one in about)
        raise NotYet(said, remedy=about[0].remedy)
    return "nothing found"


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise NotYet(
            f"there is no {path}.", remedy="run the cell that writes it; its name counts too."
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise NotYet(f"{path} cannot be read: {error}.") from None


def _go(folder: Path, words: Sequence[str | Path]) -> str:
    """Run a Go command in a folder and return what it wrote to stdout."""
    answer = _process.run(words, cwd=folder, env=go_env(), timeout=GO_TIMEOUT)
    if answer.returncode != 0:
        said = (answer.stderr or answer.stdout).strip()
        raise NotYet(f"{Path(words[0]).name} {words[1]} says:\n{said}")
    return answer.stdout
