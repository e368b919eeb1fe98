"""It answers only who asks for 127.0.0.1 or localhost.

Breaks: W10
"""

from __future__ import annotations

from whole import Refused, Wrapper, run


class Wary(Wrapper):
    def route(self, method: str, path: str) -> None:
        if not self.headers.get("Host", "").startswith(("127.0.0.1", "localhost")):
            raise Refused(400, "there is no such host here")
        super().route(method, path)


run(Wary)
