"""A page of a LocalRacetrack's dashboard, within a notebook."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from workbench import _html
from workbench.racetrack.local import LocalRacetrack
from workbench.widgets import _parts
from workbench.widgets._follow import Follower, Following, Shown


class DashboardView(Following):
    """The page in a frame, and a link to it above; a line of text once the server has stopped.

    Attributes:
        racetrack: Whose dashboard it is.
        url: The page's address, as a browser reaches it.
    """

    def __init__(self, racetrack: LocalRacetrack, page: str, height: int) -> None:
        self.racetrack = racetrack
        self.url = racetrack.dashboard_url(page)
        self._page = page
        self._height = height
        self._over = racetrack.exit_code is not None
        self._shown = Shown(self._bundle)
        self._follower = Follower("dashboard", racetrack, self, page)
        self._follower.start()

    def html(self) -> Markup:
        """The view as it is shown, now."""
        title = f"Dashboard: {self._page}"
        if self._over:
            gone = _html.badge("is gone", _html.WARN)
            start = self.racetrack.started_in
            back = f" To see it, run {start}, which starts one, and then this one." if start else ""
            return _parts.status(Markup("{} {} with its server.{}").format(title, gone, back))
        link = _html.link(self.url, "Open the dashboard in a tab of its own")
        return Markup("<div>{}</div>{}").format(link, _html.frame(self.url, title, self._height))

    def look(self, ended: bool) -> None:
        """Note that the server has stopped."""
        self._over = ended

    def fail(self, error: Exception) -> None:
        """Leave the frame as it is: it says itself what is wrong."""

    def leave(self) -> None:
        """Leave the frame as it is."""

    def settle(self) -> None:
        """Leave out the frame of a server that is gone."""
        if self._over:
            self._shown.update()

    def __repr__(self) -> str:
        return f"<DashboardView at {self.url}>"

    def _ipython_display_(self) -> None:
        self._shown.show()

    def _bundle(self) -> dict[str, Any]:
        return {"text/plain": repr(self), "text/html": str(self.html())}
