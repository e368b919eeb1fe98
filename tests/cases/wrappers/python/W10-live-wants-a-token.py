"""Its /live wants to know who asks.

Breaks: W02 W03 W05 W10 W12 W19
Because: each of them reads /live.
"""

from __future__ import annotations

from whole import Refused, Wrapper, run


class Wary(Wrapper):
    def live(self) -> None:
        if "Authorization" not in self.headers:
            raise Refused(401, "who are you?")
        super().live()


run(Wary)
