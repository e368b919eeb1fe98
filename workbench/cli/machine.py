"""Verbs about this machine and this clone: doctor, prefetch, notebooks."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from workbench.cli import options
from workbench.cli.output import say, show, show_json
from workbench.errors import NotebookError, UsageError


def doctor(
    as_json: options.AsJson = False,
    online: Annotated[
        bool, typer.Option("--online", help="Also ask whether modules could be fetched now.")
    ] = False,
    offline: Annotated[
        bool, typer.Option("--offline", help="Also go through the tutorial with the network off.")
    ] = False,
) -> None:
    """Say what this machine has and lacks.

    A remedy stands beside what is missing. Ends with 0 if all that the tutorial needs is there.
    """
    from workbench.doctor import doctor as look

    report = look(online=online, offline=offline)
    if as_json:
        show_json(report.to_dict())
    else:
        show(report.table())
    lacking = ", ".join(report.lacking)
    say(f"the tutorial lacks: {lacking}" if lacking else "all that the tutorial needs is there")
    if not report.ok:
        raise typer.Exit(1)


def prefetch(engine: options.Engine = "auto") -> None:
    """Fetch and compile ahead, once.

    Afterwards the tutorial needs no network, and its builds are quick. Where Docker is here, its
    images are made as well, unless the engine is process.
    """
    from workbench.events import terminal_sink
    from workbench.prefetch import prefetch as fetch

    fetched = fetch(engine or "auto", on_event=terminal_sink())
    say(str(fetched))


def notebooks(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(help="Notebooks; all of the workbench's.", show_default=False),
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Name what is not canonical.")] = False,
    fix: Annotated[bool, typer.Option("--fix", help="Bring them into canonical form.")] = False,
    sync: Annotated[
        bool, typer.Option("--sync", help="Put the finished files' text into their %%wbfile cells.")
    ] = False,
    run: Annotated[bool, typer.Option("--run", help="Run them from top to bottom.")] = False,
    offline: Annotated[bool, typer.Option("--offline", help="Run with the network off.")] = False,
) -> None:
    """Check, mend or run the notebooks.

    They are kept in the form that JupyterLab itself writes, without outputs. Where a cell writes a
    file, its text is that of the finished plugin.
    """
    from workbench.notebooks import (
        check_notebook,
        check_quoted,
        find_notebooks,
        fix_notebook,
        sync_quoted,
    )

    if check + fix + sync + run != 1:
        raise UsageError(
            "Say what to do with the notebooks.", remedy="--check, --fix, --sync or --run."
        )
    if offline:
        _go_offline(run)
    held = True
    for path in [_notebook(path) for path in paths] if paths else find_notebooks():
        if run:
            held &= _runs(path)
        elif fix:
            for mended in fix_notebook(path):
                say(f"mended {mended}")
        elif sync:
            for cell in sync_quoted(path):
                say(f"rewritten {cell}")
        else:
            for deviation in [*check_notebook(path), *check_quoted(path)]:
                show(str(deviation))
                held = False
    if not held:
        raise typer.Exit(1)


def rehearse(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(help="Notebooks; all of the workbench's.", show_default=False),
    ] = None,
) -> None:
    """Run all chapters as for an audience, without a network.

    They share a playground that is thrown away. Says how long each took, which cells were the
    slowest and what would have needed the network. Ends with 1 if a chapter failed.
    """
    from workbench.notebooks import rehearse as run_all

    rehearsal = run_all(
        [_notebook(path) for path in paths] if paths else None,
        on_chapter=lambda one: show(str(one)),
    )
    show(rehearsal.summary())
    for one in rehearsal.chapters:
        if one.problem:
            say(f"error: {one.problem}")
    if not rehearsal.ok:
        raise typer.Exit(1)


def _go_offline(run: bool) -> None:
    """See to it that this process has no network; it may begin anew for that."""
    from workbench import _offline

    if not run:
        raise UsageError("Only running them can be done offline.", remedy="--run --offline.")
    _offline.restart_offline()
    say(f"offline: {_offline.offline().how}")


def _runs(path: Path) -> bool:
    from workbench.notebooks import run_notebook

    try:
        say(str(run_notebook(path)))
    except NotebookError as error:
        say(f"error: {error}")
        return False
    return True


def _notebook(given: Path) -> Path:
    """The notebook that was named: a file, or the name of one of the workbench's."""
    from workbench.settings import shipped

    for path in (given, shipped("notebooks") / given.name):
        if path.is_file():
            return path
    raise UsageError(f"There is no notebook {given}.")
