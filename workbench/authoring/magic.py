"""The cell magic `%%wbfile PATH`: the cell's text becomes a file of the playground.

Nothing of IPython is imported: the shell that loads the extension is handed in.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable
from typing import Protocol

from workbench.authoring.write import FileWritten, write_file
from workbench.errors import UsageError

MAGIC = "wbfile"

_USAGE = (
    f"begin the cell with a line such as `%%{MAGIC} golang-job-type/plugin-manifest.yaml`; all "
    "lines below it become that file of the playground."
)


class Shell(Protocol):
    """The part of IPython's shell that is used here."""

    def register_magic_function(
        self, func: Callable[[str, str], object], magic_kind: str, magic_name: str
    ) -> None:
        """Make `func` what `%%magic_name` calls, with the rest of the line and with the cell."""


def register(shell: Shell) -> None:
    """Teach a shell the magic, as `begin` and `%load_ext workbench` do; again changes nothing."""
    shell.register_magic_function(wbfile, magic_kind="cell", magic_name=MAGIC)


def wbfile(line: str, cell: str) -> FileWritten:
    """Write the cell's text to a file: `%%wbfile PATH`, relative to the playground."""
    return write_file(read_path(line), cell, lines_above=1)


def read_path(line: str) -> str:
    """The path in what stands behind `%%wbfile`.

    Raises:
        UsageError: There is none, or more than one word.
    """
    try:
        words = shlex.split(line)
    except ValueError as error:  # a quote that is never closed
        raise UsageError(f"%%{MAGIC} {line}: {error}.", remedy=_USAGE) from None
    if len(words) != 1:
        what = "names no file" if not words else f"names {len(words)} files"
        raise UsageError(f"%%{MAGIC} {what}.", remedy=_USAGE)
    return words[0]
