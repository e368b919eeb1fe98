"""A report as HTML, for a notebook.

What is broken is told first and in full; all rules follow in their order.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from markupsafe import Markup

from workbench import _html
from workbench.conformance.vocabulary import Evidence, Finding, Verdict

if TYPE_CHECKING:
    from workbench.conformance.report import Report

COLOURS = {
    Verdict.HELD: _html.GOOD,
    Verdict.BROKEN: _html.BAD,
    Verdict.ABSENT: _html.MUTED,
    Verdict.NOT_JUDGED: _html.WARN,
}


def report_html(report: Report) -> Markup:
    """A line that sums up, what is broken, and a table of all rules."""
    parts = [
        _summary(report),
        *(_broken(one) for one in report.failures),
        _html.table(("rule", "level", "verdict", "what"), (_row(one) for one in report)),
    ]
    return _html.as_it_is(_html.join(parts))


def verdict_html(verdict: Verdict) -> Markup:
    """Sign and word, in the verdict's colour."""
    return Markup('<span style="white-space:nowrap">{}</span>').format(
        _html.badge(f"{verdict.sign} {verdict}", COLOURS[verdict])
    )


def _summary(report: Report) -> Markup:
    verdict = verdict_html(Verdict.HELD if report.ok else Verdict.BROKEN)
    ids = ", ".join(one.rule.id for one in report.failures)
    return Markup("<div><b>{}</b>: {} {}{}</div>").format(
        report.target, verdict, report.summary, f"; broken: {ids}" if ids else ""
    )


def _broken(one: Finding) -> Markup:
    rule = one.rule
    return Markup(
        '<div style="margin:8px 0;padding-left:10px;border-left:3px solid {}">'
        "<div>{} <b>{}</b> {}: {}</div><div>{}</div>"
        "<div><b>Consequence:</b> {}</div><div><b>Remedy:</b> {}</div>{}</div>"
    ).format(
        _html.BAD,
        verdict_html(one.verdict),
        rule.id,
        rule.level,
        rule.title,
        one.what,
        rule.consequence,
        rule.remedy,
        _evidence(one.evidence),
    )


def _row(one: Finding) -> tuple[object, ...]:
    what = Markup("<div><b>{}</b></div><div>{}</div>{}").format(
        one.rule.title, one.what, "" if one.failed else _evidence(one.evidence)
    )
    return one.rule.id, one.rule.level, verdict_html(one.verdict), what


def _evidence(pieces: Iterable[Evidence]) -> Markup:
    """Each piece below its title, all of them folded; nothing where there is none."""
    told = [
        Markup("<div>{}</div>{}").format(_html.code(one.title), _html.pre(one.text, wrap=True))
        for one in pieces
    ]
    if not told:
        return Markup("")
    return _html.details(f"evidence ({len(told)})", _html.join(told))
