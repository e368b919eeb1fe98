"""The page that a job shows of itself, within a notebook."""

from __future__ import annotations

from typing import Any

import ipywidgets  # type: ignore[import-untyped]
from markupsafe import Markup

from workbench import _html
from workbench.job import Job
from workbench.widgets import _parts
from workbench.widgets._openapi import read_document


class SwaggerView:
    """A job's own page in a frame, with a link beside it.

    Saved notebooks, and those that are not trusted, show a table of the endpoints instead: there a
    frame is left out, or would show an address at which nobody answers any more.

    Attributes:
        job: The job.
        url: The page's address, as a browser reaches it.
        view: The widget.
    """

    def __init__(self, job: Job, height: int) -> None:
        self.job = job
        self.url = job.page
        self._name = f"{job.manifest.name} {job.manifest.version}"
        self._document = read_document(job)
        frame = Markup(
            '<iframe src="{}" title="{}" width="100%" height="{}" '
            'style="border:1px solid {};background:#fafafa"></iframe>'
        ).format(self.url, f"Page of {self._name}", height, _html.MUTED)
        folded = _html.details("The endpoints in words", self._table())
        self.view = ipywidgets.HTML(
            str(self._link() + frame + folded), layout=ipywidgets.Layout(width="100%")
        ).add_class("wb-swagger")

    def html(self) -> Markup:
        """The endpoints in words, and the link."""
        return self._link() + self._table()

    def __repr__(self) -> str:
        return f"<SwaggerView of {self._name} at {self.url}>"

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        live: dict[str, Any] = self.view._repr_mimebundle_(**kwargs)
        return {**live, "text/plain": repr(self), "text/html": str(self.html())}

    def _link(self) -> Markup:
        text = f"Open the page of {self._name} in a tab of its own"
        return Markup("<div>{}</div>").format(_html.link(self.url, text))

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
            return Markup("<div>{}</div>").format(_parts.muted("The document names no endpoints."))
        return _html.table(("method", "path", "what it does"), rows)
