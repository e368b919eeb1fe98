"""Its /live says that it is UTF-16, and is not.

Breaks: W11 W12
Because: what cannot be read has no timestamp.
"""

from __future__ import annotations

from collections.abc import Mapping

from whole import JSON, Wrapper, run


class Mistaken(Wrapper):
    def send(self, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        wrong = self.path.endswith("/live") and status == 200
        told = {"Content-Type": f"{JSON}; charset=utf-16"} if wrong else {}
        super().send(status, body, {**told, **(headers or {})})


run(Mistaken)
