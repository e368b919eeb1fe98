"""What a child writes, taken by threads while it runs."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import IO

MAX_OUTPUT = 16 * 1024**2
"""How many bytes of each of a child's outputs are kept."""

MAX_LINE = 1024**2
"""Bytes after which a line without an end counts as one."""


def read_lines(
    stream: IO[bytes] | None, into: list[bytes], on_line: Callable[[str], None] | None
) -> threading.Thread:
    """Start the thread that takes a child's output, line by line, until its end.

    Args:
        stream: The output.
        into: Where the lines go, up to `MAX_OUTPUT` bytes of them.
        on_line: Called with each line as it comes, without its end.
    """
    assert stream is not None  # noqa: S101 - both outputs are pipes

    def read() -> None:
        kept = 0
        with stream, suppress(OSError):  # a terminal that nobody writes to any more is an error
            while line := stream.readline(MAX_LINE):
                if kept < MAX_OUTPUT:  # the rest is read all the same, or the child would wait
                    into.append(line)
                    kept += len(line)
                if on_line is not None:
                    on_line(line.decode(errors="replace").rstrip("\r\n"))

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    return thread


def join(readers: list[threading.Thread]) -> None:
    """Wait until all is taken that a child wrote, which has ended."""
    # A grandchild that was let go may hold the pipe open for ever; what it writes is not awaited.
    for reader in readers:
        reader.join(timeout=2.0)
