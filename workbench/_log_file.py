"""The file that holds what a program wrote, while it still writes and after it has ended."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import BinaryIO

from workbench._oldest import beyond
from workbench.settings import get_settings

KEPT_LOGS = 50
"""Files of programs that have ended; older ones are dropped, once nobody reads them any more.

A process looks for them with its first new file, and then with each of this many: more often would
cost the start of every program the time to look at the files of all."""


@dataclass(frozen=True)
class LogFile:
    """What a program wrote to stdout and stderr.

    Attributes:
        path: The file.
    """

    path: Path

    def lines(self, tail: int | None = None) -> list[str]:
        """The last `tail` lines, or all; none where the file is there no more."""
        try:
            lines = self.path.read_text(errors="replace").splitlines()
        except FileNotFoundError:  # dropped for newer ones, or removed by somebody
            return []
        return lines if tail is None else lines[-tail:]

    def since(self, offset: int, *, ended: bool) -> tuple[list[str], int]:
        """The lines finished after the first `offset` bytes, and the offset to go on from.

        Args:
            offset: How many bytes were read before.
            ended: Whether the program had ended before this was asked: what it wrote last then
                counts as finished.
        """
        try:
            with self.path.open("rb") as log:
                data, offset = _read_on(log, offset)
        except FileNotFoundError:
            return [], offset
        if not ended:
            data = data[: data.rfind(b"\n") + 1]
        return data.decode(errors="replace").splitlines(), offset + len(data)

    def blot(self, secrets: Iterable[str], offset: int) -> int:
        """Write asterisks over secrets, in place, with the program writing on.

        Args:
            secrets: What has to go: one at least, and none of them empty.
            offset: Up to where this was done before, as the last call gave it.

        Returns:
            The offset to go on from: a secret may be in two pieces, of which one is there.
        """
        values = sorted((value.encode() for value in secrets), key=len, reverse=True)
        with self.path.open("r+b", buffering=0) as log:
            data, offset = _read_on(log, offset)
            for found in re.finditer(b"|".join(map(re.escape, values)), data):
                os.pwrite(log.fileno(), b"*" * len(found[0]), offset + found.start())
        return max(offset, offset + len(data) - len(values[0]))

    def take(self) -> list[str]:
        """Begin anew, with the program writing on, and give back the lines that were there.

        What it writes at the very moment of the cut is lost.
        """
        with self.path.open("rb") as log:
            data = log.read()
            data += log.read()  # what came while that was read: the moment is a short one
            os.truncate(self.path, 0)
        return data.decode(errors="replace").splitlines()


def _read_on(log: BinaryIO, offset: int) -> tuple[bytes, int]:
    """What follows the first `offset` bytes, and that offset: 0 if it was emptied meanwhile."""
    if offset > os.fstat(log.fileno()).st_size:
        offset = 0
    log.seek(offset)
    return log.read(), offset


def new_log(kind: str, name: str, in_use: Callable[[], Iterable[str]]) -> Path:
    """An empty file for what something that starts now will write; old ones are dropped.

    Args:
        kind: What it is, such as `job`.
        name: What a person calls it.
        in_use: Tells which files are not dropped, however old; asked only if there are old ones.

    Raises:
        OSError: There is no room for it, or no permission.
    """
    folder = get_settings().log_dir
    safe = "".join(letter if letter.isalnum() or letter in ".-" else "-" for letter in name)
    number = next(_numbers)
    log = folder / f"{kind}-{safe}-{os.getpid()}-{number}.log"
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)  # a job may tell what is nobody else's
    if number % KEPT_LOGS == 0:
        _drop_old(folder, in_use)
    log.touch(mode=0o600)
    return log


_numbers = count()


def _drop_old(folder: Path, in_use: Callable[[], Iterable[str]]) -> None:
    if old := beyond(folder.glob("*.log"), KEPT_LOGS):
        kept = set(in_use())
        for path in old:
            if str(path) not in kept:
                path.unlink(missing_ok=True)
