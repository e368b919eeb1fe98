"""The calls that were made from a panel, newest first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets  # type: ignore[import-untyped]
from markupsafe import Markup

from workbench import _html
from workbench.widgets import _parts

CALLS = 10
"""How many calls are remembered."""

_LONGEST = 90
"""Characters of a request that are shown in a row."""


class CallHistory:
    """A row for each of the last calls: a button that brings its request back, and the outcome.

    Rows are made when a call is sent and used again once there are ten, since each costs a widget
    in the browser.

    Attributes:
        box: The widget.
    """

    def __init__(self, on_pick: Callable[[str], None]) -> None:
        self._on_pick = on_pick
        self._count = 0
        self._rows: list[_Row] = []
        self._title = ipywidgets.HTML()
        self._list = ipywidgets.VBox()
        self.box = ipywidgets.VBox([self._title, self._list]).add_class("wb-history")
        self.box.layout.display = "none"

    def __len__(self) -> int:
        return len(self._rows)

    def make_room(self) -> None:
        """Have a row ready for the call that is about to be sent."""
        self._row = _Row(self._on_pick) if len(self._rows) < CALLS else self._rows[-1]

    def add(self, request: str, outcome: Markup) -> None:
        """Note a call that has ended."""
        self._count += 1
        self._row.fill(self._count, request, outcome)
        self._rows = [self._row, *(row for row in self._rows if row is not self._row)]
        title = Markup("<b>Calls so far</b>; the button brings a request back:")
        if self._count > CALLS:
            title = Markup("<b>The last {} of {} calls</b>; the button brings a request back:")
        self._title.value = str(title.format(CALLS, self._count))
        self._list.children = [row.box for row in self._rows]
        self.box.layout.display = None

    def html(self) -> Markup:
        """The rows as a plain table."""
        rows = [(f"{row.number}", row.outcome, _html.code(row.short)) for row in self._rows]
        return _html.table(("call", "outcome", "request"), rows)

    def buttons(self) -> list[Any]:
        """The buttons, newest call first."""
        return [row.button for row in self._rows]


class _Row:
    def __init__(self, on_pick: Callable[[str], None]) -> None:
        self.number = 0
        self.request = ""
        self.outcome = Markup("")
        self.button = ipywidgets.Button(layout=ipywidgets.Layout(width="7em", flex="0 0 auto"))
        self.text = ipywidgets.HTML(layout=ipywidgets.Layout(min_width="0", flex="1 1 auto"))
        self.box = ipywidgets.HBox([self.button, self.text])
        self.button.on_click(lambda _: on_pick(self.request))

    @property
    def short(self) -> str:
        """The request in one line."""
        return _parts.plain(" ".join(self.request.split()), _LONGEST)

    def fill(self, number: int, request: str, outcome: Markup) -> None:
        self.number, self.request, self.outcome = number, request, outcome
        self.button.description = f"Request {number}"
        self.button.tooltip = f"Bring request {number} back into the editor"
        line = Markup(
            '<div style="white-space:nowrap;overflow:hidden;text-overflow:ellipsis">{} {}</div>'
        )
        self.text.value = str(line.format(outcome, _html.code(self.short)))
