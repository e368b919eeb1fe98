"""A call that runs while a rule looks at something else, and whether it surely still ran."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from workbench.conformance.exchange import Exchange
from workbench.conformance.subject import Asker

PATIENCE = 10.0
"""Seconds beyond its own that it has for its answer."""


@dataclass
class LongCall:
    """A call that runs meanwhile.

    Attributes:
        end: The moment, of `time.monotonic()`, before which it cannot be over.
        answers: Its answer, afterwards.
    """

    end: float
    answers: list[Exchange] = field(default_factory=list)

    @property
    def runs(self) -> bool:
        """Whether what was just seen was seen during the call, for certain."""
        return time.monotonic() < self.end


@contextmanager
def long_call(asker: Asker, seconds: float) -> Iterator[LongCall]:
    """A call of so many seconds; the block begins when a third of them is over.

    Args:
        asker: An instance of the probe job, whose function knows how to sleep.
        seconds: How long the function sleeps.
    """
    body = {"do": "sleep", "value": seconds}
    _ = asker.instance.perform_base  # found out before the call, which is to begin at once
    call = LongCall(time.monotonic() + seconds)
    thread = threading.Thread(
        target=lambda: call.answers.append(asker.perform(body, timeout=seconds + PATIENCE))
    )
    thread.start()
    try:
        time.sleep(seconds / 3)  # it has arrived by then, and the rest is for the look
        yield call
    finally:
        thread.join()
