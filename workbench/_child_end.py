"""Waiting for a child's end, of which the system tells."""

from __future__ import annotations

import math
import os
import select
import subprocess
import sys
from contextlib import suppress


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
