"""Verbs that only look at files: render, lint, bundle."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from workbench.cli import options
from workbench.cli.output import say, show, show_json


def render(
    job_dir: Annotated[
        Path | None,
        typer.Argument(
            metavar="JOB_DIR",
            help="The folder with job.yaml; with --matrix it may be left out.",
            show_default=False,
        ),
    ] = None,
    plugin: options.Plugin = None,
    matrix: Annotated[
        bool,
        typer.Option(
            "--matrix",
            help="Instead, render many manifests, and lint and compare what comes of it.",
        ),
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="With --matrix: print the result as JSON.")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="With --matrix: write the Dockerfiles into this folder."),
    ] = None,
) -> None:
    """Print the Dockerfile that a job would be built from.

    With --matrix it ends with 1 if a template does not render for a manifest, or gives a
    Dockerfile that a build would stop at.
    """
    from workbench.errors import UsageError

    if matrix:
        _render_matrix(job_dir, plugin, as_json, out)
    elif as_json or out is not None:
        raise UsageError("--json and --out go with --matrix.", remedy="add --matrix.")
    elif job_dir is None:
        raise UsageError("There is no job.", remedy="name the folder with job.yaml.")
    else:
        from workbench.dockerfile.render import render_dockerfile
        from workbench.manifest import load_job_manifest
        from workbench.plugin import current_plugin

        manifest = load_job_manifest(job_dir)
        job_type = current_plugin(plugin)[0].job_type(manifest.get_jobtype())
        show(render_dockerfile(job_type, manifest).rstrip("\n"))


def _render_matrix(
    job_dir: Path | None, plugin: Path | None, as_json: bool, out: Path | None
) -> None:
    from workbench._finished import PLUGIN
    from workbench.errors import UsageError
    from workbench.manifest import PLUGIN_MANIFEST_FILENAME
    from workbench.settings import shipped
    from workbench.template_matrix.lab import template_lab

    if job_dir is not None and (job_dir / PLUGIN_MANIFEST_FILENAME).is_file():
        raise UsageError(
            f"{job_dir} is the folder of a plugin, not of a job.",
            remedy=f"name it by --plugin {job_dir}.",
        )
    lab = template_lab(plugin or shipped(PLUGIN), job_dir)
    if as_json:
        show_json(lab.as_dict())
    else:
        show(lab.to_text())
    if out is not None:
        say(f"wrote {len(lab.save(out))} files into {out}")
    if not lab.ok:
        raise typer.Exit(1)


def lint(plugin_dir: options.PluginDir = None, as_json: options.AsJson = False) -> None:
    """Say what is wrong in a plugin.

    Looks at manifest, plugin.py, Dockerfiles, go.sum and ignore file. Ends with 1 if Racetrack, or
    a build, would stop at any of it.
    """
    from workbench.lint import lint_plugin

    folder = _plugin_folder(plugin_dir)
    findings = lint_plugin(folder)
    if as_json:
        show_json([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            show(str(finding))
    say(f"{folder}: {findings.summary}")
    if findings.errors:
        raise typer.Exit(1)


def bundle(
    plugin_dir: options.PluginDir = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where to put the ZIP; the plugin's folder.")
    ] = None,
    plugin_version: Annotated[
        str | None, typer.Option(metavar="V", help="The version to give it; the manifest's.")
    ] = None,
) -> None:
    """Put a plugin into a ZIP, and print its path.

    Says what went in, what was left out, and by which pattern.
    """
    from workbench.bundle import bundle_plugin

    made = bundle_plugin(_plugin_folder(plugin_dir), out, plugin_version=plugin_version)
    say(f"{len(made.files)} files went in:")
    for name in made.files:
        say(f"  {name}")
    say(f"{len(made.left_out)} files were left out:")
    for left_out in made.left_out:
        say(f"  {left_out}")
    show(str(made.path))


def _plugin_folder(given: Path | None) -> Path:
    from workbench._finished import PLUGIN
    from workbench.settings import get_settings, shipped

    if given is not None:
        return given
    here = Path.cwd()
    if (here / "plugin-manifest.yaml").exists() or (here / "plugin.py").exists():
        say(f"Looking at {here}, the current folder.")
        return here
    finished = shipped(PLUGIN)
    say(f"Looking at {finished}, the finished plugin.")
    own = get_settings().playground / PLUGIN
    if own.is_dir():
        say(f"For the one that you write, name it: {own}")
    return finished
