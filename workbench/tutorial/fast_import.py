"""Writing commits without touching a file or git's index: what `git fast-import` reads."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from workbench.tutorial.playground import Playground


@dataclass(frozen=True)
class Commit:
    """A commit to be written: a message, and all files that are in it by their paths."""

    message: str
    files: Mapping[str, tuple[str, bytes]]


class Stream:
    """What `git fast-import` reads."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._marks = 0
        self._blobs: dict[bytes, int] = {}

    def point(self, ref: str, commit: str = "") -> None:
        """Let a ref point at a commit; without one, let its next commit have no parent."""
        self._say(f"reset {ref}")
        self._say(f"from {commit}\n" if commit else "")

    def commit(self, ref: str, commit: Commit, parent: str = "") -> str:
        """Write a commit that holds these files alone; its parent, unless given, is the ref's."""
        entries = [
            (mode, f":{self._blob(content)}", os.fsencode(name))
            for name, (mode, content) in sorted(commit.files.items())
        ]
        mark = self._head(ref, commit.message, parent)
        self._say("deleteall")
        for mode, blob, name in entries:
            self._say(f"M {mode} {blob} {_quoted(name)}")
        return mark

    def tree(self, ref: str, message: str, tree: str, parent: str) -> str:
        """Write a commit that holds a tree of git's."""
        mark = self._head(ref, message, parent)
        self._say(f'M 040000 {tree} ""')
        return mark

    def send(self, playground: Playground) -> None:
        """Let git write all of it; nothing is written where there is nothing to say."""
        if not self._parts:
            return
        with tempfile.TemporaryDirectory() as scratch:
            path = Path(scratch, "stream")
            path.write_bytes(b"".join([*self._parts, b"done\n"]))
            playground.git("fast-import", "--quiet", "--force", "--done", stdin=path)

    def _head(self, ref: str, message: str, parent: str) -> str:
        self._marks += 1
        when = f"{int(time.time())} {time.strftime('%z')}"
        self._say(f"commit {ref}\nmark :{self._marks}")
        self._say(f"committer Tutorial <sample@example.com> {when}")
        self._data(message.encode())
        if parent:
            self._say(f"from {parent}")
        return f":{self._marks}"

    def _blob(self, content: bytes) -> int:
        if content not in self._blobs:
            self._marks += 1
            self._blobs[content] = self._marks
            self._say(f"blob\nmark :{self._marks}")
            self._data(content)
        return self._blobs[content]

    def _data(self, content: bytes) -> None:
        self._parts.append(b"data %d\n%s\n" % (len(content), content))

    def _say(self, line: str) -> None:
        self._parts.append(f"{line}\n".encode())


def _quoted(name: bytes) -> str:
    """A path as fast-import takes any: every odd byte as a number."""
    plain = (
        chr(byte) if 32 <= byte < 127 and byte not in b'"\\' else f"\\{byte:03o}" for byte in name
    )
    return f'"{"".join(plain)}"'
