"""What a process does when it is told to end."""

from __future__ import annotations

import signal
import sys
from types import FrameType


def leave_orderly_on(*signals: signal.Signals) -> None:
    """Let a signal unwind the stack as Ctrl-C does, so that what was started is stopped.

    Args:
        signals: Each ends the process with 128 and its number, unless it is ignored already.
    """

    def leave(number: int, frame: FrameType | None) -> None:
        del frame
        sys.exit(128 + number)

    for number in signals:
        if signal.getsignal(number) is signal.SIG_DFL:  # `nohup` ignores SIGHUP
            signal.signal(number, leave)
