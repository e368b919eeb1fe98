"""Going to a chapter, and putting files back: for whoever is lost, or on a stage."""

from __future__ import annotations

import os
import shlex
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from workbench import _html
from workbench._finished import JOB, PLUGIN
from workbench._written import note_written
from workbench.errors import UsageError, WorkbenchError
from workbench.run import clean
from workbench.tutorial.breaking import mend_broken
from workbench.tutorial.fast_import import Commit
from workbench.tutorial.keeping import PREPARED, keep
from workbench.tutorial.moves import note_move
from workbench.tutorial.on_disk import files_of, holds, put_files, third_party_files
from workbench.tutorial.playground import IGNORED, Playground, tutorial_files
from workbench.tutorial.step import Step
from workbench.tutorial.steps import STEPS, find_step


@dataclass(frozen=True)
class Moved:
    """What `goto` or `reset` did.

    Attributes:
        what: That, in words.
        files: What was put into the playground or taken out, as paths within it, sorted.
        kept: The branch that holds what was there before; None where nothing had to be kept.
        back: What follows `git` to bring it back; nothing where nothing had to be kept.
        stopped: The jobs that were stopped, in words.
        running: The jobs that other processes run, and that were left to them.
        seconds: How long it took.
    """

    what: str
    files: tuple[str, ...]
    kept: str | None
    back: tuple[str, ...]
    stopped: tuple[str, ...]
    running: tuple[str, ...]
    seconds: float
    playground: Path

    @property
    def command(self) -> str:
        """The line for a shell in the current folder that brings back what was there."""
        if not self.back:
            return ""
        folder = os.path.relpath(self.playground)
        if Path(folder).parts[:2] == (os.pardir, os.pardir):
            folder = str(self.playground)
        return shlex.join(("git", "-C", folder, *self.back))

    def lines(self) -> list[str]:
        """All of it, for a person."""
        told = [f"{self.what} ({self.seconds:.2f} s)."]
        if self.stopped:
            told.append(f"Stopped: {'; '.join(self.stopped)}.")
        if self.running:
            told.append(f"Left to whoever started it: {'; '.join(self.running)}.")
        if self.kept:
            told.append(f"What was there before is kept on the branch {self.kept}.")
        return told

    @property
    def back_then(self) -> str:
        """What is otherwise than before once it is brought back; empty where nothing is."""
        if self.back[:1] != ("switch",):
            return ""
        return "What you record then goes to that branch, and `main` stays as it is."

    def __str__(self) -> str:
        back = [f"To bring it back:\n  {self.command}", self.back_then] if self.kept else []
        return "\n".join(filter(None, self.lines() + back))

    def __repr__(self) -> str:
        return f"<Moved: {self.what}, kept {self.kept or 'nothing'}>"

    def _repr_html_(self) -> Markup:
        lines = _html.join(Markup("<div>{}</div>").format(line) for line in self.lines())
        if not self.kept:
            return lines
        words = "To bring it back, in a terminal in the playground: "
        command = _html.code(shlex.join(("git", *self.back)))
        then = Markup("<div>{}</div>").format(self.back_then) if self.back_then else Markup("")
        return lines + Markup("<div>{}{}</div>").format(words, command) + then


def goto(step: str | Step, *, playground: Playground | None = None) -> Moved:
    """Make the playground what the chapters before `step` leave behind, files and commits.

    Jobs of this process are stopped, and those that a crash left; a JupyterLab goes on. Whatever
    was in the playground, committed or not, is kept on a branch `mine/<date>-<n>` first; so nothing
    is lost, even where this is interrupted. The branch `main` then holds one commit for each
    chapter before `step`, and nothing else.

    Args:
        step: The chapter to begin with next: its id, its number, or the step.
        playground: Where; None for the learner's own.

    Returns:
        What was done, and how to get back.

    Raises:
        UsageError: There is no such step.
        StepFailed: A file cannot be read or written, or git refuses; says what is kept where.
    """
    ground = playground or Playground()
    chosen = step if isinstance(step, Step) else find_step(step)
    before = STEPS[: STEPS.index(chosen)]
    start = time.perf_counter()
    cleaned = clean(labs=False)
    mend_broken(ground)
    ground.make_repository()
    chain, target = _chain(before)
    files = files_of(ground)
    kept = keep(ground, files, f"Before going to {chosen.id}", chain=chain)
    note_move(ground, chosen)
    with _told_where_it_is(kept):
        changed = put_files(ground, files, target, remove=True)
        for one in before:
            if one.does:
                (one.fills or one.does)(ground)
        note_written(ground.path, {*target, *changed})
        _point_main(ground, bool(chain), f"goto {chosen.id}")
    return Moved(
        f"The playground is as the chapters before {chosen.id} leave it",
        tuple(sorted(changed)),
        kept,
        ("switch", kept) if kept else (),
        cleaned.stopped,
        cleaned.running,
        time.perf_counter() - start,
        ground.path,
    )


