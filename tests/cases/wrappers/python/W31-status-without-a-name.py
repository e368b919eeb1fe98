"""Errors of the function get a status that no library has a name for.

Breaks: W31 W32 W33
Because: all three are about errors of the function.
"""

from __future__ import annotations

from whole import Refused, Wrapper, run


class Inventive(Wrapper):
    def perform(self) -> None:
        try:
            super().perform()
        except Refused as refused:
            refused.status = 599 if refused.status == 500 else refused.status
            raise


run(Inventive)
