"""Verbs that judge a wrapper: check, faults."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workbench.cli import options
from workbench.cli.output import say, show, show_json
from workbench.errors import UsageError

if TYPE_CHECKING:
    from workbench.conformance.faults.report import FaultReport
    from workbench.conformance.report import Report

Target = Annotated[
    str | None,
    typer.Argument(
        metavar="JOB_DIR|URL",
        help="A job's folder, or the address of a wrapper that runs.",
        show_default=False,
    ),
]
Start = Annotated[
    str | None,
    typer.Option(
        "--start",
        metavar="COMMAND",
        help="Instead: the command that starts a wrapper, split as a shell does.",
    ),
]
Probe = Annotated[
    str | None,
    typer.Option(
        "--probe",
        metavar="COMMAND",
        help="With --start: the command that starts the same wrapper around a function that does "
        "what it is told; docs/rules.md says what that is.",
    ),
]
JobName = Annotated[
    str | None,
    typer.Option(
        "--job-name", metavar="NAME", help="The job's name, where the target cannot tell."
    ),
]
Timestamp = Annotated[
    int | None,
    typer.Option(
        metavar="SECONDS", help="The deployment timestamp that a running wrapper was given."
    ),
]
Input = Annotated[
    str | None, typer.Option("--input", metavar="JSON", help="The input of a call that succeeds.")
]
Expect = Annotated[
    str | None, typer.Option("--expect", metavar="JSON", help="What that call answers.")
]
FaultInput = Annotated[
    str | None,
    typer.Option("--fault-input", metavar="JSON", help="An input that makes the function fail."),
]
AsMarkdown = Annotated[
    bool, typer.Option("--markdown", help="Print the report as Markdown, for a job summary.")
]


class FailOn(StrEnum):
    """What lets the verb end with exit code 1."""

    MUST = "must"
    SHOULD = "should"


def check(
    target: Target = None,
    start: Start = None,
    probe: Probe = None,
    plugin: options.Plugin = None,
    engine: options.Engine = None,
    job_name: JobName = None,
    timestamp: Timestamp = None,
    input_: Input = None,
    expect: Expect = None,
    fault_input: FaultInput = None,
    fail_on: Annotated[
        FailOn,
        typer.Option(
            "--fail-on",
            help="Which broken rules count; a MAY that is there and broken is a should.",
        ),
    ] = FailOn.SHOULD,
    as_json: options.AsJson = False,
    markdown: AsMarkdown = False,
    junit: Annotated[
        Path | None,
        typer.Option("--junit", metavar="FILE", help="Write the report as JUnit XML as well."),
    ] = None,
) -> None:
    """Judge a wrapper by Racetrack's rules.

    A folder is built with the plugin's wrapper, started as often as rules need it, and stopped. A
    command is any program in any language. An address is only asked, never stopped.
    """
    from workbench.conformance.check import check as judge
    from workbench.conformance.vocabulary import Level
    from workbench.events import terminal_sink

    _one_form(as_json, markdown)
    report = judge(
        target,
        start=start,
        probe=probe,
        plugin=plugin,
        engine=engine,
        job_name=job_name,
        timestamp=timestamp,
        on_event=terminal_sink(),
        **_known(input=input_, expect=expect, fault_input=fault_input),
    )
    if junit is not None:
        try:
            junit.write_text(report.to_junit())
        except OSError as error:
            raise UsageError(f"{junit} could not be written: {error.strerror}.") from None
        say(f"wrote {junit}")
    _show(report, as_json, markdown)
    level = Level.MUST if fail_on is FailOn.MUST else Level.SHOULD
    if report.failing(level):
        raise typer.Exit(1)


def faults(
    target: Target = None,
    start: Start = None,
    probe: Probe = None,
    plugin: options.Plugin = None,
    engine: options.Engine = None,
    job_name: JobName = None,
    input_: Input = None,
    expect: Expect = None,
    only: Annotated[
        list[str] | None,
        typer.Option("--only", metavar="ID", help="A fault to do, such as F01; all of them."),
    ] = None,
    as_json: options.AsJson = False,
    markdown: AsMarkdown = False,
) -> None:
    """Do the same faults to a wrapper as to every other one.

    Each fault gets a wrapper of its own, started for it. An address gets only what harms nobody.
    Ends with 1 if a careful wrapper does better somewhere.
    """
    from workbench.conformance.faults.lab import faults as lab
    from workbench.events import terminal_sink

    _one_form(as_json, markdown)
    report = lab(
        target,
        start=start,
        plugin=plugin,
        engine=engine,
        job_name=job_name,
        probe=probe,
        only=only or (),
        on_event=terminal_sink(),
        **_known(input=input_, expect=expect),
    )
    _show(report, as_json, markdown)
    if not report.ok:
        raise typer.Exit(1)


def _one_form(as_json: bool, markdown: bool) -> None:
    if as_json and markdown:
        raise UsageError("One form at a time.", remedy="take --json or --markdown.")


def _show(report: Report | FaultReport, as_json: bool, markdown: bool) -> None:
    if as_json:
        show_json(report.as_dict())
    else:
        show(report.to_markdown() if markdown else report.to_text())


def _known(**texts: str | None) -> dict[str, Any]:
    """The values of the options that were given, by name."""
    return {
        name: _json(f"--{name.replace('_', '-')}", text)
        for name, text in texts.items()
        if text is not None
    }


def _json(option: str, text: str) -> Any:
    from workbench._json_text import json_problem

    problem = json_problem(text)
    if problem is not None:
        raise UsageError(f"{option} is not JSON: {problem}.\n  {text}")
    return json.loads(text)
