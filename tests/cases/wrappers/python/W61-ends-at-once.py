"""On SIGTERM it does not wait for the calls that run.

Breaks: W61
"""

from __future__ import annotations

from whole import Server, Wrapper, run


class Hasty(Server):
    @property
    def running(self) -> int:  # type: ignore[override]
        return 0

    @running.setter
    def running(self, number: int) -> None:
        """Nobody counts."""


run(Wrapper, Hasty)
