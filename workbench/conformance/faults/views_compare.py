"""How two reports of the lab are shown side by side: as lines, and as HTML."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from workbench import _html
from workbench.conformance.faults.views_html import folded, word_html
from workbench.conformance.faults.views_text import then
from workbench.conformance.views_text import Paper

if TYPE_CHECKING:
    from workbench.conformance.faults.compare import FaultsDiff, Pair
    from workbench.conformance.faults.vocabulary import Row

_INDENT = " " * 4
_ALIKE = "alike"


def diff_text(diff: FaultsDiff) -> str:
    """A line for each fault, and below those that differ what both saw; a line that sums up."""
    paper = Paper()
    lines = [f"first:  {diff.first}", f"second: {diff.second}"]
    for pair in diff:
        words = " | ".join(f"{row.sign} {row.word}" for row in pair.rows)
        head = f"{pair.differs}: {pair.fault.id} {pair.fault.title} ({words})"
        lines += paper.wrap(head, "", _INDENT)
        if pair.differs != _ALIKE:
            for word, row in _named(pair):
                lines += paper.wrap(_told(row), f"{_INDENT}{word:<8}", _INDENT + " " * 8)
    return "\n".join([*lines, diff.summary])


def diff_html(diff: FaultsDiff) -> Markup:
    """A line that sums up, and a table with both; those that differ say what was seen."""
    colour = _html.GOOD if diff.ok else _html.BAD
    head = Markup("<div>{}</div>").format(_html.badge(diff.summary, colour))
    header = ("fault", diff.first, diff.second, "the second is")
    return head + _html.table(header, (_row(pair) for pair in diff))


def _row(pair: Pair) -> tuple[object, ...]:
    cells = [_cell(row, in_full=pair.differs != _ALIKE) for row in (pair.first, pair.second)]
    title = Markup("<b>{}</b> {}").format(pair.fault.id, pair.fault.title)
    word = str(pair.differs)
    return title, *cells, word if word == _ALIKE else Markup("<b>{}</b>").format(word)


def _cell(row: Row | None, *, in_full: bool) -> object:
    if row is None:
        return "-"
    if not in_full:
        return word_html(row)
    return Markup("<div>{}</div><div>{}</div>").format(word_html(row), folded(_told(row)))


def _told(row: Row) -> str:
    if not row.shown:
        return row.why
    return f"the caller saw: {row.caller}; {then(row)}"


def _named(pair: Pair) -> list[tuple[str, Row]]:
    named = (("first", pair.first), ("second", pair.second))
    return [(word, row) for word, row in named if row is not None]
