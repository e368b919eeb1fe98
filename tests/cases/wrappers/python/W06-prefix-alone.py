"""Its function is called below the prefix alone.

Breaks: W06
"""

from __future__ import annotations

from whole import PERFORM, Refused, Wrapper, run


class Behind(Wrapper):
    def route(self, method: str, path: str) -> None:
        if self.path == PERFORM:
            raise Refused(404, "there is nothing at the root")
        super().route(method, path)


run(Behind)
