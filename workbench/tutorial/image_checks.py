"""What the steps check in the Dockerfile of the base image and in the template."""

from __future__ import annotations

import re
import shutil
import tempfile
from difflib import get_close_matches
from pathlib import Path

from jinja2 import Environment, nodes

from workbench._finished import JOB, PLUGIN
from workbench.dockerfile import parse_dockerfile
from workbench.dockerfile.render import render_dockerfile
from workbench.errors import WorkbenchError
from workbench.job_type import JobType, JobTypeImageDef
from workbench.lint import lint_plugin
from workbench.manifest import load_job_manifest
from workbench.settings import shipped
from workbench.tutorial.checks import JOB_TYPE, read_text
from workbench.tutorial.playground import Playground
from workbench.tutorial.step import NotYet

MOST_FINDINGS = 4
"""How many findings of lint are told for one file."""

GO_LINE = re.compile(r"^go\s+(\d+\.\d+)", re.MULTILINE)

GO_TAG = re.compile(r"(?:.*/)?golang:(\d+\.\d+)")


def the_base_dockerfile_parses(playground: Playground) -> str:
    """base.Dockerfile is a Dockerfile."""
    path = playground.plugin_dir / "base.Dockerfile"
    instructions = parse_dockerfile(read_text(path))
    start = next((one for one in instructions if one.keyword == "FROM"), None)
    if start is None:
        raise NotYet(f"{path.name} has no FROM.", remedy="begin it with FROM and the Go image.")
    return f"{len(instructions)} instructions, from {start.value}"


def the_base_image_has_the_go_of_the_wrapper(playground: Playground) -> str:
    """An older Go would refuse to build the wrapper: go.mod names the oldest that may."""
    path = playground.plugin_dir / "base.Dockerfile"
    wanted = GO_LINE.search(read_text(playground.wrapper_dir / "go.mod"))
    for one in parse_dockerfile(read_text(path)):
        found = GO_TAG.match(one.value) if one.keyword == "FROM" else None
        if found and wanted and _numbers(found[1]) < _numbers(wanted[1]):
            raise NotYet(
                f"{path}:{one.line}: the image has Go {found[1]}, and go.mod of the wrapper asks "
                f"for {wanted[1]}.",
                remedy=f"FROM golang:{wanted[1]}-alpine",
            )
    return f"go.mod asks for {wanted[1]}" if wanted else "go.mod asks for none"


def the_base_dockerfile_has_no_faults(playground: Playground) -> str:
    """Lint finds nothing in base.Dockerfile."""
    return _lint(playground, "base.Dockerfile")


def the_template_renders_for_the_sample_job(playground: Playground) -> str:
    """job-template.Dockerfile gives a Dockerfile for the finished sample job."""
    manifest = load_job_manifest(shipped(JOB))
    text = render_dockerfile(_job_type(playground), manifest)
    _require_known_filters(playground.plugin_dir / "job-template.Dockerfile")
    return f"{len(text.splitlines())} lines, {len(parse_dockerfile(text))} instructions"


def the_template_has_no_faults(playground: Playground) -> str:
    """Lint finds nothing in job-template.Dockerfile."""
    try:
        the_template_renders_for_the_sample_job(playground)
    except WorkbenchError:
        raise NotYet("it does not render, so nothing else was looked at.") from None
    return _lint(playground, "job-template.Dockerfile")


def _job_type(playground: Playground) -> JobType:
    """The job type as the plugin.py of the next step will name it."""
    folder = playground.plugin_dir
    template = folder / "job-template.Dockerfile"
    image = JobTypeImageDef("jobtype", template, base_dockerfile=folder / "base.Dockerfile")
    return JobType(JOB_TYPE, "0.0.0", (image,), folder, "pair")


def _lint(playground: Playground, name: str) -> str:
    """What lint says about one file of a plugin that is not whole yet."""
    read_text(playground.plugin_dir / name)
    with tempfile.TemporaryDirectory() as scratch:
        whole = Playground(Path(scratch).resolve())
        # An editor's lock is a link that leads nowhere; it has a dot before its name.
        hidden = shutil.ignore_patterns(".#*")
        shutil.copytree(playground.plugin_dir, whole.plugin_dir, ignore=hidden)
        whole.write(PLUGIN)
        findings = lint_plugin(whole.plugin_dir)
    about = [finding for finding in findings if finding.where.partition(":")[0] == name]
    if about:
        said = [f"{one.where}: {one.what} [{one.id}]" for one in about]
        if said[MOST_FINDINGS:]:
            said[MOST_FINDINGS:] = [f"and {len(said) - MOST_FINDINGS} more"]
        raise NotYet("\n".join(said), remedy=about[0].remedy)
    return "nothing found"


def _require_known_filters(path: Path) -> None:
    """A filter's name is looked up only where it is used, which may be for other jobs alone."""
    stock = Environment(autoescape=True).filters
    for node in Environment(autoescape=True).parse(path.read_text()).find_all(nodes.Filter):
        if node.name not in stock:
            close = get_close_matches(node.name, stock, 1)
            raise NotYet(
                f"{path}:{node.lineno}: there is no filter {node.name}.",
                remedy=f"did you mean {close[0]}?" if close else "take one of Jinja's own.",
            )


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
