"""The table on the screen, and the file beside it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields
from pathlib import Path

from bench.rows import Row

HEADER = ("figure", "ours", "beside", "ratio", "spread", "goal", "held", "runs")
LEGEND = (
    "ours and beside are medians of runs in turns; spread is where the ratio lies with 95 %\n"
    "confidence (the value, where nothing is beside). A row without a goal is only shown."
)


def table(rows: Iterable[Row]) -> str:
    """The rows in columns, with a line that explains them."""
    cells = [HEADER, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(HEADER))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in cells
    ]
    return "\n".join([*lines, "", LEGEND])


def _cells(row: Row) -> Sequence[str]:
    beside = "" if row.beside is None else f"{_short(row.beside)} {row.unit} {row.beside_name}"
    held = {True: "yes", False: "NO", None: ""}[row.held]
    if row.goal is not None and row.held is None:
        held = "open"
    return (
        row.figure,
        f"{_short(row.ours)} {row.unit}",
        beside,
        "" if row.ratio is None else f"{row.ratio:.2f}",
        f"{_short(row.spread[0])} .. {_short(row.spread[1])}",
        row.goal or "",
        held,
        str(row.runs),
    )


def _short(value: float) -> str:
    """Three significant digits, without an exponent."""
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:#.3g}"


def write_json(rows: Iterable[Row], path: Path) -> None:
    """Write the rows as a list of objects."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([asdict(row) for row in rows], indent=2) + "\n")


KEYS = tuple(field.name for field in fields(Row))
