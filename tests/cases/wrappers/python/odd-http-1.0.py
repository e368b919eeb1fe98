"""It speaks HTTP/1.0, and closes after each answer.

Breaks: nothing
"""

from __future__ import annotations

from whole import Wrapper, run


class Old(Wrapper):
    protocol_version = "HTTP/1.0"


run(Old)
