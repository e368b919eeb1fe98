"""Process start: from exec to the first 200."""

from __future__ import annotations

from collections.abc import Callable

from bench.programs import Programs
from bench.rows import Goal, Row
from bench.servers import Program
from bench.timing import exec_to_first_200
from bench.turns import Contest, Effort, Measure, Values

GOAL = Goal("<=", 1.2)


def process_start(programs: Programs, effort: Effort) -> list[Row]:
    """Start each program and ask `/ready` until it answers."""

    def side(program: Program) -> Callable[[], Values]:
        return lambda: exec_to_first_200(program, programs.work / "start.log")

    beside = {program.name: side(program) for program in (programs.bare, programs.published)}
    return Contest(side(programs.ours), beside).measure(
        effort.times(5),
        Measure("wall", "process start", "ms", GOAL, scale=1e3),
        Measure("cpu", "process start, CPU", "ms", GOAL, scale=1e3),
    )
