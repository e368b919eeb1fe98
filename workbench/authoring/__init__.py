"""Writing the plugin's files from a notebook, and quoting them there."""

from workbench.authoring.quote import Quote, show
from workbench.authoring.write import FileWritten, changed_since_written, note_written, write_file

__all__ = [
    "FileWritten",
    "Quote",
    "changed_since_written",
    "note_written",
    "show",
    "write_file",
]
