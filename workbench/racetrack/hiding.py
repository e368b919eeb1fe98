"""Secrets, and how they are kept out of texts."""

from __future__ import annotations

from collections.abc import Iterable

HIDDEN = "***"
_SHORTEST_SECRET = 3


def hide(text: str, secrets: Iterable[str]) -> str:
    """A text without these secrets; one of a character or two stands in too many words to hide."""
    for value in sorted(secrets, key=len, reverse=True):
        if len(value) >= _SHORTEST_SECRET:
            text = text.replace(value, HIDDEN)
    return text
