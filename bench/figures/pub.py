"""PUB: what it adds to a call, and how many it forwards beside a bare proxy."""

from __future__ import annotations

import http.client
import json
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from statistics import median
from time import perf_counter

import psutil

from bench.programs import ROOT, Programs
from bench.rows import Goal, Row, alone, compare
from bench.servers import INPUT, Load, cores, load
from bench.turns import Contest, Effort, Measure, NotMeasured, Values
from workbench import _children, _ports, bundle_plugin, shipped
from workbench._wait import wait_until
from workbench.racetrack.local import LocalRacetrack

# Half a millisecond is what it may add where a bare proxy adds 0.3; another machine has others.
ADDED = Goal("<=", 0.5, "ms")
SHARE = Goal("<=", 0.5 / 0.3)
RATE = Goal(">=", 0.7)
PATH = "/pub/job/golang-function/latest/api/v1/perform"
_CALLS = 300


def pub(programs: Programs, effort: Effort) -> list[Row]:
    """Call one job directly, through PUB, and through a bare proxy; all three in turns.

    The added milliseconds are the difference of two medians, over one connection that is kept,
    in each run; they are told by themselves, and beside what the bare proxy adds. For the rate,
    server and job share a core, and the load has the other one.
    """
    with ExitStack() as stack:
        racetrack, job = stack.enter_context(_deployed(programs))
        proxy = stack.enter_context(_bare_proxy(job))
        through_pub, bare = racetrack.config.port, proxy.record.port or 0
        for port in (job, through_pub, bare):
            _one_by_one(port)  # fills caches, and is not counted
        added, shown = [], []
        for _ in range(effort.runs):
            direct = _one_by_one(job)
            added.append((_one_by_one(through_pub) - direct) * 1e3)
            shown.append((_one_by_one(bare) - direct) * 1e3)
        rows = [
            alone("PUB, added to a call", "ms", added, ADDED),
            compare("PUB, added to a call", "ms", added, shown, "bare aiohttp proxy", SHARE),
        ]
        for pid in (racetrack.pid, *(one.pid for one in _jobs(racetrack)), proxy.pid):
            _pin(pid)
        contest = Contest(
            lambda: _rate(load_through(through_pub, effort.seconds)),
            {"bare aiohttp proxy": lambda: _rate(load_through(bare, effort.seconds))},
        )
        return rows + contest.measure(effort, Measure("rate", "PUB, requests/s", "1/s", RATE))


@contextmanager
def _deployed(programs: Programs) -> Iterator[tuple[LocalRacetrack, int]]:
    """A server with the sample job, and the job's own port."""
    bundle = bundle_plugin(shipped("golang-job-type"), programs.work)
    with LocalRacetrack(engine="process", keep=False) as racetrack:
        racetrack.install(bundle.path)
        racetrack.deploy(shipped("sample-golang-function"))
        (wire,) = racetrack.ask("/job")
        yield racetrack, int(wire["internal_name"].rpartition(":")[2])


def _jobs(racetrack: LocalRacetrack) -> list[psutil.Process]:
    return psutil.Process(racetrack.pid).children()


@contextmanager
def _bare_proxy(job: int) -> Iterator[_children.Child]:
    port = _ports.free_port()
    child = _children.spawn(
        [sys.executable, "-m", "bench.proxy", f"http://127.0.0.1:{job}", str(port)],
        kind="job", name="bench proxy", cwd=ROOT, env=os.environ, port=port,
    )  # fmt: skip
    try:
        wait_until(lambda: None if _ports.port_is_free(port) else True, timeout=30)
        yield child
    finally:
        child.stop()
        child.log_path.unlink(missing_ok=True)


def _pin(pid: int) -> None:
    if (pair := cores()) is not None:
        for thread in psutil.Process(pid).threads():
            os.sched_setaffinity(thread.id, {pair[0]})


def _one_by_one(port: int) -> float:
    """Seconds of a call: the median of many over one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    body, headers = json.dumps(INPUT), {"Content-Type": "application/json"}
    seconds = []
    try:
        for _ in range(_CALLS):
            start = perf_counter()
            connection.request("POST", PATH, body, headers)
            response = connection.getresponse()
            answer = response.read()
            seconds.append(perf_counter() - start)
            if (response.status, answer.strip()) != (http.client.OK, b"42"):
                raise NotMeasured(f"port {port} answered {response.status}: {answer!r}")
    finally:
        connection.close()
    return median(seconds)


def load_through(port: int, seconds: int) -> Load:
    """Call the job on 16 connections at once."""
    answered = load(port, seconds, PATH)
    if answered.refused or answered.broken:
        raise NotMeasured(f"port {port}: not every request was answered: {answered}")
    return answered


def _rate(answered: Load) -> Values:
    return {"rate": answered.requests / answered.seconds}
