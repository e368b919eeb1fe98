"""A report: what was found about every rule, for one wrapper.

How it looks is in `views_text.py` and `views_html.py`, how it travels in `saved.py` and
`formats.py`; all of them are reached from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from markupsafe import Markup

from workbench._rows import Rows
from workbench.conformance import formats, saved, views_html, views_text
from workbench.conformance.plain import line
from workbench.conformance.vocabulary import Finding, Level, Verdict
from workbench.errors import ConformanceError, UsageError


@dataclass(frozen=True, repr=False)
class Report(Rows[Finding]):
    """What was found about each rule, in the order of the rules.

    `report["W08"]` is the finding about that rule, `report[0]` the first one.

    Attributes:
        target: What was judged, in words.
        findings: One for each rule.
        seconds: How long judging took; building and the first start not counted.
    """

    noun: ClassVar = "rule"

    target: str
    findings: tuple[Finding, ...]
    seconds: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "target", line(self.target))

    def _rows(self) -> tuple[Finding, ...]:
        return self.findings

    def _id(self, row: Finding) -> str:
        return row.rule.id

    @property
    def failures(self) -> tuple[Finding, ...]:
        """What counts against the wrapper."""
        return tuple(one for one in self.findings if one.failed)

    @property
    def ok(self) -> bool:
        """Whether nothing counts against the wrapper; on the command line: exit code 0."""
        return not self.failures

    @property
    def counts(self) -> dict[Verdict, int]:
        """How many rules got each verdict; each of the four is there."""
        return {each: sum(one.verdict is each for one in self.findings) for each in Verdict}

    @property
    def summary(self) -> str:
        """One line, such as `38 held, 1 broken, 2 absent, 3 not judged, in 4.2 s`."""
        counted = [f"{number} {verdict}" for verdict, number in self.counts.items() if number]
        return f"{', '.join(counted) or 'no rule'}, in {self.seconds:.1f} s"

    def failing(self, level: Level | str = Level.SHOULD) -> tuple[Finding, ...]:
        """The broken rules that weigh as much as `level`; see `raise_for_failures`."""
        if level not in list(Level):
            raise UsageError(f"There is no level {level}.", remedy=f"one of {', '.join(Level)}.")
        return tuple(one for one in self.failures if level != Level.MUST or one.rule.level == level)

    def raise_for_failures(self, level: Level | str = Level.SHOULD) -> None:
        """Do nothing if the wrapper breaks no rule that weighs as much as `level`.

        Args:
            level: MUST counts broken MUSTs only. SHOULD counts everything that is broken: a MAY
                that is there has to be right. MAY counts the same.

        Raises:
            ConformanceError: It breaks some; names each, and what was seen.
            UsageError: There is no such level.
        """
        counted = self.failing(level)
        if not counted:
            return
        lines = [f"  {one.rule.id} {one.rule.level}: {one.what}" for one in counted]
        raise ConformanceError(
            f"{self.target} breaks {len(counted)} of {len(self)} rules:\n" + "\n".join(lines),
            broken=[one.rule.id for one in counted],
            remedy=counted[0].rule.remedy
            if len(counted) == 1
            else "the report says for each what to do: print it, or look at it in a notebook.",
        )

    def as_dict(self) -> dict[str, Any]:
        """The report as plain values, for JSON; docs/report.md explains each key."""
        return saved.as_dict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Report:
        """The report that `as_dict` made these values of.

        Raises:
            UsageError: They are no report, or one in a form that this version does not know.
        """
        return cls(*saved.parts(data))

    def save(self, path: Path | str) -> Path:
        """Write the report as JSON, in one move; `load_report` reads it.

        Raises:
            UsageError: It cannot be written there.
        """
        return saved.write(self.as_dict(), Path(path))

    def to_text(self, *, width: int | None = None, colour: bool | None = None) -> str:
        """The report for a terminal.

        Args:
            width: Columns; those of the terminal, and 100 where stdout is none.
            colour: Whether verdicts are coloured; only on a terminal unless given.
        """
        return views_text.report_text(self, views_text.Paper.of_stdout(width, colour))

    def to_markdown(self) -> str:
        """The report as GitHub's Markdown, for the summary of a CI run."""
        return formats.to_markdown(self)

    def to_junit(self) -> str:
        """The report as JUnit XML, as CI systems read it: one test case for each rule."""
        return formats.to_junit(self)

    def __str__(self) -> str:
        return views_text.report_text(self, views_text.Paper())

    def __repr__(self) -> str:
        return f"<Report {self.target}: {self.summary}>"

    def _repr_html_(self) -> Markup:
        return views_html.report_html(self)


def load_report(path: Path | str) -> Report:
    """Read a report that was saved as JSON, by this version or another.

    Rules that this version does not know are kept as they were written.

    Raises:
        UsageError: There is no such file, or no report in it.
    """
    return saved.in_file(Path(path), Report.from_dict)
