"""Source code in colours that suit a light page as well as a dark one.

The colours are those of JupyterLab's own editor, which follow its theme. Elsewhere each falls back
to a colour of middle brightness, which can be read on white and on black. No background is set.
"""

from __future__ import annotations

from markupsafe import Markup

from workbench import _html

TAB = 4
"""How many columns there are between the stops of tabs."""

_KEYWORD = "color:var(--jp-mirror-editor-keyword-color,#1a7f37);font-weight:bold"
_NAME = "color:var(--jp-mirror-editor-def-color,#2176d2)"
_NUMBER = "color:var(--jp-mirror-editor-number-color,#1a7f37)"
_STRING = "color:var(--jp-mirror-editor-string-color,#d1403f)"
_COMMENT = _html.readable("var(--jp-mirror-editor-comment-color,#408080)") + ";font-style:italic"
_TAG = "color:var(--jp-mirror-editor-tag-color,#1a7f37)"

# Pygments' kinds of token, each with those below it; the longest name that fits is taken.
_STYLES = {
    "Token.Comment": _COMMENT,
    "Token.Keyword": _KEYWORD,
    "Token.Keyword.Type": _NAME,
    "Token.Literal.Number": _NUMBER,
    "Token.Literal.Scalar.Plain": "",
    "Token.Literal.String": _STRING,
    "Token.Name.Class": _NAME,
    "Token.Name.Decorator": _NAME,
    "Token.Name.Function": _NAME,
    "Token.Name.Tag": _TAG,
    "Token.Operator.Word": _KEYWORD,
}
_NUMBERS = f"{_html.readable(_html.MUTED)};user-select:none"
# JupyterLab itself would break a line within a word.
_LINES = (
    f"margin:4px 0;white-space:pre-wrap;word-break:normal;overflow-wrap:anywhere;tab-size:{TAB}"
)

_FURTHER = 2 * TAB
"""How much further than a line the rest of it begins, where the line is wider than the page."""


def highlight(text: str, language: str, *, first_line: int = 1) -> Markup:
    """Code with the number of each line before it; what is copied from it has no numbers.

    A line that is wider than the page goes on below itself, further in: nobody has to scroll.

    Args:
        text: The code.
        language: What Pygments calls its language; `text` for none.
        first_line: The number of its first line.
    """
    sources = text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n").split("\n")
    lines = _coloured_lines("\n".join(sources), language)
    # As wide as whole tabs are, so that the code's own tabs stop where they should.
    digits = len(str(first_line + len(lines) - 1))
    width = (digits // TAB + 1) * TAB - 1
    # Its line break is within each block: a page that drops styles keeps the lines apart.
    numbered = (
        Markup('<span style="{}"><span style="{}">{} </span>{}\n</span>').format(
            _hanging(width + 1 + _indent(source)), _NUMBERS, str(number).rjust(width), line
        )
        for number, (source, line) in enumerate(zip(sources, lines, strict=True), start=first_line)
    )
    return Markup('<pre style="{}">{}</pre>').format(_LINES, _html.join(numbered))


def _hanging(columns: int) -> str:
    """A style: a block whose first line begins at its edge, and the others further in."""
    further = columns + _FURTHER
    return f"display:block;padding-left:{further}ch;text-indent:-{further}ch"


def _indent(line: str) -> int:
    """How far a line is indented, as whole tabs: the stops of tabs are counted from there."""
    blank = line[: len(line) - len(line.lstrip())].expandtabs(TAB)
    return len(blank) // TAB * TAB


def _coloured_lines(text: str, language: str) -> list[Markup]:
    from pygments.lexers import get_lexer_by_name  # type: ignore[import-untyped]

    lexer = get_lexer_by_name(language, stripnl=False, ensurenl=False)
    lines = [Markup("")]
    for kind, piece in lexer.get_tokens(text):
        style = _style(str(kind))
        for number, part in enumerate(piece.split("\n")):
            if number:
                lines.append(Markup(""))
            if part:
                form = Markup('<span style="{}">{}</span>').format(style, part)
                lines[-1] += form if style else Markup("{}").format(part)
    return lines


def _style(kind: str) -> str:
    while kind:
        if kind in _STYLES:
            return _STYLES[kind]
        kind = kind.rpartition(".")[0]
    return ""
