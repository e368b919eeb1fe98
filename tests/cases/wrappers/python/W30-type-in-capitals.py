"""It writes the content type of results in capitals, which the CLI does not take for JSON.

Breaks: W30
"""

from __future__ import annotations

from collections.abc import Mapping

from whole import Wrapper, run


class Loud(Wrapper):
    def send(self, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        if self.command == "POST" and status == 200:
            headers = {"Content-Type": "Application/JSON"}
        super().send(status, body, headers)


run(Loud)
