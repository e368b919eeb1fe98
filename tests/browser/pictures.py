"""Pictures of what people see, in .cache/screenshots: for eyes, nothing is asserted about them.

With `PICTURES=1` in the environment each is taken in a light and a dark theme, narrow and wide;
else once, as the page is.
"""

from __future__ import annotations

import os

from tests.browser.lab_page import LabPage
from tests.support import ROOT

SCREENSHOTS = ROOT / ".cache" / "screenshots"
ALL = bool(os.environ.get("PICTURES"))

_NARROW = 1280
_HEIGHT = 900


def photograph(lab_page: LabPage, name: str, cell: str | None = None) -> None:
    """Take pictures of the page, of a cell and what is around it where one is named.

    It ends with the light theme, at the narrow width.
    """
    if not ALL:
        _take(lab_page, name, cell)
        return
    for tone in ("Dark", "Light"):
        lab_page.use_theme(f"JupyterLab {tone}")
        for width in (1920, _NARROW):
            lab_page.page.set_viewport_size({"width": width, "height": _HEIGHT})
            _take(lab_page, f"{name}-{tone.lower()}-{width}", cell)


def _take(lab_page: LabPage, name: str, cell: str | None) -> None:
    if cell is not None:
        lab_page.scroll_to(cell)
    lab_page.page.screenshot(path=SCREENSHOTS / f"{name}.png", animations="disabled")
