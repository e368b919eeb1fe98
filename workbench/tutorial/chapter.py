"""What the cells of a chapter call: begin it, fill in files, check it, get a hint, record it."""

from __future__ import annotations

import dataclasses
import hashlib
import time
from collections.abc import Callable

from workbench._cell import notebook_shell
from workbench._finished import JOB, PLUGIN
from workbench._written import changed_since_written, digest, note_written
from workbench.authoring import magic
from workbench.errors import StepFailed
from workbench.settings import get_settings
from workbench.tutorial import bundle_checks, job_checks
from workbench.tutorial.advice import advise, from_playground
from workbench.tutorial.breaking import mend_broken
from workbench.tutorial.playground import Playground
from workbench.tutorial.progress import ChapterRecord, Progress, note, read_progress, recall
from workbench.tutorial.runner import (
    check_name,
    fill_before,
    fill_step,
    make_check,
    make_checks,
)
from workbench.tutorial.step import Step
from workbench.tutorial.steps import STEPS, find_step
from workbench.tutorial.verdict import StepCheck
from workbench.tutorial.views import ChapterBegun, ChapterFilled, ChapterRecorded, HintGiven


def begin(step: str, *, playground: Playground | None = None) -> ChapterBegun:
    """Begin a chapter: fill in what the chapters before it would have written.

    Files that are there are left as they are, also those that differ from the finished ones. In a
    notebook `%%wbfile PATH` is known from then on; nobody has to load an extension, twice at worst.

    Args:
        step: The chapter: its id, such as `03-wrapper`, or its number.
        playground: Where; None for the learner's own.

    Returns:
        Where one is, what was filled in or left alone, which files somebody else has changed
        since a cell wrote them, and whether the ZIP is not any more what the plugin's folder gives.

    Raises:
        UsageError: There is no such chapter.
        WorkbenchError: Something could not be written or done.
    """
    chosen, ground = find_step(step), playground or Playground()
    if shell := notebook_shell():
        magic.register(shell)
    mended = mend_broken(ground)
    changed = changed_since_written(ground.path)
    written = fill_before(chosen, ground)
    _, progress = note(ground, chosen)
    noted = note_written(ground.path, written.files)
    if written.files and ground.is_repository:
        ground.commit(
            f"What comes before {chosen.id}, filled in", only=(".gitignore", *written.files)
        )
    bundle = _bundle_that_is_outdated(chosen, ground)
    return ChapterBegun(
        chosen,
        _with_notice(progress, noted),
        written,
        ground.path,
        changed,
        mended,
        bundle,
        ground.aside,
    )


def fill(step: str, *, playground: Playground | None = None) -> ChapterFilled:
    """Write the finished files of a chapter that are not there yet, and do its other work.

    Nothing that is there is changed.

    Args:
        step: The chapter: its id, such as `03-wrapper`, or its number.
        playground: Where; None for the learner's own.

    Returns:
        What was written, and what was left alone since it differs from the finished file.

    Raises:
        UsageError: There is no such chapter.
        WorkbenchError: Something could not be written or done.
    """
    chosen, ground = find_step(step), playground or Playground()
    written = fill_step(chosen, ground)
    notice = note_written(ground.path, written.files)
    return ChapterFilled(chosen, written, notice)


def check_step(
    step: str, *, strict: bool | None = None, playground: Playground | None = None
) -> StepCheck:
    """Check a chapter. The learner's files are only read.

    Args:
        step: The chapter: its id, such as `03-wrapper`, or its number.
        strict: Whether a check that does not hold raises; None for the setting.
        playground: Where; None for the learner's own.

    Returns:
        Each check, with hints for those that do not hold.

    Raises:
        UsageError: There is no such chapter.
        StepFailed: A check does not hold, and that was asked to raise.
    """
    chosen, ground = find_step(step), playground or Playground()
    verdict = _checked(chosen, ground)
    if get_settings().strict if strict is None else strict:
        verdict.raise_for_failure()
    return verdict


def hint(step: str, *, playground: Playground | None = None) -> HintGiven:
    """One hint more for the first check of a chapter that does not hold.

    The first call for a check gives a nudge, the second the place, the third the answer.

    Args:
        step: The chapter: its id, such as `03-wrapper`, or its number.
        playground: Where; None for the learner's own.

    Raises:
        UsageError: There is no such chapter.
    """
    chosen, ground = find_step(step), playground or Playground()
    verdict = _checked(chosen, ground)
    if verdict.ok:
        return HintGiven(chosen, None, 0, "", verdict.notice)
    first = verdict.failed[0]

    def change(record: ChapterRecord) -> None:
        before = record.told.get(first.name, 0)
        record.told[first.name] = min(before + 1, 3)
        record.hints += before < 3

    record, progress = note(ground, chosen, change)
    level = min(record.told.get(first.name, 1), 3)
    text = verdict.advice[first.name].at(level)
    return HintGiven(chosen, first, level, text, progress.notice)


