"""It reads its input as ASCII, and replaces what is none.

Breaks: W30
"""

from __future__ import annotations

from typing import Any

from whole import Wrapper, run


class Plain(Wrapper):
    def fields(self) -> dict[str, Any]:
        found = super().fields()
        if isinstance(found.get("value"), str):
            found["value"] = found["value"].encode("ascii", "replace").decode()
        return found


run(Plain)