def reset(
    step: str | Step | None = None,
    file: str | None = None,
    *,
    playground: Playground | None = None,
) -> Moved:
    """Put files back into their finished form, the one that the chapter of `step` ends with.

    To get to where a chapter begins, its files not yet written, use `goto`. What was there is kept
    on a branch `mine/<date>-<n>`. Nothing is committed.

    Args:
        step: The chapter whose files are put back; None for those of all chapters that are there.
        file: One of its files alone, as a path within the playground, the plugin or the job.
        playground: Where; None for the learner's own.

    Returns:
        Which files were put back, and how to get at what they held.

    Raises:
        UsageError: There is no such step, or it has no such file.
        StepFailed: A file cannot be read or written, or git refuses; says what is kept where.
    """
    ground = playground or Playground()
    chosen = find_step(step) if isinstance(step, str | int) else step
    start = time.perf_counter()
    mend_broken(ground)
    steps = (chosen,) if chosen else STEPS
    target = {name: content for one in steps for name, content in _files(one).items()}
    if file is not None:
        name = _named(file, target, steps)
        target = {name: target[name]}
    elif chosen is None:
        target = {name: one for name, one in target.items() if (ground.path / name).is_file()}
    files = files_of(ground) if ground.path.is_dir() else {}
    differ = {name: one for name, one in target.items() if not holds(files.get(name), one)}
    lost = [name for name in differ if name in files and not files[name].derived]
    kept = None
    if lost:
        ground.make_repository()
        kept = keep(ground, files, f"Before putting back {_some(lost)}")
    with _told_where_it_is(kept):
        put_files(ground, files, differ)
        note_written(ground.path, differ)
        if chosen and chosen.does and file is None:
            (chosen.fills or chosen.does)(ground)
    return Moved(
        f"Put back: {_some(differ)}" if differ else "All was in its finished form",
        tuple(sorted(differ)),
        kept,
        ("restore", f"--source={kept}", "--", *sorted(lost)) if kept else (),
        (),
        (),
        time.perf_counter() - start,
        ground.path,
    )


def _files(step: Step) -> dict[str, bytes]:
    """What a step leaves in the playground that git records, by paths within it."""
    if step.id == STEPS[0].id:
        return {".gitignore": IGNORED.encode()}
    return {
        relative.as_posix(): source.read_bytes()
        for name in step.writes
        for source, relative in tutorial_files(name)
    }


def _chain(before: tuple[Step, ...]) -> tuple[list[Commit], dict[str, bytes]]:
    """The commits that these chapters end with, and the files that they leave on disk."""
    third_party = third_party_files()
    chain: list[Commit] = []
    target: dict[str, bytes] = {}
    recorded: dict[str, tuple[str, bytes]] = {}
    for step in before:
        files = _files(step)
        target |= files
        # Git ignores the third-party files of the Swagger page, as .gitignore says.
        news = {name: ("100644", one) for name, one in files.items() if name not in third_party}
        recorded = {**recorded, **news}
        chain.append(Commit(str(step), recorded))
    return chain, target


def _named(file: str, target: Mapping[str, bytes], steps: tuple[Step, ...]) -> str:
    """The path within the playground that `file` means."""
    names = (Path(file).as_posix(), f"{PLUGIN}/{file}", f"{JOB}/{file}")
    found = next((name for name in names if name in target), None)
    if found is not None:
        return found
    elsewhere = [step.id for step in STEPS if any(name in _files(step) for name in names)]
    whose = steps[0].id if len(steps) == 1 else "the tutorial"
    raise UsageError(
        f"{whose} has no file {file!r}.",
        remedy=f"it is written in {elsewhere[0]}."
        if elsewhere
        else f"take one of: {_some(target, 8)}.",
    )


def _point_main(playground: Playground, exists: bool, why: str) -> None:
    """Let `main` be the commits that were prepared, and git's index what is on disk."""
    playground.git("symbolic-ref", "-m", why, "HEAD", "refs/heads/main")
    if exists:
        playground.git("update-ref", "-m", why, "refs/heads/main", PREPARED)
    else:
        playground.git("update-ref", "-d", "refs/heads/main")
    playground.git("reset", "--quiet")


@contextmanager
def _told_where_it_is(kept: str | None) -> Iterator[None]:
    """Let whatever ends the block too early say where everything is."""
    try:
        yield
    except BaseException as error:
        if kept:
            note = f"It ended halfway; what was there before is kept on the branch {kept}."
            if isinstance(error, WorkbenchError):
                error.message = f"{error.message} {note}"
            else:
                error.add_note(note)
        raise


def _some(names: Iterable[str], most: int = 4) -> str:
    listed = sorted(names)
    more = f" and {len(listed) - most} more" if len(listed) > most else ""
    return ", ".join(listed[:most]) + more
