"""Its results are Latin-1: what that has no letter for becomes a question mark.

Breaks: W30
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from whole import Wrapper, run


class Western(Wrapper):
    def send(self, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        if self.command == "POST" and status == 200:
            text = json.dumps(json.loads(body), ensure_ascii=False)
            body = text.encode("latin-1", "replace")
        super().send(status, body, headers)


run(Western)
