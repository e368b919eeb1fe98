"""Options that several verbs share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Engine = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="process, docker or auto; the setting WORKBENCH_ENGINE unless given.",
    ),
]
Plugin = Annotated[
    Path | None,
    typer.Option(
        "--plugin", metavar="DIR", help="The job-type plugin, a folder or a ZIP; golang-job-type."
    ),
]
PluginDir = Annotated[
    Path | None,
    typer.Argument(
        metavar="PLUGIN_DIR",
        help="The plugin's folder; the current one if it holds a plugin, else golang-job-type.",
        show_default=False,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
