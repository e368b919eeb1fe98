"""A start that is interrupted: what was started is undone before anybody goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import Future
from pathlib import Path
from types import FrameType

import psutil
import pytest

from tests.test_process import gone
from workbench import _process
from workbench._spawner import Spawner
from workbench._wait import wait_until
from workbench.errors import WorkbenchError


@pytest.mark.parametrize("end", [KeyboardInterrupt, SystemExit])
def test_what_its_caller_never_sees_is_undone_before_it_goes_on(end: type[BaseException]) -> None:
    begun, stopped = threading.Event(), threading.Event()
    undone: list[int] = []

    def stop(_: int, __: FrameType | None) -> None:
        stopped.set()
        raise end

    def starts() -> int:
        begun.set()
        assert stopped.wait(20)  # so the signal comes in the middle of the start
        return 5

    def undo(future: Future[int]) -> None:
        undone.append(future.result())

    def interrupt() -> None:
        begun.wait(20)
        os.kill(os.getpid(), signal.SIGUSR1)

    former = signal.signal(signal.SIGUSR1, stop)
    threading.Thread(target=interrupt).start()
    try:
        with pytest.raises(end):
            Spawner().call(starts, undo)
    finally:
        signal.signal(signal.SIGUSR1, former)
    assert undone == [5]


def test_what_fails_to_start_is_not_undone() -> None:
    undone: list[object] = []

    def fails() -> None:
        raise LookupError("nothing there")

    with pytest.raises(LookupError, match="nothing there"):
        Spawner().call(fails, undone.append)
    assert undone == []


OWNER = """
import sys
from workbench import _process
child = "import os, pathlib, signal, sys; pathlib.Path(sys.argv[1]).write_text(str(os.getpid()))"
_process.run([sys.executable, "-c", child + "; signal.pause()", sys.argv[1]], bound=True)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's end")
def test_a_bound_child_dies_with_an_owner_that_is_killed(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    owner = subprocess.Popen([sys.executable, "-c", OWNER, note])
    pid = int(wait_until(lambda: (note.exists() and note.read_text()) or None, timeout=30))
    owner.kill()
    owner.wait()
    wait_until(lambda: gone(pid) or None, timeout=10)


def test_a_terminal_whose_program_is_not_there_is_closed() -> None:
    me = psutil.Process()
    for _ in range(3):
        before = me.num_fds()
        with pytest.raises(WorkbenchError, match="could not be started"):
            _process.run(["/nowhere/at/all"], terminal=True)
    assert me.num_fds() == before
