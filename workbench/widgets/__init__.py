"""What one can touch in a notebook. Widgets show values and call functions; they decide nothing.

ipywidgets is imported only when a widget is made: the package itself does without Jupyter. What a
widget does by itself it does in a thread, at most ten times a second; nothing is ever printed.
Every widget has a static twin, which saved, exported and untrusted notebooks show instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from workbench.widgets._jobs import AnyJob

if TYPE_CHECKING:
    from workbench.widgets.health import HealthBadge
    from workbench.widgets.log import LogView
    from workbench.widgets.page import SwaggerView
    from workbench.widgets.perform import PerformPanel

__all__ = ["health_badge", "log_view", "perform_panel", "swagger"]


def perform_panel(
    job: AnyJob, payload: Mapping[str, Any] | None = None, /, **fields: Any
) -> PerformPanel:
    """A panel for calling `job` by hand; make it the last line of a cell.

    Args:
        job: A running job.
        payload: The input to begin with; or give its fields by name, as for `job.perform`. Without
            either, it begins with the example of the job's OpenAPI document.
        fields: The input's fields.
    """
    from workbench.widgets.perform import PerformPanel

    given = payload is not None or fields
    return PerformPanel(job, {**(payload or {}), **fields} if given else None)


def health_badge(job: AnyJob) -> HealthBadge:
    """A badge that follows `/live` and `/ready` of `job` in words and colour, until it ends.

    Args:
        job: A job.
    """
    from workbench.widgets.health import HealthBadge

    return HealthBadge(job)


def log_view(job: AnyJob) -> LogView:
    """The newest 200 lines of what `job` writes, as it writes them.

    Args:
        job: A job.
    """
    from workbench.widgets.log import LogView

    return LogView(job)


def swagger(job: AnyJob, *, height: int = 600) -> SwaggerView:
    """The page that `job` shows of itself, in a frame, with a link beside it.

    Args:
        job: A running job.
        height: The frame's height in pixels.
    """
    from workbench.widgets.page import SwaggerView

    return SwaggerView(job, height)
