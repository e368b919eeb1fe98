"""Whatever is no object becomes the value of one.

Breaks: W42
"""

from __future__ import annotations

import json
from typing import Any

from whole import Refused, Wrapper, no_number, run


class Obliging(Wrapper):
    def fields(self) -> dict[str, Any]:
        try:
            found = json.loads(self.body().decode(), parse_constant=no_number)
        except (ValueError, RecursionError) as error:
            raise Refused(400, f"the body is no JSON: {error}") from None
        return found if isinstance(found, dict) else {"do": "echo", "value": found}


run(Obliging)
