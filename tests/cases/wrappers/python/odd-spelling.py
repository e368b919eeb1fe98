"""Its JSON is on many lines, in another order; its headers are spelt in other ways.

Breaks: nothing
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from whole import Wrapper, run


class Other(Wrapper):
    json_type = 'Application/JSON ; Charset="UTF-8"'

    def send(self, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        if not self.path.endswith("/metrics"):
            value = json.loads(body)
            if isinstance(value, dict):
                value = dict(reversed(value.items()))
            body = json.dumps(value, indent=3, ensure_ascii=False).encode() + b"\r\n"
        super().send(status, body, headers)

    def send_header(self, keyword: str, value: str) -> None:
        super().send_header(keyword.lower(), value)


run(Other)
