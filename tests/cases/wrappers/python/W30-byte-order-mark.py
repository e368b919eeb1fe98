"""A byte order mark is before each result.

Breaks: W30
"""

from __future__ import annotations

from collections.abc import Mapping

from whole import Wrapper, run


class Marked(Wrapper):
    def send(self, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        if self.command == "POST" and status == 200:
            body = b"\xef\xbb\xbf" + body
        super().send(status, body, headers)


run(Marked)
