"""What the lab saw, as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from workbench.conformance.faults.vocabulary import Row
from workbench.conformance.views_text import Paper

if TYPE_CHECKING:
    from workbench.conformance.faults.report import FaultReport

LOG_ROOM = 240
"""How many characters of a log's line a terminal shows."""

_LABEL = 10
_INDENT = "    "
_COLOURS = {True: "32", False: "1;31", None: "33"}


def report_text(report: FaultReport, paper: Paper) -> str:
    """For each fault what became of the wrapper, and what was seen; a line that sums up."""
    lines = [report.target]
    for row in report:
        lines += _row(row, paper)
    return "\n".join([*lines, *summary(report, paper)])


def summary(report: FaultReport, paper: Paper) -> list[str]:
    """How many rows had each outcome, and where a careful wrapper does better."""
    less = ", ".join(row.fault.id for row in report.failures)
    text = f"{report.summary}{f'; less careful: {less}' if less else ''}"
    sign = _coloured("✓" if report.ok else "✗", well=report.ok, paper=paper)
    first, *rest = paper.wrap(text, "  ", "  ")
    return [f"{sign} {first.strip()}", *rest]


def then(row: Row) -> str:
    """What the probes and the next call got, and how long it was ill, in one line."""
    if row.live == row.ready == row.next_call:
        return f"{row.live}; healthy {row.healthy}"
    probes = f"/live {probe(row.live)}, /ready {probe(row.ready)}"
    return f"{probes}, next call {row.next_call}; healthy {row.healthy}"


def probe(text: str) -> str:
    """What a probe said; where that was 200, its body is of no interest."""
    return "200" if text.startswith("200 ") else text


def told(row: Row) -> Iterator[tuple[str, str]]:
    """What a row tells, by a word for it."""
    if not row.shown:
        yield "why", row.why
        return
    yield "caller", row.caller
    yield "then", then(row)
    if row.log:
        yield "log", row.log if len(row.log) <= LOG_ROOM else f"{row.log[: LOG_ROOM - 3]}..."
    if row.why:
        yield "but", row.why
    if row.well is False:
        yield "careful", row.fault.careful


def _row(row: Row, paper: Paper) -> Iterator[str]:
    # What is coloured has no width for `textwrap`: blanks keep its place.
    word = f"{row.sign} {row.word}"
    place = " " * len(word)
    first, *rest = paper.wrap(f": {row.fault.id} {row.fault.title}", place, _INDENT)
    yield _coloured(word, well=row.well, paper=paper) + first.removeprefix(place)
    yield from rest
    blank = _INDENT + " " * _LABEL
    for label, text in told(row):
        yield from paper.wrap(text, f"{_INDENT}{label:<{_LABEL}}", blank)


def _coloured(text: str, *, well: bool | None, paper: Paper) -> str:
    return f"\x1b[{_COLOURS[well]}m{text}\x1b[0m" if paper.colour else text
