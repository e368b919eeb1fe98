"""How a comparison of two reports is shown: as lines, and as HTML."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from workbench import _html
from workbench.conformance.views_html import verdict_html
from workbench.conformance.views_text import Paper
from workbench.conformance.vocabulary import Verdict

if TYPE_CHECKING:
    from workbench.conformance.compare import Change, ReportDiff


def diff_text(diff: ReportDiff) -> str:
    """A line for each change, with what was seen below it; a line that sums up."""
    paper = Paper()
    lines = [*_heading(diff), *(line for one in diff for line in _lines(one, paper))]
    return "\n".join([*lines, diff.summary])


def diff_html(diff: ReportDiff) -> Markup:
    """A line that sums up, and a table of the changes."""
    colour = _html.GOOD if diff.ok else _html.BAD
    head = Markup("<div>{}</div><div>{}</div>").format(
        Markup("<br>").join(_heading(diff)), _html.badge(diff.summary, colour)
    )
    if not diff:
        return head
    table = _html.table(("rule", "level", "change", "verdict", "what"), map(_row, diff))
    return _html.as_it_is(head + table)


def _heading(diff: ReportDiff) -> list[str]:
    if diff.before == diff.after:
        return [diff.after]
    return [f"before: {diff.before}", f"after:  {diff.after}"]


def _told(one: Change) -> list[tuple[str, str]]:
    """What was seen, each with a word for when; once where both saw the same."""
    if one.before is None or one.after is None:
        return [("seen", one.latest.what)]
    if one.before.what == one.after.what:
        return [("seen", one.after.what)]
    return [("before", one.before.what), ("after", one.after.what)]


def _lines(one: Change, paper: Paper) -> list[str]:
    verdicts = " → ".join(map(_verdict, one.verdicts))
    rule = one.rule
    indent = " " * 4
    lines = paper.wrap(f"{one.kind}: {rule.id} {rule.level} {rule.title} ({verdicts})", "", indent)
    for word, text in _told(one):
        lines += paper.wrap(f"{word + ':':<8}{text}", indent, indent + " " * 8)
    if one.latest.failed and one.after is not None:
        lines += paper.wrap(f"remedy: {rule.remedy}", indent, indent + " " * 8)
    return lines


def _verdict(verdict: Verdict) -> str:
    return f"{verdict.sign} {verdict}"


def _row(one: Change) -> tuple[object, ...]:
    verdicts = Markup('<span style="white-space:nowrap">{}</span>').format(
        Markup(" → ").join(map(verdict_html, one.verdicts))
    )
    told = [
        Markup("<div>{}: {}</div>").format(word, text)
        for word, text in (
            *_told(one),
            *([("remedy", one.rule.remedy)] if one.latest.failed and one.after else []),
        )
    ]
    what = Markup("<div><b>{}</b></div>{}").format(one.rule.title, _html.join(told))
    return one.rule.id, one.rule.level, str(one.kind), verdicts, what
