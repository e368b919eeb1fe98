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
_LINES = f"margin:4px 0;white-space:pre;overflow-x:auto;tab-size:{TAB}"


def highlight(text: str, language: str, *, first_line: int = 1) -> Markup:
    """Code with the number of each line before it; what is copied from it has no numbers.

    Args:
        text: The code.
        language: What Pygments calls its language; `text` for none.
        first_line: The number of its first line.
    """
    lines = _coloured_lines(text.removesuffix("\n"), language)
    # As wide as whole tabs are, so that the code's own tabs stop where they should.
    digits = len(str(first_line + len(lines) - 1))
    width = (digits // TAB + 1) * TAB - 1
    numbered = (
        Markup('<span style="{}">{} </span>{}').format(_NUMBERS, str(number).rjust(width), line)
        for number, line in enumerate(lines, start=first_line)
    )
    box = Markup('<pre {} style="{}">{}</pre>')
    return box.format(_html.scrolls("Code"), _LINES, Markup("\n").join(numbered))


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
