"""A job's log as it comes, also across a new start of the job."""

from __future__ import annotations

import threading
from collections.abc import Callable

from workbench.racetrack.running.instance import Instance

PAUSE = 0.2
"""Seconds between two looks."""


def follow_log(
    running: Callable[[], Instance | None],
    tail: int,
    on_line: Callable[[str], None],
    ended: threading.Event,
) -> None:
    """Give a job's last lines and then each new one.

    Args:
        running: Gives what runs the job now.
        tail: How many lines to begin with.
        on_line: Gets each line.
        ended: Set to end it.
    """
    seen: Instance | None = None
    offset = 0
    while not ended.is_set():
        instance = running()
        if instance is not None:
            lines, after = instance.lines_since(offset if instance is seen else 0)
            if seen is None:
                lines = [*instance.before, *lines][-tail:] if tail else []
            elif instance is not seen and instance.before:
                lines = [instance.before[-1], *lines]
            seen, offset = instance, after
            for line in lines:
                on_line(line)
        ended.wait(PAUSE)
