"""The address of a Racetrack, as people write it."""

from __future__ import annotations

from urllib.parse import urlsplit

from workbench.errors import UsageError


def lifecycle_url(url: str) -> str:
    """The address of Lifecycle.

    Args:
        url: As `racetrack set remote` takes it: where there is no path, `/lifecycle` is added.

    Raises:
        UsageError: It cannot be read, or has neither `http://` nor `https://`.
    """
    try:
        parts = urlsplit(url)
    except ValueError:  # such as brackets that do not close
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise UsageError(
            f"{url!r} is no address of a Racetrack.",
            remedy="write it with http:// or https://, such as http://127.0.0.1:7002.",
        )
    return url.rstrip("/") if parts.path.strip("/") else f"{url.rstrip('/')}/lifecycle"
