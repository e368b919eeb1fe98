from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from workbench._child_end import wait_for_end


@contextmanager
def _child(*words: str) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(words) as child:
        try:
            yield child
        finally:
            child.kill()


def test_a_childs_end_gives_its_exit_code() -> None:
    with _child("sh", "-c", "exit 3") as child:
        assert wait_for_end(child, 30) == 3
        assert wait_for_end(child, 30) == 3, "again, of one that was collected"
    with _child("sh", "-c", "kill -9 $$") as child:
        assert wait_for_end(child, None) == -9


def test_a_child_that_goes_on_is_given_up_and_left_alone() -> None:
    with _child("sleep", "600") as child:
        with pytest.raises(subprocess.TimeoutExpired):
            wait_for_end(child, 0.05)
        assert child.poll() is None


def test_a_child_that_another_collected_is_not_waited_for() -> None:
    with _child("true") as child:
        os.waitpid(child.pid, 0)
        assert wait_for_end(child, 30) == 0, "as Popen has it: nobody knows how it ended"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells of an end")
def test_nobody_looks_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    with _child("sleep", "0.2") as child:
        asked: list[float | None] = []
        wait = child.wait

        def told(timeout: float | None = None) -> int:
            asked.append(timeout)
            return wait(timeout)

        monkeypatch.setattr(child, "wait", told)
        assert wait_for_end(child, 30) == 0
        assert asked == [None]
