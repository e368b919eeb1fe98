"""The typer application: which verbs there are, and how mistakes and interrupts end it.

The verbs import what they need when they run, so that `workbench --help` answers at once.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Annotated, NoReturn

import typer

from workbench._signals import leave_orderly_on
from workbench.cli import (
    conformance,
    files,
    jobs,
    machine,
    racetrack,
    reports,
    start,
    tutorial,
)
from workbench.cli.output import say
from workbench.errors import UsageError, WorkbenchError

app = typer.Typer(
    name="workbench",
    help="Build, run and bundle Racetrack job-type plugins on one machine.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
new_app = typer.Typer(
    help="Make a working start for a job or a plugin of one's own.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


def _add(to: typer.Typer, verb: Callable[..., None], name: str, *examples: str) -> None:
    lines = "\n".join(f"  workbench {example}" for example in examples)
    heading = "Example:" if len(examples) == 1 else "Examples:"
    to.command(name, epilog=f"\b\n{heading}\n{lines}")(verb)


# The order is that of `workbench --help`. To add a verb: a function in one of the files beside this
# one, and a line here with an example of it.
_add(app, machine.doctor, "doctor", "doctor", "doctor --json", "doctor --offline")
_add(app, start.demo, "demo", "demo", "demo --json")
app.add_typer(new_app, name="new")
_add(new_app, start.new_job, "job", "new job my-job", "new job my-job --jobtype my-go:latest")
_add(new_app, start.new_plugin, "plugin", "new plugin my-go-job-type")
_add(app, start.lab, "lab", "lab", "lab --no-browser --port 8899", "lab --scratch")
_add(app, tutorial.goto, "goto", "goto 05-job-template", "goto 5")
_add(app, tutorial.reset, "reset", "reset", "reset 03-wrapper go_wrapper/server.go")
_add(app, machine.rehearse, "rehearse", "rehearse")
_add(
    app, files.render, "render",
    "render sample-golang-function",
    "render --matrix",
    "render --matrix --plugin my-plugin --json",
)  # fmt: skip
_add(app, files.lint, "lint", "lint golang-job-type", "lint my-plugin --json")
_add(app, files.bundle, "bundle", "bundle golang-job-type --out .")
_add(app, jobs.run, "run", "run sample-golang-function --port 7000")
_add(
    app, jobs.call, "call",
    """call sample-golang-function '{"numbers": [40, 2]}'""",
    """call http://127.0.0.1:7000 '{"numbers": [40, 2]}' --curl""",
)  # fmt: skip
_add(app, reports.compare, "compare", "compare before.json after.json")
_add(
    app, conformance.check, "check",
    "check sample-golang-function",
    "check http://127.0.0.1:7000 --job-name golang-function",
    "check --start 'python wrapper.py' --junit report.xml",
)  # fmt: skip
_add(
    app, conformance.faults, "faults",
    "faults sample-golang-function",
    "faults sample-golang-function --plugin my-plugin --only F01",
    "faults --start 'python wrapper.py' --probe 'python wrapper.py --probe' --json",
)  # fmt: skip
_add(
    app, racetrack.racetrack, "racetrack",
    "racetrack", "racetrack --port 7002 --engine docker", "racetrack --auth --state DIR",
)  # fmt: skip
_add(app, jobs.clean, "clean", "clean")
_add(
    app, machine.notebooks, "notebooks",
    "notebooks --check", "notebooks --run", "notebooks --run --offline",
)  # fmt: skip
_add(app, machine.prefetch, "prefetch", "prefetch")


@app.callback()
def _workbench(
    _: Annotated[
        bool,
        typer.Option(
            "--version", is_eager=True, callback=lambda wanted: _show_version(wanted=wanted),
            help="Print the version and end.",
        ),
    ] = False,
) -> None:  # fmt: skip
    """What every verb shares: nothing but `--version`."""


def _show_version(*, wanted: bool) -> None:
    if wanted:
        import importlib.metadata

        typer.echo(importlib.metadata.version("racetrack-plugin-workbench"))
        raise typer.Exit


def main() -> NoReturn:
    """Run the verb that the command line names, and end the process.

    Exit codes: 0 held, 1 did not hold, 2 bad usage, 130 interrupted, 143 told to end.
    """
    leave_orderly_on(signal.SIGTERM, signal.SIGHUP)
    try:
        app(prog_name="workbench")
    except WorkbenchError as error:
        with suppress(BrokenPipeError):
            say(f"error: {error}")
        sys.exit(2 if isinstance(error, UsageError) else 1)
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)
    raise AssertionError("typer always ends the process")
