"""Small pieces of HTML that the widgets share."""

from __future__ import annotations

import os
import re
from pathlib import Path

from markupsafe import Markup

from workbench import _html
from workbench.settings import get_settings

_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-_])")


def status(content: Markup | str) -> Markup:
    """The content, marked as something that a screen reader tells when it changes.

    Lines are as high as elsewhere: widgets would set them as far apart as buttons.
    """
    line = Markup('<div role="status" aria-live="polite" style="line-height:1.5">{}</div>')
    return line.format(content)


def failure(error: Exception) -> Markup:
    """A view's own fault; it is shown since nobody would see it printed."""
    return Markup("{} {}").format(
        _html.badge("this view failed", _html.BAD), _html.code(f"{type(error).__name__}: {error}")
    )


def plain(text: str, longest: int) -> str:
    """The text without a terminal's colours, and not longer than `longest` characters."""
    text = _ESCAPES.sub("", text)
    if len(text) <= longest:
        return text
    return f"{text[:longest]}... and {len(text) - longest} more characters"


def short_path(path: Path) -> str:
    """The path as a shell takes it, without naming what differs from one machine to the next."""
    for root, name in ((get_settings().home, "$WORKBENCH_HOME"), (Path.home(), "~")):
        if name == "$WORKBENCH_HOME" and not os.environ.get("WORKBENCH_HOME"):
            continue
        if path.is_relative_to(root):
            return f"{name}/{path.relative_to(root)}"
    return str(path)
