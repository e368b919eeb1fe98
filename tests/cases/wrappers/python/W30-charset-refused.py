"""It refuses a content type that names a charset, as that of the CLI does.

Breaks: W30
"""

from __future__ import annotations

from typing import Any

from whole import JSON, Refused, Wrapper, run


class Strict(Wrapper):
    def fields(self) -> dict[str, Any]:
        if self.headers.get("Content-Type") != JSON:
            self.body()
            raise Refused(415, f"it has to be {JSON}")
        return super().fields()


run(Strict)
