"""Idle memory: what a server holds after it was started and called once."""

from __future__ import annotations

from collections.abc import Callable

from bench.programs import Programs
from bench.rows import Goal, Row
from bench.servers import Program, serve
from bench.turns import Contest, Effort, Measure, Values

GOAL = Goal("<=", 1.2)


def idle_memory(programs: Programs, effort: Effort) -> list[Row]:
    """Start each program, call it once, and read its resident memory when that stands still."""

    def side(program: Program) -> Callable[[], Values]:
        return lambda: {"memory": _settled(program)}

    beside = {program.name: side(program) for program in (programs.bare, programs.published)}
    measure = Measure("memory", "idle memory", "MiB", GOAL, scale=1 / 2**20)
    return Contest(side(programs.ours), beside).measure(effort, measure)


def _settled(program: Program) -> int:
    with serve(program, pin=False) as server:
        readings = [server.memory, server.memory]
        while readings[-1] != readings[-2]:
            readings.append(server.memory)
        return readings[-1]
