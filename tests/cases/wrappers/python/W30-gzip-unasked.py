"""It packs results, though the caller said that it reads none that are packed.

Breaks: W30
"""

from __future__ import annotations

import gzip
from collections.abc import Mapping

from whole import Wrapper, run


class Packed(Wrapper):
    def send(self, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        if self.command == "POST" and status == 200:
            headers, body = {"Content-Encoding": "gzip"}, gzip.compress(body)
        super().send(status, body, headers)


run(Packed)
