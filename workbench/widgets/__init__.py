"""What one can touch in a notebook. Widgets show values and call functions; they decide nothing.

ipywidgets is imported only when a widget is made: the package itself does without Jupyter.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from workbench.job import Job

if TYPE_CHECKING:
    from workbench.widgets.perform import PerformPanel

__all__ = ["perform_panel"]


def perform_panel(
    job: Job, payload: Mapping[str, Any] | None = None, /, **fields: Any
) -> PerformPanel:
    """A panel for calling `job` by hand; make it the last line of a cell.

    Args:
        job: A running job.
        payload: The input to begin with; or give its fields by name, as for `job.perform`.
        fields: The input's fields.
    """
    from workbench.widgets.perform import PerformPanel

    return PerformPanel(job, {**(payload or {}), **fields})
