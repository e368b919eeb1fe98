"""A small file of our own that several processes may change: never half written, never a riddle.

A file that cannot be understood is kept under another name and told; one that cannot be written is
told. Neither is an error, since what such a file holds is never what somebody works on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import BaseModel, ValidationError

from workbench._atomic import replace_file

try:
    import fcntl
except ImportError:  # no Linux and no macOS: two processes at a time are not told apart there
    fcntl = None  # type: ignore[assignment]

State = TypeVar("State", bound=BaseModel)


@dataclass(frozen=True)
class Kept(Generic[State]):
    """What a file holds.

    Attributes:
        state: It, or an empty one.
        notice: What went wrong on the way, for a person; None where nothing did.
    """

    state: State
    notice: str | None = None


@dataclass(frozen=True)
class StateFile(Generic[State]):
    """A JSON file of one shape, in a folder that git is told to ignore.

    Attributes:
        path: The file; its folder is made when it is first written.
        shape: What it has to look like; every field has a default.
    """

    path: Path
    shape: type[State]

    def read(self) -> Kept[State]:
        """What it holds; an empty state where there is none."""
        if not self.path.parent.is_dir():
            return Kept(self.shape())
        try:
            with self._locked():
                return self._read()
        except OSError as error:
            return Kept(self.shape(), self._told("read", error))

    def update(self, change: Callable[[State], None]) -> Kept[State]:
        """Change what it holds, while no other process does.

        Args:
            change: Changes the state that it is given.

        Returns:
            The changed state; it is given too where it could not be written.
        """
        kept = Kept(self.shape())
        try:
            self._make_folder()
            with self._locked():
                kept = self._read()
                change(kept.state)
                _replace(self.path, kept.state.model_dump_json(indent=2) + "\n")
        except OSError as error:
            return Kept(kept.state, self._told("written", error))
        return kept

    def _read(self) -> Kept[State]:
        try:
            return Kept(self.shape.model_validate_json(self.path.read_bytes()))
        except FileNotFoundError:
            return Kept(self.shape())
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"]))
            aside = self._put_aside()
            return Kept(
                self.shape(),
                f"{self._name(self.path)} is not as it was written here "
                f"({where + ': ' if where else ''}{first['msg']}): "
                f"kept as {aside.name}, and begun anew.",
            )

    def _put_aside(self) -> Path:
        number = 1
        while (aside := self.path.with_name(f"{self.path.stem}-kept-{number}.json")).exists():
            number += 1
        return self.path.rename(aside)

    def _make_folder(self) -> None:
        folder = self.path.parent
        folder.mkdir(parents=True, exist_ok=True)
        ignore = folder / ".gitignore"
        if not ignore.exists():
            _replace(ignore, "*\n")

    @contextmanager
    def _locked(self) -> Iterator[None]:
        if fcntl is None:
            yield
            return
        with (self.path.parent / "lock").open("a") as lock:
            with suppress(OSError):  # a file system without locks
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _told(self, done: str, error: OSError) -> str:
        return f"{self._name(self.path)} could not be {done}: {error.strerror or error}."

    def _name(self, path: Path) -> str:
        return f"{path.parent.name}/{path.name}"


def _replace(path: Path, text: str) -> None:
    replace_file(path, text.encode(), mode=0o644)
