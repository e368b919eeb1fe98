"""Its document names a server on the reader's own machine.

Breaks: W71
"""

from __future__ import annotations

from typing import Any

from whole import Wrapper, run


class Mistaken(Wrapper):
    def document(self) -> dict[str, Any]:
        return {**super().document(), "servers": [{"url": "http://localhost:8080"}]}


run(Mistaken)
