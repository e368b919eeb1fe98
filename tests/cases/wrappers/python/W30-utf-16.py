"""Its results are UTF-16, and it does not say so.

Breaks: W30
"""

from __future__ import annotations

from collections.abc import Mapping

from whole import Wrapper, run


class Wide(Wrapper):
    def send(self, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        if self.command == "POST" and status == 200:
            body = body.decode().encode("utf-16")
        super().send(status, body, headers)


run(Wide)
