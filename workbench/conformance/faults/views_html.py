"""What the lab saw, as HTML for a notebook: a table with a row for each fault."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from workbench import _html
from workbench.conformance.faults.views_text import probe
from workbench.conformance.faults.vocabulary import Row

if TYPE_CHECKING:
    from workbench.conformance.faults.report import FaultReport

SHORT = 90
"""How many characters of a text a cell shows; the rest is folded."""

LONG = 180
"""The same of a line of the log, which has the whole width."""

COLOURS = {True: _html.GOOD, False: _html.BAD, None: _html.WARN}


def report_html(report: FaultReport) -> Markup:
    """A line that sums up, and the table."""
    less = ", ".join(row.fault.id for row in report.failures)
    head = Markup("<div><b>{}</b>: {} {}{}</div>").format(
        report.target,
        _html.badge("✓" if report.ok else "✗", COLOURS[report.ok]),
        report.summary,
        f"; less careful: {less}" if less else "",
    )
    header = ("", "fault", "the caller saw", "/live and /ready", "next call", "healthy")
    return head + _html.table(header, map(_cells, report), map(_log, report))


def word_html(row: Row) -> Markup:
    """Sign and word, in the colour of the sign."""
    return Markup('<span style="white-space:nowrap">{}</span>').format(
        _html.badge(f"{row.sign} {row.word}", COLOURS[row.well])
    )


def folded(text: str, short: int = SHORT) -> Markup:
    """A text; of a long one the beginning, and all of it when it is opened."""
    if len(text) <= short:
        return Markup("{}").format(text)
    return _html.details(f"{text[: short - 1]}…", _html.pre(text, wrap=True))


def _cells(row: Row) -> tuple[object, ...]:
    title = Markup("<b>{}</b> {}").format(row.fault.id, row.fault.title)
    if row.well is False:
        title += Markup("<div>A careful wrapper {}.</div>").format(row.fault.careful)
    if not row.shown:
        return word_html(row), title, row.why, "", "", ""
    live, ready = folded(probe(row.live)), folded(probe(row.ready))
    both = Markup("<div>{}</div><div>{}</div>").format(live, ready)
    probes = live if row.live == row.ready else both
    caller = folded(row.caller)
    if row.why:
        caller += Markup("<div>{}</div>").format(row.why)
    return (
        word_html(row),
        title,
        caller,
        probes,
        folded(row.next_call),
        row.healthy,
    )


def _log(row: Row) -> Markup:
    """The line of the log, with more room than a column has, and the evidence."""
    if not row.shown:
        return Markup("")
    return Markup("<div>log: {}</div>{}").format(folded(row.log, LONG), _evidence(row))


def _evidence(row: Row) -> Markup:
    told = [
        Markup("<div>{}</div>{}").format(_html.code(one.title), _html.pre(one.text, wrap=True))
        for one in row.evidence
    ]
    return _html.details(f"evidence ({len(told)})", _html.join(told)) if told else Markup("")
