"""Requests a second under load, and what one costs."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from bench.programs import Programs
from bench.rows import Goal, Row
from bench.servers import Program, Server, load, serve
from bench.turns import Contest, Effort, Measure, NotMeasured, Values
from workbench._wait import wait_until

GOAL = Goal(">=", 0.9)
_LOGGED = "msg=Request"


def requests_per_second(programs: Programs, effort: Effort) -> list[Row]:
    """Call `perform` on 16 connections, server and load on cores of their own.

    Both sides must do the same work: their log lines have the same fields, and whatever was
    answered is in the log, even if the server is killed in the midst of it.
    """
    check_same_line(programs.ours, programs.bare)
    for program in (programs.ours, programs.bare):
        check_log_survives(program)

    def side(program: Program) -> Callable[[], Values]:
        return lambda: _one_run(program, effort.seconds)

    beside = {program.name: side(program) for program in (programs.bare, programs.published)}
    return Contest(side(programs.ours), beside).measure(
        effort,
        Measure("rate", "requests/s", "1/s", GOAL),
        Measure("cpu", "CPU a request", "µs", GOAL.inverse(), scale=1e6),
    )


def _one_run(program: Program, seconds: int) -> Values:
    with serve(program) as server:
        load(server.port, 1)
        before = server.cpu_seconds
        answered = load(server.port, seconds)
        used = server.cpu_seconds - before
        if answered.refused or answered.broken:
            raise NotMeasured(f"{program.name}: not every request was answered: {answered}")
        if server.call() != 42:
            raise NotMeasured(f"{program.name}: 40 and 2 make {server.call()}")
    return {"rate": answered.requests / answered.seconds, "cpu": used / answered.requests}


def check_same_line(ours: Program, beside: Program) -> None:
    """Both write the same fields for a request, in the same order."""
    fields = {program.name: logged_fields(program) for program in (ours, beside)}
    if fields[ours.name] != fields[beside.name]:
        raise NotMeasured(f"the log lines are not equal: {fields}")


def logged_fields(program: Program) -> list[str]:
    """The names of the fields that a program writes for a call of `perform`."""
    with serve(program) as server:
        line = next(line for line in server.child.log_lines() if _LOGGED in line)
    return re.findall(r"(\w+)=", line)


def check_log_survives(program: Program, least: int = 1000) -> None:
    """Kill a program under load, then look for a log line of each answer that it gave.

    Args:
        program: The server.
        least: The number of lines after which it is killed.

    Raises:
        NotMeasured: An answer has no line.
    """
    with serve(program) as server, ThreadPoolExecutor(1) as pool:
        calls = pool.submit(load, server.port, 1)
        wait_until(lambda: calls.done() or _lines(server) >= least or None, timeout=60)
        os.kill(server.child.pid, signal.SIGKILL)
        answered = 1 + calls.result().requests  # the first call told that it was up
        written = _lines(server)
    if written < answered:
        raise NotMeasured(f"{program.name} logged {written} of {answered} answered requests")


def _lines(server: Server) -> int:
    return server.child.log_path.read_bytes().count(_LOGGED.encode())
