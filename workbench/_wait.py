"""The one deadline loop: ask until there is an answer, and stop early when there can be none."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class DeadlineExceeded(Exception):
    """The answer did not come in time.

    Args:
        seconds: How long was waited.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__(f"no answer within {seconds:.1f} s")
        self.seconds = seconds


def wait_until(
    probe: Callable[[], T | None],
    *,
    timeout: float,
    first_pause: float = 0.002,
    longest_pause: float = 0.1,
) -> T:
    """Call `probe` until it returns something other than None.

    The pauses grow by half each time, so that a quick answer is seen at once and a slow one costs
    little. A probe that raises ends the wait: that is how a dead child is told from a slow one.

    Args:
        probe: Returns the answer, or None for "not yet".
        timeout: Seconds after which to give up; the probe is called at least once.
        first_pause: Seconds between the first two calls.
        longest_pause: Seconds that a pause never exceeds.

    Returns:
        What `probe` returned.

    Raises:
        DeadlineExceeded: Nothing came in time.
    """
    start = time.monotonic()
    pause = first_pause
    while True:
        answer = probe()
        if answer is not None:
            return answer
        waited = time.monotonic() - start
        if waited >= timeout:
            raise DeadlineExceeded(waited)
        time.sleep(min(pause, timeout - waited))
        pause = min(pause * 1.5, longest_pause)
