"""Writing the plugin's files from a notebook, and quoting them there."""

from workbench.authoring.quote import Quote, show
from workbench.authoring.write import FileWritten, write_file

__all__ = [
    "FileWritten",
    "Quote",
    "show",
    "write_file",
]
