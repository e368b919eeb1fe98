"""Notebooks: the form they are kept in, and running them without a browser."""

from workbench.notebooks.form import Deviation, check_notebook, find_notebooks, fix_notebook
from workbench.notebooks.quoted import check_quoted, sync_quoted
from workbench.notebooks.rehearse import Rehearsal, Rehearsed, rehearse
from workbench.notebooks.run import NotebookRun, run_notebook

__all__ = [
    "Deviation",
    "NotebookRun",
    "Rehearsal",
    "Rehearsed",
    "check_notebook",
    "check_quoted",
    "find_notebooks",
    "fix_notebook",
    "rehearse",
    "run_notebook",
    "sync_quoted",
]
