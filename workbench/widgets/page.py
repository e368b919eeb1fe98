"""The page that a job shows of itself, within a notebook."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from workbench import _html
from workbench.widgets import _parts
from workbench.widgets._follow import Follower, Following, Shown
from workbench.widgets._jobs import AnyJob, told
from workbench.widgets._openapi import read_document
from workbench.widgets.outdated import OutdatedNote
from workbench.widgets.over import over_note


class SwaggerView(Following):
    """A job's own page in a frame, a link beside it, and its endpoints in words.

    A notebook that is not trusted leaves the frame out; the words stay. So do they once the job is
    over: the frame would show an address at which nobody answers any more.

    Attributes:
        job: The job.
        url: The page's address, as a browser reaches it.
    """

    def __init__(self, job: AnyJob, height: int) -> None:
        self.job = job
        self.url = job.page
        self._name = told(job)
        self._height = height
        self._document = read_document(job)
        self._over = job.exit_code is not None
        self._note = Markup("")
        self._outdated = OutdatedNote(job)
        # Two outputs: what is said above a frame must not load it anew, with a request half typed.
        self._above = Shown(lambda: self._bundle(self._head()))
        self._below = Shown(lambda: self._bundle(self._body()))
        self._follower = Follower("job page", job, self, told(job))
        self._follower.start()

    def html(self) -> Markup:
        """The view as it is shown, now."""
        return self._head() + self._body()

    def look(self, ended: bool) -> None:
        """Note that the job is over, or is not what its files are."""
        self._over = ended
        if self._outdated.look() and not ended:
            self._above.update()

    def fail(self, error: Exception) -> None:
        """Show that looking went wrong."""
        if self._note != _parts.failure(error):
            self._note = _parts.failure(error)
            self._above.update()

    def leave(self) -> None:
        """Leave the frame as it is."""

    def settle(self) -> None:
        """Leave out the frame of a job that is over."""
        if self._over:
            self._above.update()
            self._below.update()

    def __repr__(self) -> str:
        return f"<SwaggerView of {self._name} at {self.url}>"

    def _ipython_display_(self) -> None:
        self._above.show()
        self._below.show()

    def _bundle(self, page: Markup) -> dict[str, Any]:
        return {"text/plain": repr(self), "text/html": str(page)}

    def _head(self) -> Markup:
        if self._over:
            gone = Markup("<div>The page is gone with its job; these were its endpoints:</div>")
            return over_note(self.job, self._follower.cell) + self._note + gone
        text = f"Open the page of {self._name} in a tab of its own"
        link = Markup("<div>{}</div>").format(_html.link(self.url, text))
        return link + self._outdated.html() + self._note

    def _body(self) -> Markup:
        if self._over:
            return self._table()
        frame = _html.frame(self.url, f"Page of {self._name}", self._height)
        return frame + _html.details("The endpoints in words", self._table())

    def _table(self) -> Markup:
        if self._document.problem:
            return Markup("<div>{} {}</div>").format(
                _html.badge("no OpenAPI document:", _html.BAD), self._document.problem
            )
        rows = [
            (method, _html.code(path), summary)
            for method, path, summary in self._document.endpoints()
        ]
        if not rows:
            return Markup("<div>{}</div>").format(_html.muted("The document names no endpoints."))
        return _html.table(("method", "path", "what it does"), rows)
