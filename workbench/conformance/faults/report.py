"""What the lab saw of one wrapper: a row for each fault.

How it looks is in `views_text.py` and `views_html.py`, how it travels in `saved.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from markupsafe import Markup

from workbench._rows import Rows
from workbench.conformance.faults import saved, views_html, views_text
from workbench.conformance.faults.vocabulary import Outcome, Row
from workbench.conformance.plain import line
from workbench.conformance.saved import in_file, write
from workbench.conformance.views_text import Paper
from workbench.errors import ConformanceError


@dataclass(frozen=True, repr=False)
class FaultReport(Rows[Row]):
    """A row for each fault, in the order of the lab.

    `report["F01"]` is the row of that fault, `report[0]` the first one.

    Attributes:
        target: What the faults were done to, in words.
        rows: One for each fault.
        seconds: How long it took; building not counted.
    """

    noun: ClassVar = "fault"

    target: str
    rows: tuple[Row, ...]
    seconds: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "target", line(self.target))

    def _rows(self) -> tuple[Row, ...]:
        return self.rows

    def _id(self, row: Row) -> str:
        return row.fault.id

    @property
    def failures(self) -> tuple[Row, ...]:
        """The rows in which a careful wrapper does better."""
        return tuple(one for one in self.rows if one.well is False)

    @property
    def ok(self) -> bool:
        """Whether it did as a careful wrapper does, in all that was shown."""
        return not self.failures

    @property
    def counts(self) -> dict[Outcome, int]:
        """How many rows had each outcome; each of the five is there."""
        return {each: sum(one.outcome is each for one in self.rows) for each in Outcome}

    @property
    def summary(self) -> str:
        """One line, such as `17 of 19 as a careful wrapper; 9 answered, ..., in 7.1 s`."""
        shown = [one for one in self.rows if one.shown]
        well = sum(one.well is True for one in shown)
        counted = [f"{number} {outcome}" for outcome, number in self.counts.items() if number]
        counts = ", ".join(counted) or "no fault"
        return f"{well} of {len(shown)} as a careful wrapper; {counts}, in {self.seconds:.1f} s"

    def raise_for_failures(self) -> None:
        """Do nothing if it did as a careful wrapper does.

        Raises:
            ConformanceError: It did not, somewhere; names each row, and what was seen.
        """
        if self.ok:
            return
        lines = [f"  {row.fault.id} {row.fault.title}: {row.word}" for row in self.failures]
        raise ConformanceError(
            f"{self.target} is less careful than it can be with {len(lines)} of {len(self)} "
            "faults:\n" + "\n".join(lines),
            broken=[row.fault.id for row in self.failures],
            remedy="the report says for each what a careful wrapper does: print it.",
        )

    def as_dict(self) -> dict[str, Any]:
        """The report as plain values, for JSON; docs/faults.md explains each key."""
        return saved.as_dict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> FaultReport:
        """The report that `as_dict` made these values of.

        Raises:
            UsageError: They are no report, or one in a form that this version does not know.
        """
        return cls(*saved.parts(data))

    def save(self, path: Path | str) -> Path:
        """Write the report as JSON, in one move; `load` reads it.

        Raises:
            UsageError: It cannot be written there.
        """
        return write(self.as_dict(), Path(path))

    @classmethod
    def load(cls, path: Path | str) -> FaultReport:
        """Read a report that `save` wrote, or `workbench faults TARGET --json`.

        Raises:
            UsageError: There is no such file, or no report of the lab in it.
        """
        return in_file(Path(path), cls.from_dict)

    def to_text(self, *, width: int | None = None, colour: bool | None = None) -> str:
        """The report for a terminal; see `Report.to_text`."""
        return views_text.report_text(self, Paper.of_stdout(width, colour))

    def to_markdown(self) -> str:
        """The report as GitHub's Markdown, for the summary of a CI run."""
        return saved.to_markdown(self)

    def __str__(self) -> str:
        return views_text.report_text(self, Paper())

    def __repr__(self) -> str:
        return f"<FaultReport {self.target}: {self.summary}>"

    def _repr_html_(self) -> Markup:
        return views_html.report_html(self)
