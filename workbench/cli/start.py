"""Verbs to begin with: demo, new, lab."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workbench.cli import options
from workbench.cli.output import say, show, show_json
from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    from workbench.tutorial import StepResult


def demo(engine: options.Engine = None, as_json: options.AsJson = False) -> None:
    """Go through the whole tutorial.

    The files go to a folder that is thrown away. Progress goes to stderr; the last line on stdout
    is what the job answered: 42.
    """
    from workbench.engines import docker_is_here
    from workbench.events import terminal_sink
    from workbench.tutorial import run_demo

    report = run_demo(engine, on_event=terminal_sink(), on_step=_tell)
    if as_json:
        show_json(report.to_dict())
    report.raise_for_failure()
    say(f"{len(report.results)} steps held in {report.seconds:.1f} s")
    if report.engine == "process" and docker_is_here():
        say("Docker is here, too: `workbench demo --engine docker` (make demo ENGINE=docker).")
    if not as_json and report.answer is not None:
        show(report.answer)


def new_job(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to; made if missing.")],
    name: Annotated[str | None, typer.Option(help="The job's name; the folder's.")] = None,
    jobtype: Annotated[str, typer.Option(help="The job type.")] = "golang:latest",
) -> None:
    """Write a small Go job that runs as it is; its folder is printed."""
    from workbench.new import new_job as write

    made = write(folder, name=name, jobtype=jobtype)
    say("Call it, change perform.go, and call it again:")
    say(f"""  workbench call {folder} '{{"name": "Ada"}}'""")
    show(str(made))


def new_plugin(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to; made if missing.")],
    name: Annotated[str | None, typer.Option(help="The plugin's name; the folder's.")] = None,
) -> None:
    """Write a Go job-type plugin of one's own; its folder is printed."""
    from workbench.manifest import load_plugin_manifest
    from workbench.new import job_type_name
    from workbench.new import new_plugin as write

    made = write(folder, name=name)
    job_type = job_type_name(load_plugin_manifest(made).name)
    say("Run a job with it:")
    say(f"  workbench new job my-job --jobtype {job_type}:latest")
    say(f"""  workbench call my-job '{{"name": "Ada"}}' --plugin {folder}""")
    show(str(made))


def lab(
    port: Annotated[
        int | None,
        typer.Option(min=1, max=65535, metavar="N", help="The port; 8888, or a free one."),
    ] = None,
    browser: Annotated[bool, typer.Option(help="Open a browser at the start page.")] = True,
    scratch: Annotated[
        bool,
        typer.Option(
            "--scratch", help="Work on a copy of notebooks and playground, thrown away at the end."
        ),
    ] = False,
) -> None:
    """Start JupyterLab for the notebooks, until Ctrl-C."""
    from workbench.events import terminal_sink
    from workbench.jupyter import scratch_copy, start_lab

    with ExitStack() as stack:
        copy = None
        if scratch:
            copy = stack.enter_context(scratch_copy())
            say(f"Working on a copy in {copy.root}: it is removed at the end.")
            stack.callback(say, f"{copy.root} is removed, with all that was changed there.")
        running = stack.enter_context(
            start_lab(
                root=copy.root if copy else None,
                env=copy.env if copy else None,
                port=port,
                open_browser=browser,
                on_event=terminal_sink(),
            )
        )
        show(running.address)
        say("Ctrl-C stops it and all that its notebooks run.")
        code = running.wait()
    if code != 0:
        raise WorkbenchError(f"JupyterLab ended with exit code {code}.")


def _tell(result: StepResult) -> None:
    for line in result.did:
        say(f"      {line}")
    for check in result.checked:
        if check.ok:
            say(f"      holds    {check}")
        else:  # why not is told at the end, as the error
            say(f"      not yet  {check.name}")
