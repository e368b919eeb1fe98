"""Whether this code runs in a notebook, and in which of its cells."""

from __future__ import annotations

import sys
import threading
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Cell:
    """A cell that was run.

    Attributes:
        number: The number that notebooks show beside it, in brackets; another one each time it
            runs.
        id: What tells it from other cells; empty where the front end does not say. JupyterLab and
            its relatives send it along with each request to run a cell.
    """

    number: int
    id: str

    def __str__(self) -> str:
        return f"cell [{self.number}]"

    def is_again(self, other: Cell) -> bool:
        """Whether `other` is a run of this very cell, this run or another one."""
        return self == other or (bool(self.id) and self.id == other.id)


def running_cell() -> Cell | None:
    """The cell that runs this code; None elsewhere, also in threads and in callbacks of widgets."""
    shell = notebook_shell()
    if shell is None or threading.current_thread() is not threading.main_thread():
        return None
    request = shell.parent_header
    if request.get("header", {}).get("msg_type") != "execute_request":
        return None
    # Not shell.execution_count: some IPythons count on before a cell runs, some after it.
    number = getattr(shell.displayhook.exec_result, "execution_count", None)
    return Cell(number, str(request.get("metadata", {}).get("cellId", ""))) if number else None


def notebook_shell() -> Any | None:
    """IPython's shell where this code runs in a Jupyter kernel; None elsewhere."""
    if "IPython" not in sys.modules:
        return None
    from IPython.core.getipython import get_ipython

    shell = get_ipython()
    return shell if type(shell).__name__ == "ZMQInteractiveShell" else None
