"""What reports have in common: rows in an order, each of which is found by its id as well."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar, TypeVar, overload

from workbench.errors import UsageError

R = TypeVar("R")


class Rows(Sequence[R], ABC):
    """A sequence of rows: `rows["W08"]` is the one with that id, `rows[0]` the first.

    Attributes:
        noun: What a row is about, in a word.
        whole: What all of them are, in a word.
    """

    noun: ClassVar[str]
    whole: ClassVar[str] = "report"

    @abstractmethod
    def _rows(self) -> tuple[R, ...]:
        """The rows, in order."""

    @abstractmethod
    def _id(self, row: R) -> str:
        """The id of a row."""

    @property
    def ids(self) -> tuple[str, ...]:
        """The id of each row."""
        return tuple(self._id(row) for row in self._rows())

    @overload
    def __getitem__(self, key: int | str) -> R: ...
    @overload
    def __getitem__(self, key: slice) -> tuple[R, ...]: ...
    def __getitem__(self, key: int | str | slice) -> R | tuple[R, ...]:
        if not isinstance(key, str):
            return self._rows()[key]
        for row in self._rows():
            if self._id(row) == key:
                return row
        raise UsageError(
            f"There is no {self.noun} {key} in this {self.whole}.",
            remedy=f"one of {', '.join(self.ids)}.",
        )

    def __len__(self) -> int:
        return len(self._rows())
