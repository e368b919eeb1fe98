"""A report as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from workbench import _paper
from workbench.conformance.vocabulary import Evidence, Finding, Verdict

if TYPE_CHECKING:
    from workbench.conformance.report import Report

MOST_PIECES = 2
"""How many pieces of evidence a terminal shows; the last ones, which led to the verdict."""

MOST_LINES = 16
"""How many lines of a piece of evidence a terminal shows; its head and its tail."""

_VERDICT = 13  # the longest sign and word, and a space
_HEAD = _VERDICT + 12  # the id and the level as well
_DETAIL = "    "
_COLOURS = {
    Verdict.HELD: "32",
    Verdict.BROKEN: "1;31",
    Verdict.ABSENT: "2",
    Verdict.NOT_JUDGED: "33",
}


class Paper(_paper.Paper):
    """What the lines of a report are written on."""

    def verdict(self, verdict: Verdict, width: int = 0) -> str:
        """Sign and word, in the verdict's colour, padded with spaces."""
        text = f"{verdict.sign} {verdict}".ljust(width)
        return f"\x1b[{_COLOURS[verdict]}m{text}\x1b[0m" if self.colour else text


def report_text(report: Report, paper: Paper) -> str:
    """A line for each that held; below a broken one what follows, what to do, and what was seen.

    A reason for which several rules were not judged is told at the first of them.
    """
    lines = [report.target]
    reasons: dict[str, str] = {}
    for one in report:
        what = one.what
        if one.verdict is Verdict.NOT_JUDGED:
            first = reasons.setdefault(what, one.rule.id)
            what = what if first == one.rule.id else f"as {first}"
        lines += _finding(one, what, paper)
    lines.append(summary(report, paper))
    return "\n".join(lines)


def summary(report: Report, paper: Paper) -> str:
    """How many rules got each verdict, and which are broken."""
    verdict = paper.verdict(Verdict.HELD if report.ok else Verdict.BROKEN)
    broken = ", ".join(f"{one.rule.id} {one.rule.level}" for one in report.failures)
    return f"{verdict}: {report.summary}{f'; broken: {broken}' if broken else ''}"


def _finding(one: Finding, what: str, paper: Paper) -> Iterator[str]:
    rule = one.rule
    blank = " " * _HEAD
    # What is coloured has no width for `textwrap`: the head is put before the wrapped text.
    text = f"{rule.title}: {what}"
    head = f"{paper.verdict(one.verdict, _VERDICT)}{rule.id:<4} {rule.level:<6} "
    if one.verdict is Verdict.HELD:  # all of it is in the notebook's view and in the JSON
        yield head + _cut(text, paper.width - _HEAD)
        return
    wrapped = paper.wrap(text, blank, blank)
    yield head + wrapped[0].removeprefix(blank)
    yield from wrapped[1:]
    if not one.failed:
        return
    more = f"{_DETAIL}  "
    yield from paper.wrap(f"Consequence: {rule.consequence}", _DETAIL, more)
    yield from paper.wrap(f"Remedy: {rule.remedy}", _DETAIL, more)
    left = len(one.evidence) - MOST_PIECES
    if left > 0:
        yield f"{_DETAIL}Evidence: {left} more in the JSON, and then:"
    for piece in one.evidence[-MOST_PIECES:]:
        yield from _piece(piece, paper)


def _cut(text: str, room: int) -> str:
    return text if len(text) <= room else f"{text[: room - 3].rstrip()}..."


def _piece(piece: Evidence, paper: Paper) -> Iterator[str]:
    yield from paper.wrap(f"Evidence: {piece.title}", _DETAIL, f"{_DETAIL}  ")
    bar = f"{_DETAIL}| "
    room = paper.width - len(bar)
    text = piece.text.expandtabs(4).rstrip("\n")
    lines = [part for line in text.split("\n") for part in _pieces_of(line, room)]
    if len(lines) > MOST_LINES:
        half = MOST_LINES // 2
        lines = [*lines[:half], f"... {len(lines) - MOST_LINES} lines ...", *lines[-half:]]
    yield from (f"{bar}{line}".rstrip() for line in lines)


def _pieces_of(line: str, room: int) -> list[str]:
    return [line[at : at + room] for at in range(0, len(line), room)] or [""]
