"""Going through steps: doing one, checking one, filling in those before one."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from workbench.errors import WorkbenchError
from workbench.tutorial import job_checks
from workbench.tutorial.playground import Playground, Written
from workbench.tutorial.step import Checked, JobRun, Step, StepResult
from workbench.tutorial.steps import STEPS, find_step

T = TypeVar("T")


def fill_before(
    until: str | Step, playground: Playground | None = None, *, overwrite: bool = False
) -> Written:
    """Bring the playground to the state that the steps before `until` leave behind.

    Args:
        until: The step that comes next: its id, its number, or the step.
        playground: Where; None for the learner's own.
        overwrite: Whether files that differ from the finished ones are replaced; else they stay.

    Returns:
        What was written, and what was left alone because it differs.

    Raises:
        UsageError: There is no such step.
        WorkbenchError: Something could not be written or done.
    """
    ground = playground or Playground()
    last = find_step(until) if isinstance(until, str) else until
    written = Written()
    for step in STEPS[: STEPS.index(last)]:
        written += fill_step(step, ground, overwrite=overwrite)
    return written


def fill_step(step: Step, playground: Playground, *, overwrite: bool = False) -> Written:
    """Bring the playground to the state that a step leaves behind; those before it are not made.

    Args:
        step: The step.
        playground: Where.
        overwrite: Whether files that differ from the finished ones are replaced; else they stay.

    Returns:
        What was written, and what was left alone because it differs.

    Raises:
        WorkbenchError: Something could not be written or done.
    """
    written = playground.write(*step.writes, overwrite=overwrite)
    if step.does and not all((playground.path / name).exists() for name in step.makes):
        written += Written(did=((step.fills or step.does)(playground),))
    return written


def run_step(
    step: str | Step,
    playground: Playground | None = None,
    *,
    overwrite: bool = False,
    on_racetrack: bool = False,
) -> StepResult:
    """Write a step's files, do its work, check it, and record the outcome in the playground.

    Args:
        step: The step, its id or its number.
        playground: Where; None for the learner's own.
        overwrite: Whether files that differ from the finished ones are replaced; else they stay.
        on_racetrack: Whether what has to hold on a Racetrack is checked as well.

    Returns:
        What was done and seen; a check that does not hold raises nothing here.

    Raises:
        UsageError: There is no such step.
    """
    chosen = step if isinstance(step, Step) else find_step(step)
    ground = playground or Playground()
    start = time.perf_counter()
    did: list[str] = []
    checked: tuple[Checked, ...] = ()
    try:
        did += _told(ground.write(*chosen.writes, overwrite=overwrite))
        if chosen.does:
            did.append(chosen.does(ground))
        checked = make_checks(chosen, ground)
        if on_racetrack and all(check.ok for check in checked):
            checked += tuple(make_check(check, ground) for check in chosen.server_checks)
        if all(check.ok for check in checked) and ground.commit(str(chosen)):
            did.append("recorded it in git")
    except WorkbenchError as error:
        checked += (_failed("the step itself", error),)
    return StepResult(chosen, tuple(did), checked, time.perf_counter() - start)


def make_checks(step: str | Step, playground: Playground | None = None) -> tuple[Checked, ...]:
    """Make a step's checks. Nothing is written to the playground.

    Args:
        step: The step, its id or its number.
        playground: Where; None for the learner's own.

    Returns:
        Each check and how it came out. The job is run only where all checks of files hold.

    Raises:
        UsageError: There is no such step.
    """
    chosen = step if isinstance(step, Step) else find_step(step)
    ground = playground or Playground()
    checked = tuple(make_check(check, ground) for check in chosen.checks)
    if chosen.runs and all(check.ok for check in checked):
        checked += _check_job(chosen, chosen.runs, ground)
    return checked


def _check_job(step: Step, runs: JobRun, playground: Playground) -> tuple[Checked, ...]:
    name = check_name(runs)
    try:
        job = runs(playground)
    except WorkbenchError as error:
        return (_failed(name, error),)
    with job:
        built = f"{job.image.seconds:.2f} s to build, at {job.address}"
        checked = [
            Checked(name, True, built),
            *(make_check(check, job) for check in step.job_checks),
        ]
    return (*checked, make_check(job_checks.nothing_is_left_running, job))


def make_check(check: Callable[[T], str], subject: T) -> Checked:
    """Let a check look at its subject; whatever it raises on purpose becomes its reason."""
    name = check_name(check)
    try:
        return Checked(name, True, check(subject))
    except WorkbenchError as error:
        return _failed(name, error)


def check_name(check: Callable[..., object]) -> str:
    """What a reader sees of a check: its function's name in words."""
    return check.__name__.replace("_", " ")


def _failed(name: str, error: WorkbenchError) -> Checked:
    without_remedy = WorkbenchError(error.message, log=error.log)
    return Checked(name, False, str(without_remedy), error.remedy)


def _told(written: Written) -> list[str]:
    told = []
    if written.files:
        names = ", ".join(written.files) if len(written.files) < 3 else _common(written.files)
        told.append(f"wrote {names}")
    if written.kept:
        told.append(f"left alone, since it differs: {', '.join(written.kept)}")
    return told


def _common(files: tuple[str, ...]) -> str:
    top = {Path(name).parts[:2] for name in files}
    where = "/".join(next(iter(top))) if len(top) == 1 else Path(files[0]).parts[0]
    return f"{len(files)} files in {where}"
