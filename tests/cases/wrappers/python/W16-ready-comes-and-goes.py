"""Each third time it is not ready.

Breaks: W16
"""

from __future__ import annotations

import itertools

from whole import Refused, Wrapper, run


TURN = itertools.count()


class Moody(Wrapper):
    def ready(self) -> None:
        if next(TURN) % 3 == 2:
            raise Refused(503, "not now")
        super().ready()


run(Moody)
