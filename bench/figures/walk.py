"""The walk: the whole tutorial by one command."""

from __future__ import annotations

import os
from collections.abc import Sequence
from time import perf_counter

from bench.programs import ROOT, Programs, run
from bench.rows import Goal, Row, alone
from bench.turns import Effort, NotMeasured

GOAL = Goal("<", 30, "s")


def walk(
    programs: Programs, effort: Effort, command: Sequence[str] = ("make", "demo")
) -> list[Row]:
    """Run `make demo` with everything warm, LocalRacetrack in it; its last line is the answer."""
    del programs
    seconds = [_one_walk(command) for _ in range(1 + effort.runs)]
    return [alone("walk", "s", seconds[1:], GOAL)]


def _one_walk(command: Sequence[str]) -> float:
    start = perf_counter()
    output = run(list(command), cwd=ROOT, env=_env())
    seconds = perf_counter() - start
    last = output.splitlines()[-1:]
    if last != ["42"]:
        raise NotMeasured(f"the last line of `{' '.join(command)}` is {last}, not 42")
    return seconds


def _env() -> dict[str, str]:
    """The environment without what a `make bench` above tells to a make below: it would talk."""
    return {name: text for name, text in os.environ.items() if not name.startswith("MAKE")}
