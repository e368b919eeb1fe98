"""It answers each good call twice: the second one is for whoever comes next.

Breaks: W53
"""

from __future__ import annotations

from collections.abc import Mapping

from whole import Wrapper, run


class Twice(Wrapper):
    def send(self, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        super().send(status, body, headers)
        if self.command == "POST" and status == 200:
            super().send(status, body, headers)


run(Twice)
