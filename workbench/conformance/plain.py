"""What others wrote, made safe to show and short enough to keep.

Everything that a report quotes passes here once, when the value that holds it is made. So no view
has to think of a body of 20 MB, of bytes that are no text, or of a body that speaks to a terminal.
"""

from __future__ import annotations

import re

TEXT_LIMIT = 4_000
"""How many characters a piece of evidence keeps."""

LINE_LIMIT = 1_000
"""How many characters a finding's one line keeps."""

PIECES_LIMIT = 20
"""How many pieces of evidence a finding keeps."""

# Control characters but tab and newline, what turns the direction of writing, halves of characters
# and what is no character: terminals obey some of them, XML and UTF-8 cannot hold others.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)


def plain(text: str, limit: int = TEXT_LIMIT) -> str:
    """The text without anything that acts where it is shown; cut in its middle if it is longer.

    A mark says so where it was cut, with the length that it had; what was cut once stays as it is.
    """
    size = len(text)
    if size <= limit:
        text = _safe(text)
    if len(text) <= limit:
        return text
    mark = f"\n[... cut here: {size:,} characters in all ...]\n"
    end = limit // 4
    start = limit - end - len(mark)
    return f"{_safe(text[:start])[:start]}{mark}{_safe(text[-end:])[-end:]}"


def line(text: str, limit: int = LINE_LIMIT) -> str:
    """The same, on one line."""
    return " ".join(part for part in plain(text, limit).split("\n") if part)


def _safe(text: str) -> str:
    return _UNSAFE.sub(_named, text.replace("\r\n", "\n"))


def _named(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
