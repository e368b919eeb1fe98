"""A view that follows a job's log."""

from __future__ import annotations

import re
from collections import deque
from typing import Any

import ipywidgets  # type: ignore[import-untyped]
from markupsafe import Markup

from workbench import _html
from workbench.widgets import _parts
from workbench.widgets._follow import Follower, Following, Shown
from workbench.widgets._jobs import AnyJob, told
from workbench.widgets.outdated import OutdatedNote

LINES = 200
"""How many lines are shown, the newest ones."""

_LONGEST_LINE = 2_000
"""Characters of one line that are shown."""

# What the wrapper writes when somebody asks how the job is: `uri=/ready status=200`.
_PROBE = re.compile(r"\buri=\S*/(?:live|ready|health)(?=[\s?]|$)")


class LogView(Following):
    """The newest lines of what a job writes, stuck to the last one.

    Attributes:
        job: The job that is followed.
        follow: Whether new lines are shown as they come; off to read in peace.
        probes: Whether the lines of the probes are shown, too.
        head: Which lines these are, and where all of them are.
        lines: The lines.
        offset: How many bytes of the log were read.
    """

    def __init__(self, job: AnyJob) -> None:
        self.job = job
        self.follow = ipywidgets.Checkbox(value=True, description="follow", indent=False)
        self.probes = ipywidgets.Checkbox(value=False, description="show probes", indent=False)
        self.head = ipywidgets.HTML().add_class("wb-log-head")
        self.lines = ipywidgets.HTML(
            layout=ipywidgets.Layout(flex="0 0 auto", margin="0"),
            tabbable=True,  # from it a keyboard scrolls the box around, which cannot be reached
        )
        self.offset = 0
        self._all: deque[str] = deque(maxlen=LINES)
        self._own: deque[str] = deque(maxlen=LINES)
        self._counts = {True: 0, False: 0}
        self._note = ""
        self._outdated = OutdatedNote(job)
        self._settled = False
        self._shown = Shown(self._repr_mimebundle_)
        self._box = self._build()
        for box in (self.follow, self.probes):
            box.layout = ipywidgets.Layout(width="auto", margin="0 2em 4px 0")
            box.observe(lambda _: self._on_choice(), names="value")
        self._follower = Follower("log view", job, self, told(job))
        self._follower.start()

    def html(self) -> Markup:
        """The view as plain HTML, for a saved notebook and for readers without a kernel."""
        frame = Markup('<div style="border:1px solid {};padding:4px 8px">{}</div>')
        return self._head() + frame.format(_html.MUTED, _html.log_tail(self._chosen()))

    def look(self, ended: bool) -> None:
        """Read what was written since the last look, and show it."""
        lines, self.offset = self.job.log_since(self.offset)
        for line in lines:
            text = _parts.plain(line, _LONGEST_LINE)
            self._all.append(text)
            self._counts[True] += 1
            if not _PROBE.search(line):
                self._own.append(text)
                self._counts[False] += 1
        if ended:
            self._note = "The job is over."
        if self._outdated.look():
            self.head.value = str(self._head())
        if self.follow.value or ended:
            self._show()

    def fail(self, error: Exception) -> None:
        """Show that reading went wrong."""
        self.head.value = str(_parts.failure(error))

    def leave(self) -> None:
        """Say that this view stands still."""
        self._note = "No longer followed: its cell was run again."
        self._show()

    def settle(self) -> None:
        """Take plain HTML for the widgets."""
        self._settled = True
        self._shown.update()

    def __repr__(self) -> str:
        return f"<LogView of {self.job.manifest.name}: {self._told()}>"

    def _ipython_display_(self) -> None:
        self._shown.show()

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        live: dict[str, Any] = {} if self._settled else self._box._repr_mimebundle_(**kwargs)
        return {**live, "text/plain": repr(self), "text/html": str(self.html())}

    def _build(self) -> Any:
        # The box scrolls and stays the same while its lines are replaced: whoever scrolled up
        # stays there. It stacks upwards, so its resting place is the newest line.
        scrolled = ipywidgets.Box(
            [self.lines],
            layout=ipywidgets.Layout(
                display="flex",
                flex_flow="column-reverse",
                max_height="20em",
                overflow="auto",
                border=f"1px solid {_html.MUTED}",
                padding="4px 8px",
            ),
        ).add_class("wb-log")
        choices = ipywidgets.HBox([self.follow, self.probes])
        return ipywidgets.VBox([self.head, choices, scrolled])

    def _on_choice(self) -> None:
        try:
            self._show()
        except Exception as error:  # noqa: BLE001 - printed, it would vanish
            self.fail(error)

    def _chosen(self) -> list[str]:
        return list(self._all if self.probes.value else self._own)

    def _told(self) -> str:
        lines, count = len(self._chosen()), self._counts[self.probes.value]
        if lines < count:
            return f"the last {lines} of {count:,} lines"
        return f"{count} line{'' if count == 1 else 's'}"

    def _head(self) -> Markup:
        name = told(self.job)
        file = self.job.log_file
        parts = [Markup("<b>Log of {}</b>: {}").format(name, self._told())]
        if file is not None:
            parts.append(Markup("all of it in {}").format(_html.code(_parts.short_path(file))))
        head = Markup('<div style="line-height:1.5">{}.</div>').format(Markup("; ").join(parts))
        return head + self._outdated.html() + (_parts.status(self._note) if self._note else "")

    def _show(self) -> None:
        text = "\n".join(self._chosen()) or "(nothing yet)"
        # A screen reader tells a log's lines when asked to: they may come by the hundred.
        page = Markup(
            '<pre role="log" aria-live="off" aria-label="Log of {}" style="margin:0;'
            'overflow:visible;white-space:pre-wrap;overflow-wrap:anywhere">{}</pre>'
        ).format(self.job.manifest.name, text)
        self.head.value = str(self._head())
        self.lines.value = str(page)
