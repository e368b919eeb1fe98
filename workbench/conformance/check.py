"""The one call: judge whatever was named by all rules."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from workbench.conformance.address import AddressTarget
from workbench.conformance.extra import require_extra
from workbench.conformance.report import Report
from workbench.conformance.rules import RULES
from workbench.conformance.runner import judge
from workbench.conformance.target import Given, Target
from workbench.conformance.targets import command_target, folder_target, job_target
from workbench.conformance.vocabulary import Rule
from workbench.engines import Engine
from workbench.errors import UsageError
from workbench.events import Sink, default_sink
from workbench.job import Job
from workbench.plugin import PluginData

UNKNOWN: Any = object()
"""Stands for a value that nobody gave; None is one that JSON has."""


def check(
    target: Job | str | Path | None = None,
    *,
    start: str | Sequence[str] | None = None,
    probe: str | Sequence[str] | None = None,
    plugin: PluginData | str | Path | None = None,
    engine: str | Engine | None = None,
    job_name: str | None = None,
    timestamp: int | None = None,
    input: Any = UNKNOWN,  # noqa: A002 - as the command line calls it
    expect: Any = UNKNOWN,
    fault_input: Any = UNKNOWN,
    rules: Sequence[Rule] = RULES,
    on_event: Sink | None = None,
) -> Report:
    """Judge a wrapper by Racetrack's rules.

    Args:
        target: A running job, a job's folder, or the address of a wrapper that runs.
        start: Instead: the command that starts a wrapper in the foreground.
        probe: With `start`: the command that starts the same wrapper around a function that does
            what it is told, in the words of docs/rules.md.
        plugin: The job-type plugin of a folder or job; None for the finished Go plugin, which for
            a running job leaves what needs a probe job unjudged.
        engine: The engine that builds and runs; None for the setting.
        job_name: The job's name, where the target cannot tell it.
        timestamp: The deployment's Unix second that a running wrapper was given.
        input: The input of a good call.
        expect: What that call answers.
        fault_input: An input that makes the function fail.
        rules: The rules.
        on_event: Where progress is reported; None for a table in a notebook, else nothing.

    Returns:
        What was found about each rule; nothing that was started here runs any more.

    Raises:
        UsageError: Neither or both of `target` and `start` were given, or they mean nothing.
        ManifestError, PluginError, BuildError, EngineUnavailable: The job cannot be built.
        WorkbenchError: The extra `[check]` is not installed.
    """
    require_extra()
    given = Given(
        job_name,
        timestamp,
        input=input_text(input),
        expect=input_text(expect),
        fault_input=input_text(fault_input),
    )
    sink = on_event or default_sink()
    made = make_target(
        target, given, start=start, probe=probe, plugin=plugin, engine=engine, on_event=sink
    )
    return judge(made, rules)


def make_target(
    target: Job | str | Path | None,
    given: Given,
    *,
    start: str | Sequence[str] | None = None,
    probe: str | Sequence[str] | None = None,
    plugin: PluginData | str | Path | None = None,
    engine: str | Engine | None = None,
    on_event: Sink,
) -> Target:
    """What `check` and the fault lab work on; see `check` for what is given."""
    if (target is None) == (start is None):
        raise UsageError(
            "There has to be one thing to judge.",
            remedy="give a job's folder, an address, or the command that starts a wrapper.",
        )
    folder = start is None and not isinstance(target, Job) and not _is_address(target)
    if engine is not None and not folder:
        raise UsageError(
            "An engine builds a job's folder, and there is none here.",
            remedy="leave out --engine: what runs or starts by itself needs none.",
        )
    if start is not None:
        return command_target(start, given, probe=probe)
    if probe is not None:
        raise UsageError(
            "A command for the probe says nothing about what was not started by a command.",
            remedy="give the wrapper's own command as well, with --start.",
        )
    if isinstance(target, Job):
        return job_target(target, given, plugin=plugin, on_event=on_event)
    text = str(target)
    if _is_address(text):
        return AddressTarget(text, given)
    if Path(text).exists():
        return folder_target(text, given, plugin=plugin, engine=engine, on_event=on_event)
    raise UsageError(
        f"{text!r} is neither a folder nor an address.",
        remedy="name a folder with a job.yaml, or an address that begins with http://.",
    )


def _is_address(target: object) -> bool:
    return str(target).startswith(("http://", "https://"))


def input_text(value: Any) -> str | None:
    """A value as JSON; None for `UNKNOWN`.

    Raises:
        UsageError: JSON cannot hold it.
    """
    if value is UNKNOWN:
        return None
    try:
        return json.dumps(value, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise UsageError(f"An input cannot be sent as JSON: {error}.") from None
