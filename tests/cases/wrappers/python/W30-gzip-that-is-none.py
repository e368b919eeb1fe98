"""It says that a result is packed, and it is not.

Breaks: W30
"""

from __future__ import annotations

from collections.abc import Mapping

from whole import Wrapper, run


class Mistaken(Wrapper):
    def send(self, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        if self.command == "POST" and status == 200:
            headers = {"Content-Encoding": "gzip"}
        super().send(status, body, headers)


run(Mistaken)
