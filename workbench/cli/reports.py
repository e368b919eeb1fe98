"""Verbs that look at saved reports: compare."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from workbench.cli import options
from workbench.cli.output import show, show_json


def compare(
    before: Annotated[
        Path, typer.Argument(metavar="BEFORE", help="The earlier report, saved as JSON.")
    ],
    after: Annotated[Path, typer.Argument(metavar="AFTER", help="The later one.")],
    as_json: options.AsJson = False,
) -> None:
    """Say what changed from one report to another.

    Ends with 1 if a rule broke that was not broken before.
    """
    from workbench.conformance.compare import compare as between

    diff = between(before, after)
    if as_json:
        show_json(diff.as_dict())
    else:
        show(str(diff))
    if not diff.ok:
        raise typer.Exit(1)
