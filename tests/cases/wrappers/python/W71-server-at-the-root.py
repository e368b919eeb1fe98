"""Its document names the host's root as its server, which behind Pub is not the job.

Breaks: W71
"""

from __future__ import annotations

from typing import Any

from whole import Wrapper, run


class Mistaken(Wrapper):
    def document(self) -> dict[str, Any]:
        return {**super().document(), "servers": [{"url": "/"}]}


run(Mistaken)
