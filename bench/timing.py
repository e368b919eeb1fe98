"""The tight loop from exec to the first answer; the one file here that starts a process itself."""

from __future__ import annotations

import os
import resource
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from time import perf_counter, process_time

from bench.servers import Program, cores
from bench.turns import NotMeasured, Values
from workbench._ports import free_port

_REQUEST = b"GET /ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
_DEADLINE = 10.0


def exec_to_first_200(program: Program, log: Path) -> Values:
    """Start a program and ask it until it answers, without a pause in between.

    Args:
        program: The server.
        log: The file that it writes to.

    Returns:
        `wall`, seconds from before the start to the first byte of the first 200, and `cpu`, the
        seconds that it used.
    """
    port = free_port()
    server_core, client_core = cores() or (None, None)
    before = children_cpu_seconds()
    with log.open("wb") as sink:
        _move_to(server_core)  # a child stays where it was started
        start = perf_counter()
        child = subprocess.Popen(
            [program.binary],
            env=program.environment(port),
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=sink,
        )
    try:
        _move_to(client_core)
        while not answers_200(port):
            if perf_counter() - start > _DEADLINE or child.poll() is not None:
                raise NotMeasured(f"{program.name} did not answer: {log.read_text()[-500:]}")
        wall = perf_counter() - start
    finally:
        child.kill()
        child.wait()
        _move_to(server_core, client_core)
    return {"wall": wall, "cpu": children_cpu_seconds() - before}


def answers_200(port: int) -> bool:
    """Whether `/ready` of a server on loopback answers 200 now."""
    with socket.socket() as connection, suppress(ConnectionError):
        connection.connect(("127.0.0.1", port))
        connection.sendall(_REQUEST)
        return connection.recv(12) == b"HTTP/1.1 200"
    return False


def _move_to(*cores: int | None) -> None:
    if sys.platform == "linux" and None not in cores:
        os.sched_setaffinity(0, {core for core in cores if core is not None})


def children_cpu_seconds() -> float:
    """What the children that have ended used, and theirs."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def all_cpu_seconds() -> float:
    """What this process and the children that have ended used."""
    return process_time() + children_cpu_seconds()
