"""Servers to measure, each on a core of its own, and the load that meets them."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from bench.turns import NotMeasured
from workbench import _children, _ports, _process
from workbench._wait import wait_until

PERFORM = "/api/v1/perform"
INPUT = {"numbers": [40, 2]}
CONNECTIONS = 16
_SCRIPT = Path(__file__).parent / "perform.lua"


@dataclass(frozen=True)
class Program:
    """A server that listens where `LISTEN_ADDRESS` says.

    Attributes:
        name: What the table calls it.
        binary: The program.
    """

    name: str
    binary: Path

    def environment(self, port: int) -> dict[str, str]:
        """Its whole environment; the same for all, whether they read it or not."""
        return {
            "LISTEN_ADDRESS": f"127.0.0.1:{port}",
            "JOB_NAME": "golang-function",
            "JOB_VERSION": "0.0.1",
            "JOB_DEPLOYMENT_TIMESTAMP": "1654779364",
        }


@dataclass(frozen=True)
class Server:
    """A program that runs and has answered once.

    Attributes:
        child: Its process.
        port: Where it listens.
        first_answer: What its first call gave.
    """

    child: _children.Child
    port: int
    first_answer: object

    @property
    def cpu_seconds(self) -> float:
        """What it has used so far, in the kernel and outside of it."""
        times = psutil.Process(self.child.pid).cpu_times()
        return float(times.user + times.system)

    @property
    def memory(self) -> int:
        """The bytes that it holds in memory now."""
        return int(psutil.Process(self.child.pid).memory_info().rss)

    def call(self) -> object:
        """What `perform` answers now; see `perform` below."""
        return perform(self.port)


def _allowed() -> list[int]:
    return sorted(os.sched_getaffinity(0)) if sys.platform == "linux" else []


# Read once: a thread that moves about while it measures must not change the answer.
_CORES = _allowed()


def cores() -> tuple[int, int] | None:
    """The cores for the server and for what calls it; None where a process cannot be pinned."""
    return (_CORES[0], _CORES[1]) if len(_CORES) > 1 else None


def pinned(words: list[str | Path], core: int | None) -> list[str | Path]:
    """The command that runs `words` on one core."""
    return words if core is None else ["taskset", "-c", str(core), *words]


@contextmanager
def serve(
    program: Program, *, pin: bool = True, env: Mapping[str, str] | None = None
) -> Iterator[Server]:
    """Start a program and wait until it answers; in the end stop it and remove its log.

    Args:
        program: The server.
        pin: Whether it gets a core of its own.
        env: Variables that differ from the program's own environment.
    """
    core, _ = (pin and cores()) or (None, None)
    port = _ports.free_port()
    child = _children.spawn(
        pinned([program.binary], core),
        kind="job",
        name=f"bench {program.binary.name}",
        cwd=program.binary.parent,
        env={"PATH": os.environ["PATH"], **program.environment(port), **(env or {})},
        port=port,
    )
    try:
        yield Server(child, port, wait_until(lambda: _answer_or_none(child, port), timeout=30))
    finally:
        child.stop()
        child.log_path.unlink(missing_ok=True)


def _answer_or_none(child: _children.Child, port: int) -> object | None:
    if child.exit_code is not None:
        raise NotMeasured("\n".join([f"{child.record} ended", *child.log_lines(5)]))
    try:
        return perform(port)
    except (ConnectionRefusedError, NotReady):
        return None


class NotReady(NotMeasured):
    """A server that listens, but takes no calls yet."""


def perform(port: int) -> object:
    """Call `perform` once, on a connection of its own.

    Raises:
        NotMeasured: It did not answer 200.
    """
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        headers = {"Content-Type": "application/json"}
        connection.request("POST", PERFORM, json.dumps(INPUT), headers)
        response = connection.getresponse()
        body = response.read().decode(errors="replace")
    finally:
        connection.close()
    if response.status != http.client.OK:
        starting = response.status == http.client.SERVICE_UNAVAILABLE
        problem = NotReady if starting else NotMeasured
        raise problem(f"perform answered {response.status}: {body}")
    answer: object = json.loads(body)
    return answer


@dataclass(frozen=True)
class Load:
    """What wrk counted.

    Attributes:
        requests: The answers that it got.
        seconds: From the first request to the last answer.
        refused: How many of them were no 2xx.
        broken: Connections that could not be made, broke or timed out.
    """

    requests: int
    seconds: float
    refused: int
    broken: int


def find_wrk() -> str:
    """The load generator.

    Raises:
        NotMeasured: It is not installed.
    """
    wrk = shutil.which("wrk")
    if wrk is None:
        how = "brew install wrk" if sys.platform == "darwin" else "sudo apt-get install wrk"
        raise NotMeasured(f"wrk, which makes the load, is not installed: `{how}`")
    return wrk


def load(port: int, seconds: int, path: str = PERFORM) -> Load:
    """Call `perform` at a port on 16 connections at once, each as fast as it is answered."""
    _, core = cores() or (None, None)
    words: list[str | Path] = [
        find_wrk(), "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", _SCRIPT,
        f"http://127.0.0.1:{port}{path}",
    ]  # fmt: skip
    answer = _process.run(pinned(words, core), timeout=seconds + 30)
    try:
        told: Mapping[str, int] = json.loads(answer.stdout.splitlines()[-1])
    except (IndexError, ValueError):
        raise NotMeasured(f"wrk failed: {answer.stdout}{answer.stderr}") from None
    return Load(told["requests"], told["microseconds"] / 1e6, told["refused"], told["broken"])
