"""Writing a file as a whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def replace_file(path: Path, content: bytes, *, mode: int) -> None:
    """Put `content` at `path` in one move, so that nobody ever sees half of it.

    Args:
        path: The file; its folder is there already.
        content: All of it.
        mode: The file's permissions, such as 0o644.

    Raises:
        OSError: It could not be written; what was there before is as it was.
    """
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        Path(name).chmod(mode)
        Path(name).replace(path)
    except BaseException:  # an interrupt must leave no half-written file behind
        Path(name).unlink(missing_ok=True)
        raise