def record(
    step: str, *, strict: bool | None = None, playground: Playground | None = None
) -> ChapterRecorded:
    """End a chapter: put the playground as it is into its git repository, and mark it as done.

    Where a check does not hold nothing is recorded.

    Args:
        step: The chapter: its id, such as `03-wrapper`, or its number.
        strict: Whether a check that does not hold raises; None for the setting.
        playground: Where; None for the learner's own.

    Returns:
        The last lines of the repository's log, and what comes next.

    Raises:
        UsageError: There is no such chapter.
        StepFailed: A check does not hold, and that was asked to raise; or git refuses.
    """
    chosen, ground = find_step(step), playground or Playground()
    known = recall(ground, chosen)
    if not (known.held and known.files == _state_of(ground)):
        verdict = check_step(step, strict=strict, playground=ground)
        if not verdict.ok:
            return ChapterRecorded(chosen, read_progress(ground), verdict=verdict)
    if not ground.is_repository:
        raise StepFailed(
            f"{ground.path.name} is no git repository, so nothing can be recorded there.",
            remedy='wb.fill("01-git-repository") makes one.',
        )
    new = ground.commit(str(chosen), empty=not _is_in_log(ground, chosen))

    def change(chapter: ChapterRecord) -> None:
        chapter.done = chapter.done or chapter.seen

    _, progress = note(ground, chosen, change)
    log = tuple(ground.git("log", "--oneline", "-5").splitlines())
    return ChapterRecorded(chosen, progress, log=log, new=new, aside=ground.aside)


def progress(*, playground: Playground | None = None) -> Progress:
    """How far somebody has come: chapters, time, hints, and what comes next.

    Args:
        playground: Where; None for the learner's own.
    """
    return read_progress(playground or Playground())


def _checked(step: Step, ground: Playground) -> StepCheck:
    start = time.perf_counter()
    before = _state_of(ground)
    checked = tuple(
        dataclasses.replace(
            one,
            seen=from_playground(one.seen, ground),
            hint=from_playground(one.hint, ground) if one.hint else None,
        )
        for one in make_checks(step, ground)
    )
    seconds = time.perf_counter() - start
    functions = _functions(step)
    advice = {
        one.name: advise(functions[one.name], one, step, ground) for one in checked if not one.ok
    }
    held = not advice

    def change(record: ChapterRecord) -> None:
        record.held, record.files = held, before
        record.told = {name: told for name, told in record.told.items() if name in advice}

    notice = None
    if ground.path.is_dir():
        notice = note(ground, step, change)[1].notice
    return StepCheck(step, checked, seconds, advice, notice)


def _bundle_that_is_outdated(step: Step, ground: Playground) -> str | None:
    """What differs between the plugin's folder and the ZIP that a chapter is to use."""
    if step not in STEPS[STEPS.index(find_step("08-bundle")) + 1 :]:
        return None
    check = make_check(bundle_checks.the_bundle_holds_what_it_should, ground)
    return None if check.ok else f"{from_playground(check.seen, ground)} {check.hint or ''}".strip()


def _functions(step: Step) -> dict[str, Callable[..., object]]:
    """The functions of a step's checks by the names that a reader sees."""
    every: list[Callable[..., object]] = [*step.checks, *step.job_checks]
    if step.runs:
        every += [step.runs, job_checks.nothing_is_left_running]
    return {check_name(check): check for check in every}


def _state_of(ground: Playground) -> str:
    """A digest of every file of plugin and job, so that a later change is noticed."""
    state = hashlib.sha256()
    for folder in (ground.path / PLUGIN, ground.path / JOB):
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                state.update(f"{path.relative_to(ground.path)}\0{digest(path)}\n".encode())
    state.update(str(ground.is_repository).encode())
    return state.hexdigest()


def _is_in_log(ground: Playground, step: Step) -> bool:
    """Whether this branch has the chapter's commit; what `goto` keeps on others does not count."""
    if not ground.git("rev-parse", "--revs-only", "HEAD"):
        return False
    lines = ground.git("log", "--format=%s").splitlines()
    return step.id in {line.partition(":")[0] for line in lines}


def _with_notice(progress: Progress, notice: str | None) -> Progress:
    return dataclasses.replace(progress, notice=notice) if notice else progress
