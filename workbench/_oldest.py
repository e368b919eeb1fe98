"""Which of many files or folders are old enough to go: made by several processes, read by each."""

from __future__ import annotations

import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

YOUNG = 120.0
"""Seconds in which whatever was written may still be looked at, however much came after it."""


def beyond(paths: Iterable[Path], kept: int) -> list[Path]:
    """All but the `kept` newest, and none that is young; what is gone meanwhile is not among them.

    Args:
        paths: Files or folders.
        kept: How many stay, whatever their age.
    """
    ages: dict[Path, float] = {}
    for path in paths:
        with suppress(FileNotFoundError):  # another process drops it, too
            ages[path] = path.stat().st_mtime
    newest_first = sorted(ages, key=lambda path: ages[path], reverse=True)
    old = time.time() - YOUNG
    return [path for path in newest_first[kept:] if ages[path] < old]
