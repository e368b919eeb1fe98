"""It packs results, though the caller said that it reads none that are packed.

gzip notes the second in which it packs: here each answer has another one.

Breaks: W30
"""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from itertools import count

from whole import Wrapper, run


SECONDS = count(1)


class Packed(Wrapper):
    def send(self, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        if self.command == "POST" and status == 200:
            headers = {"Content-Encoding": "gzip"}
            body = gzip.compress(body, mtime=next(SECONDS))
        super().send(status, body, headers)


run(Packed)
