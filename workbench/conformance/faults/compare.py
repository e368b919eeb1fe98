"""Two reports of the lab side by side: "what does the other wrapper make of the same fault?"."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar

from markupsafe import Markup

from workbench._rows import Rows
from workbench.conformance.faults import views_compare
from workbench.conformance.faults.report import FaultReport
from workbench.conformance.faults.vocabulary import Fault, Row


class Differs(StrEnum):
    """How the second row differs from the first."""

    ALIKE = "alike"
    BETTER = "better"
    """The second does as a careful wrapper does, and the first does not."""

    WORSE = "worse"
    """The other way round."""

    OTHERWISE = "otherwise"
    """Both do equally well, and not the same; or one of them could not be made to show it."""

    ALONE = "in one only"
    """Only one of the reports has the fault."""


@dataclass(frozen=True)
class Pair:
    """One fault, in two reports.

    Attributes:
        first: The row of the first report; None where it has none.
        second: The row of the second one; likewise.
    """

    first: Row | None
    second: Row | None

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows that are there, one or two."""
        return tuple(one for one in (self.first, self.second) if one is not None)

    @property
    def fault(self) -> Fault:
        """The fault, in the words of the last row that is there."""
        return self.rows[-1].fault

    @property
    def differs(self) -> Differs:
        """How they differ in what became of the wrapper; words of a log or a time do not count."""
        one, other = self.first, self.second
        if one is None or other is None:
            return Differs.ALONE
        if one.well is False and other.well is True:
            return Differs.BETTER
        if one.well is True and other.well is False:
            return Differs.WORSE
        return Differs.ALIKE if _gist(one) == _gist(other) else Differs.OTHERWISE

    def __repr__(self) -> str:
        return f"<Pair {self.fault.id} {self.differs}: {' | '.join(one.word for one in self.rows)}>"


@dataclass(frozen=True, repr=False)
class FaultsDiff(Rows[Pair]):
    """Two reports of the lab, fault by fault; those that are alike are there as well.

    `diff["F01"]` is the pair of that fault.

    Attributes:
        first: What the first report is of, in words.
        second: What the second one is of.
        pairs: One for each fault of either.
    """

    noun: ClassVar = "fault"

    first: str
    second: str
    pairs: tuple[Pair, ...]

    def _rows(self) -> tuple[Pair, ...]:
        return self.pairs

    def _id(self, row: Pair) -> str:
        return row.fault.id

    def of(self, how: Differs | str) -> tuple[Pair, ...]:
        """The pairs that differ in one way."""
        return tuple(pair for pair in self.pairs if pair.differs == how)

    @property
    def ok(self) -> bool:
        """Whether the second is nowhere worse than the first."""
        return not self.of(Differs.WORSE)

    @property
    def summary(self) -> str:
        """One line, such as `13 alike, 3 worse, 3 otherwise`."""
        counted = ((len(self.of(how)), how) for how in Differs)
        return ", ".join(f"{number} {how}" for number, how in counted if number) or "no fault"

    def as_dict(self) -> dict[str, Any]:
        """The pairs as plain values, for JSON."""
        return {
            "before": self.first,
            "after": self.second,
            "ok": self.ok,
            "faults": [
                {
                    "id": pair.fault.id,
                    "differs": str(pair.differs),
                    "before": _seen(pair.first),
                    "after": _seen(pair.second),
                }
                for pair in self.pairs
            ],
        }

    def __str__(self) -> str:
        return views_compare.diff_text(self)

    def __repr__(self) -> str:
        return f"<FaultsDiff {self.first} | {self.second}: {self.summary}>"

    def _repr_html_(self) -> Markup:
        return views_compare.diff_html(self)


def side_by_side(first: FaultReport, second: FaultReport) -> FaultsDiff:
    """The same faults in two reports, in the order of the first."""
    ids = dict.fromkeys([*first.ids, *second.ids])
    pairs = tuple(
        Pair(*(one[name] if name in one.ids else None for one in (first, second))) for name in ids
    )
    return FaultsDiff(first.target, second.target, pairs)


def _gist(row: Row) -> tuple[object, ...]:
    return row.outcome, row.well, row.exit_code


def _seen(row: Row | None) -> dict[str, Any] | None:
    if row is None:
        return None
    told = {"outcome": str(row.outcome), "well": row.well, "exit_code": row.exit_code}
    return {**told, "caller": row.caller, "why": row.why}
