"""Secrets, and how they are kept out of texts."""

from __future__ import annotations

from collections.abc import Iterable

HIDDEN = "***"
_SHORTEST_SECRET = 3


def able_to_hide(secrets: Iterable[str]) -> list[str]:
    """Those that can be hidden: one of a character or two stands in too many words."""
    return [value for value in secrets if len(value) >= _SHORTEST_SECRET]


def hide(text: str, secrets: Iterable[str]) -> str:
    """A text without these secrets, as far as they can be hidden; the longest first."""
    for value in sorted(able_to_hide(secrets), key=len, reverse=True):
        text = text.replace(value, HIDDEN)
    return text
