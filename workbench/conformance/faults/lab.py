"""The one call: do all faults to whatever was named."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from workbench.conformance.check import UNKNOWN, input_text, make_target
from workbench.conformance.faults import FAULTS
from workbench.conformance.faults.report import FaultReport
from workbench.conformance.faults.runner import run_faults
from workbench.conformance.faults.vocabulary import Fault
from workbench.conformance.target import Given
from workbench.engines import Engine
from workbench.errors import UsageError
from workbench.events import Sink, default_sink
from workbench.job import Job
from workbench.plugin import PluginData


def faults(
    target: Job | str | Path | None = None,
    *,
    start: str | Sequence[str] | None = None,
    probe: str | Sequence[str] | None = None,
    plugin: PluginData | str | Path | None = None,
    engine: str | Engine | None = None,
    job_name: str | None = None,
    input: Any = UNKNOWN,  # noqa: A002 - as the command line calls it
    expect: Any = UNKNOWN,
    only: Sequence[str] = (),
    label: str | None = None,
    on_event: Sink | None = None,
) -> FaultReport:
    """Do the same faults to a wrapper as to every other one, and see what becomes of it.

    Each fault gets a wrapper of its own. A running job is not harmed: that is done to the same
    image once more. An address gets only what harms nobody, with 20 connections at most.

    Args:
        target: A running job, a job's folder, or the address of a wrapper that runs.
        start: Instead: the command that starts a wrapper in the foreground.
        probe: With `start`: the command that starts the same wrapper around a function that does
            what it is told, in the words of docs/rules.md.
        plugin: The job-type plugin of a folder or job; None for the finished Go plugin.
        engine: The engine that builds and runs; None for the setting.
        job_name: The job's name, where the target cannot tell it.
        input: The input of a good call, where the function is not told what to do.
        expect: What that call answers.
        only: The ids of the faults to do; empty for all.
        label: What the report calls the target; None for what it calls itself.
        on_event: Where progress is reported; None for a table in a notebook, else nothing.

    Returns:
        A row for each fault; nothing that was started here runs any more.

    Raises:
        UsageError: Neither or both of `target` and `start` were given, or they mean nothing.
        ManifestError, PluginError, BuildError, EngineUnavailable: The job cannot be built.
    """
    chosen = _chosen(only)
    given = Given(job_name, input=input_text(input), expect=input_text(expect))
    sink = on_event or default_sink()
    made = make_target(
        target, given, start=start, probe=probe, plugin=plugin, engine=engine, on_event=sink
    )
    return run_faults(made, chosen, label)


def _chosen(only: Sequence[str]) -> tuple[Fault, ...]:
    unknown = [name for name in only if name not in [fault.id for fault in FAULTS]]
    if unknown:
        known = f"{FAULTS[0].id} to F{len(FAULTS):02}"
        raise UsageError(f"There is no fault {unknown[0]}.", remedy=f"one of {known}.")
    return tuple(fault for fault in FAULTS if not only or fault.id in only)
