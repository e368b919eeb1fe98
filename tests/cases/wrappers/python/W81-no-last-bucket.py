"""Its histogram has no bucket for all that took longer.

Breaks: W81
"""

from __future__ import annotations

from collections.abc import Mapping

from whole import Wrapper, run


class Short(Wrapper):
    def send(self, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        lines = [line for line in body.splitlines(keepends=True) if b"+Inf" not in line]
        super().send(status, b"".join(lines), headers)


run(Short)
