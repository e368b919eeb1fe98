"""Whether two findings saw the same: what differs from run to run is no difference."""

from __future__ import annotations

import re

# Each of these is another one in each run, whatever the wrapper does.
_CHANCE = re.compile(
    r"""
      (?P<second> \b1[5-9]\d{8}(?:\.\d+)?\b )              # a Unix second of these years
    | (?P<date> \b\d{4}[-/]\d\d[-/]\d\d[T ][\d:.]+(?:Z|[+-]\d\d:?\d\d)? )
    | (?P<uuid> \b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b )
    | (?P<place> \b0x[0-9a-f]{6,}\b )                      # where something lies in memory
    | (?P<port> \b(?:127\.0\.0\.1|localhost):[2-6]\d{4}\b )  # one that was free
    | (?P<time> \b\d+\.\d+(?=\ ?m?s\b) )                   # how long something took
    """,
    re.VERBOSE,
)


def alike(one: str, other: str) -> bool:
    """Whether two texts differ in nothing but times, ports that somebody chose, and ids."""
    return _bare(one) == _bare(other)


def _bare(text: str) -> str:
    return _CHANCE.sub(lambda found: f"<{found.lastgroup}>", text)
