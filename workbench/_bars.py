"""Bars that compare a few numbers, as a picture within a notebook: inline SVG, no script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from workbench import _html

_WIDTH, _ROW, _LABEL = 640, 26, 230
_FIRST, _OTHER = "#2f81f7", "#8c959f"


@dataclass(frozen=True)
class Bar:
    """One number.

    Attributes:
        label: What it is of.
        value: The number, from 0.
        told: The number as it is written beside the bar, with its unit.
        ours: Whether it is the one that the picture is about.
    """

    label: str
    value: float
    told: str
    ours: bool = False


def bars(title: str, rows: Sequence[Bar]) -> Markup:
    """A bar for each row; the longest one takes the whole width.

    The picture is read out as its title and numbers; the colour of text is that of the page.
    """
    longest = max((row.value for row in rows), default=0) or 1
    room = _WIDTH - _LABEL - 90
    drawn = _html.join(
        Markup(
            '<text x="{}" y="{}" text-anchor="end" fill="currentColor">{}</text>'
            '<rect x="{}" y="{}" width="{:.1f}" height="14" rx="2" fill="{}"/>'
            '<text x="{:.1f}" y="{}" fill="currentColor">{}</text>'
        ).format(
            _LABEL - 8, at * _ROW + 16, row.label,
            _LABEL, at * _ROW + 5, max(1.5, row.value / longest * room),
            _FIRST if row.ours else _OTHER,
            _LABEL + max(1.5, row.value / longest * room) + 8, at * _ROW + 16, row.told,
        )
        for at, row in enumerate(rows)
    )  # fmt: skip
    height = len(rows) * _ROW + 4
    told = "; ".join(f"{row.label}: {row.told}" for row in rows)
    return Markup(
        '<figure style="margin:8px 0"><figcaption>{}</figcaption>'
        '<svg role="img" aria-label="{}" viewBox="0 0 {} {}" width="{}" height="{}" '
        'style="max-width:100%;font:12px sans-serif">{}</svg></figure>'
    ).format(title, f"{title}. {told}", _WIDTH, height, _WIDTH, height, drawn)
