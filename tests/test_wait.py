from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from workbench._wait import DeadlineExceeded, wait_for_end, wait_until


def test_the_answer_is_given_back_as_soon_as_there_is_one() -> None:
    answers = iter([None, None, 42])
    assert wait_until(lambda: next(answers), timeout=5) == 42


def test_a_false_answer_is_an_answer() -> None:
    assert wait_until(lambda: False, timeout=5) is False


def test_the_deadline_ends_the_wait_and_says_how_long_it_was() -> None:
    with pytest.raises(DeadlineExceeded) as caught:
        wait_until(lambda: None, timeout=0.05)
    assert 0.05 <= caught.value.seconds < 5


def test_the_probe_is_called_once_even_when_there_is_no_time() -> None:
    calls: list[int] = []
    with pytest.raises(DeadlineExceeded):
        wait_until(lambda: calls.append(1), timeout=0)
    assert calls == [1]


def test_an_error_of_the_probe_ends_the_wait() -> None:
    def probe() -> None:
        raise LookupError("the child died")

    with pytest.raises(LookupError, match="the child died"):
        wait_until(probe, timeout=5)


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


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere it is looked for, again and again")
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
