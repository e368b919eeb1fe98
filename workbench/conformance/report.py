"""A report: what was found about every rule, for one wrapper. How it is shown is in `views.py`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workbench.conformance.vocabulary import Finding
from workbench.errors import WorkbenchError


class ConformanceError(WorkbenchError):
    """A wrapper that breaks rules.

    Args:
        report: All that was found.
        failures: What counts against it.
    """

    def __init__(self, report: Report, failures: Sequence[Finding]) -> None:
        lines = (f"  {one.rule.id} {one.rule.level}: {one.what}" for one in failures)
        super().__init__(
            f"{report.target} breaks {len(failures)} of {len(report.findings)} rules:\n"
            + "\n".join(lines),
            remedy="the report says for each what to do: print it, or look at it in a notebook.",
        )
        self.report = report


@dataclass(frozen=True)
class Report:
    """What was found about each rule, in the order of the rules.

    Attributes:
        target: What was judged, in words.
        findings: One for each rule.
        seconds: How long judging took; building and the first start not counted.
    """

    target: str
    findings: tuple[Finding, ...]
    seconds: float
