"""Small builders for the HTML that values show of themselves in a notebook.

Inline styles only: JupyterLab drops `<style>` and `<script>` from notebooks it does not trust.
Everything given as plain text is escaped; `Markup` is passed through.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import zip_longest

from markupsafe import Markup, escape

GOOD = "#1a7f37"
BAD = "#cf222e"
WARN = "#9a6700"
MUTED = "#6e7781"

# JupyterLab would break a long line within a word, though there is a blank.
_LINES = "margin:4px 0;tab-size:4;word-break:normal"

# Colours of the text's own, on a page that is light or dark: JupyterLab's stripes, and the blue of
# the row below the mouse, leave words in a colour too little contrast.
_RULE = "border-bottom:1px solid color-mix(in srgb,currentColor 18%,transparent)"
_CELL = f"text-align:left;vertical-align:top;padding:3px 12px 3px 0;{_RULE}"
_ROW = "background:none"


def join(parts: Iterable[str]) -> Markup:
    """The parts one after another, each escaped unless it is markup."""
    return Markup("").join(parts)


def table(
    header: Sequence[str], rows: Iterable[Sequence[object]], below: Iterable[object] = ()
) -> Markup:
    """A plain table; cells that are not markup are escaped.

    A column whose head is empty has none: a screen reader would else announce nothing.

    Args:
        header: The heads of the columns.
        rows: The cells.
        below: For each row what is shown below it, across all columns but the first; empty text
            for nothing, and nothing at all where no row has any.
    """
    head = join(
        Markup('<{0} style="{1}">{2}</{0}>').format("th" if cell else "td", _CELL, cell)
        for cell in header
    )
    line = Markup('<tr style="{}">{}</tr>')
    wide = Markup('<td></td><td colspan="{}" style="{};padding-bottom:8px">{}</td>')
    body = join(
        line.format(_ROW, join(Markup('<td style="{}">{}</td>').format(_CELL, one) for one in row))
        + (line.format(_ROW, wide.format(len(header) - 1, _CELL, more)) if more else Markup(""))
        for row, more in zip_longest(rows, below)
    )
    return Markup("<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>").format(head, body)


def badge(text: str, colour: str) -> Markup:
    """A word in a colour; the word alone must carry the meaning.

    The colour is mixed with that of the text around it: no single one has contrast enough on white
    and on black. Where a browser or a page that is not trusted knows no mixing, it stays pure.
    """
    return Markup('<b style="{}">{}</b>').format(readable(colour), text)


def muted(text: str) -> Markup:
    """A remark that matters less than what stands around it."""
    return Markup('<span style="{}">{}</span>').format(readable(MUTED), text)


def scrolls(name: str) -> Markup:
    """The attributes of a box that may scroll: a keyboard reaches it, a screen reader names it."""
    return Markup('tabindex="0" role="group" aria-label="{}"').format(name)


def code(text: str) -> Markup:
    """Text in a fixed-width font, within a line."""
    return Markup("<code>{}</code>").format(text)


def pre(text: str, *, wrap: bool = False) -> Markup:
    """Lines in a fixed-width font; with `wrap` none is wider than the page."""
    style = f"{_LINES};white-space:pre-wrap;overflow-wrap:anywhere" if wrap else _LINES
    return Markup('<pre style="{}">{}</pre>').format(style, text)


def diff(text: str) -> Markup:
    """A unified diff; what came in and what went out differ in their sign and in colour."""
    colours = {"+": GOOD, "-": BAD, "@": MUTED}
    lines = (
        Markup('<span style="{}">{}</span>').format(readable(colours[line[:1]]), line)
        if line[:1] in colours
        else Markup("{}").format(line)
        for line in text.split("\n")
    )
    return Markup('<pre style="{}">{}</pre>').format(_LINES, Markup("\n").join(lines))


def as_it_is(body: str) -> Markup:
    """A part in which a page that typesets formulas, as JupyterLab does, takes no `$` for one."""
    return Markup('<div class="mathjax_ignore tex2jax_ignore">{}</div>').format(escape(body))


def frame(url: str, title: str, height: int) -> Markup:
    """Another page within this one; `height` in pixels."""
    return Markup(
        '<iframe src="{}" title="{}" width="100%" height="{}" '
        'style="box-sizing:border-box;border:1px solid {};background:#fafafa"></iframe>'
    ).format(url, title, height, MUTED)


def link(url: str, text: str | None = None) -> Markup:
    """A link that opens beside the notebook."""
    # Widgets do not mark links by themselves.
    style = "text-decoration:underline"
    line = Markup('<a href="{}" target="_blank" rel="noopener" style="{}">{}</a>')
    return line.format(url, style, text or url)


def details(summary: str, body: str, *, shown: bool = False) -> Markup:
    """A part that somebody can fold and open; at first it is folded, unless it is `shown`."""
    start = Markup("<details open>") if shown else Markup("<details>")
    return start + Markup("<summary>{}</summary>{}</details>").format(summary, escape(body))


def log_tail(lines: Sequence[str], *, height: str = "14em") -> Markup:
    """The last lines in a box that stays scrolled to the newest one without any script.

    The outer box stacks upwards, and the inner one keeps its full height; without `flex:none` a
    browser would show the oldest lines instead.
    """
    return Markup(
        '<div {} style="display:flex;flex-direction:column-reverse;max-height:{};overflow:auto">'
        '<pre style="margin:0;flex:none;overflow:visible">{}</pre></div>'
    ).format(scrolls("The last lines"), height, "\n".join(lines))


def readable(colour: str) -> str:
    """A style: the colour, mixed with that of the text around it where the browser can."""
    return f"color:{colour};color:color-mix(in srgb,currentColor 40%,{colour})"
