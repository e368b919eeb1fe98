from __future__ import annotations

import pytest

from workbench._wait import DeadlineExceeded, wait_until


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
