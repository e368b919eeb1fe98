"""Edit to answer: from saving a changed `perform.go` to the first answer that shows the change."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

from bench.programs import Programs, edit, go, lay_out_published, run
from bench.rows import Goal, Row
from bench.servers import INPUT, Program, serve
from bench.timing import all_cpu_seconds
from bench.turns import Contest, Effort, Measure, NotMeasured, Values
from workbench._go import find_go, go_env
from workbench.engines.process import find_wrapper, prepare_jobbuild
from workbench.events import silent
from workbench.job import Job
from workbench.plugin import PluginData
from workbench.run import run_job
from workbench.settings import shipped

GOAL = Goal("<=", 1.3)


def edit_to_answer(programs: Programs, effort: Effort) -> list[Row]:
    """Edit, build, start and call: by the process engine, by hand, and the published wrapper.

    Each side's former job runs meanwhile. The engine stops it before it gives the new one back, and
    that counts; the other sides stop theirs when the clock stands.
    """
    with ExitStack() as jobs:
        ours = _Engine(programs.copy_job("edit-ours"), programs.plugin)
        jobs.callback(ours.stop)
        staged = _by_hand(programs)
        jobs.callback(staged.stop)
        published = _published(programs)
        jobs.callback(published.stop)
        return Contest(ours.once, {"by hand": staged.once, "published": published.once}).measure(
            effort,
            Measure("wall", "edit -> answer", "s", GOAL),
            Measure("cpu", "edit -> answer, CPU", "s", GOAL),
        )


@dataclass
class _Engine:
    """A job that the process engine builds and runs, as a notebook's cell does."""

    folder: Path
    plugin: PluginData
    _job: Job | None = None

    def once(self) -> Values:
        cpu, start = all_cpu_seconds(), perf_counter()
        number = edit(self.folder)
        self._job = run_job(self.folder, plugin=self.plugin, engine="process", on_event=silent)
        answer = self._job.perform(INPUT)
        wall = perf_counter() - start
        _check(answer, number)
        return {"wall": wall, "cpu": all_cpu_seconds() - cpu}

    def stop(self) -> None:
        if self._job is not None:
            self._job.stop()


@dataclass
class _Commands:
    """A job that is built by one command, started, and asked until it answers."""

    folder: Path
    build: Callable[[], object]
    program: Program
    _running: ExitStack = field(default_factory=ExitStack)

    def once(self) -> Values:
        cpu, start = all_cpu_seconds(), perf_counter()
        number = edit(self.folder)
        self.build()
        with ExitStack() as fresh:
            server = fresh.enter_context(serve(self.program, pin=False))
            wall = perf_counter() - start
            _check(server.first_answer, number)
            self.stop()
            self._running = fresh.pop_all()
        return {"wall": wall, "cpu": all_cpu_seconds() - cpu}

    def stop(self) -> None:
        self._running.close()


def _by_hand(programs: Programs) -> _Commands:
    """The staged program of our wrapper, with the very command that the engine would run."""
    job = programs.copy_job("edit-by-hand")
    wrapper = find_wrapper(programs.plugin.job_type("golang:latest"))
    found, stage = find_go(), programs.work / "edit-stage"
    jobbuild = prepare_jobbuild(wrapper, found)
    words: list[str | Path] = [
        jobbuild, "-json", "-go", found.path, "-job", job, "-wrapper", wrapper, "-stage", stage,
    ]  # fmt: skip
    staged = json.loads(run(words, cwd=job, env=go_env()))
    command: list[str | Path] = staged["command"]
    env = go_env(**staged["env"])
    program = Path(command[command.index("-o") + 1])
    return _Commands(job, lambda: run(command, cwd=stage, env=env), Program("by hand", program))


def _published(programs: Programs) -> _Commands:
    """The published wrapper with a job in its handler folder, built as its template does."""
    tree = lay_out_published(shipped("sample-golang-function"), programs.work / "edit-published")
    program = Program("published", programs.work / "edited-published")
    return _Commands(
        tree / "handler",
        lambda: go("build", "-buildvcs=false", "-o", program.binary, ".", cwd=tree),
        program,
    )


def _check(answer: object, number: int) -> None:
    if answer != sum(INPUT["numbers"]) + number:
        raise NotMeasured(f"{answer} is not the answer of the edited job")
