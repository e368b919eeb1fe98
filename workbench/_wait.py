"""The one deadline loop: ask until there is an answer, and stop early when there can be none.

And waiting for a child's end, which nobody has to ask for.
"""

from __future__ import annotations

import math
import os
import select
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
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


def wait_for_end(child: subprocess.Popen[bytes], timeout: float | None) -> int:
    """Wait until a child has ended, and collect it, as `Popen.wait` does.

    That looks every 20th of a second where it has a timeout, which an edit's build of half a second
    would feel. Linux tells the moment.

    Args:
        child: The child.
        timeout: Seconds after which to give up; None for never.

    Returns:
        Its exit code; negative for a signal.

    Raises:
        subprocess.TimeoutExpired: It did not end in time.
    """
    if sys.platform == "linux" and timeout is not None and child.returncode is None:
        with suppress(OSError):  # it was collected already, or no file can be opened: the slow way
            its_end = os.pidfd_open(child.pid)
            try:
                look = select.poll()
                look.register(its_end, select.POLLIN)
                if not look.poll(math.ceil(timeout * 1000)):
                    raise subprocess.TimeoutExpired(child.args, timeout)
            finally:
                os.close(its_end)
            timeout = None  # it has ended
    return child.wait(timeout)
