"""What changed from one report to another: "what did my edit of the wrapper do?"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, overload

from markupsafe import Markup

from workbench.conformance import saved, views_compare
from workbench.conformance.alike import alike
from workbench.conformance.faults.compare import FaultsDiff, side_by_side
from workbench.conformance.faults.report import FaultReport
from workbench.conformance.faults.saved import is_fault_report
from workbench.conformance.report import Report
from workbench.conformance.vocabulary import Finding, Rule, Verdict
from workbench.errors import UsageError


class Kind(StrEnum):
    """How a rule's finding differs; what matters most comes first."""

    BROKE = "broke"
    """It is broken, and was not."""

    MENDED = "mended"
    """It holds, and was broken."""

    OTHER = "other verdict"
    """Any other change of the verdict."""

    NEW = "new"
    """Only the later report has the rule."""

    GONE = "gone"
    """Only the earlier report has the rule."""

    SEEN = "seen otherwise"
    """The verdict is the same, and what was seen is not: more than times, ports and ids."""


@dataclass(frozen=True)
class Change:
    """A rule whose finding is not what it was.

    Attributes:
        kind: How it differs.
        before: The earlier finding; None for a new rule.
        after: The later finding; None for a rule that is gone.
    """

    kind: Kind
    before: Finding | None
    after: Finding | None

    @property
    def rule(self) -> Rule:
        """The rule, in its later words."""
        return self.latest.rule

    @property
    def latest(self) -> Finding:
        """The later finding; the earlier one of a rule that is gone."""
        found = self.after or self.before
        assert found is not None, "a change is one of something"  # noqa: S101
        return found

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """The verdict before and after; one alone where only one of them is there."""
        found = (one.verdict for one in (self.before, self.after) if one is not None)
        return tuple(dict.fromkeys(found))

    def __repr__(self) -> str:
        return f"<Change {self.rule.id} {self.kind}: {' -> '.join(self.verdicts)}>"


@dataclass(frozen=True, repr=False)
class ReportDiff(Sequence[Change]):
    """What changed from one report to another; empty, and so false, where nothing did.

    Attributes:
        before: What was judged first, in words.
        after: What was judged then.
        changes: What matters most first: by kind, and then in the order of the rules.
    """

    before: str
    after: str
    changes: tuple[Change, ...]

    @overload
    def __getitem__(self, key: int) -> Change: ...
    @overload
    def __getitem__(self, key: slice) -> tuple[Change, ...]: ...
    def __getitem__(self, key: int | slice) -> Change | tuple[Change, ...]:
        return self.changes[key]

    def __len__(self) -> int:
        return len(self.changes)

    def __iter__(self) -> Iterator[Change]:
        return iter(self.changes)

    def of(self, kind: Kind | str) -> tuple[Change, ...]:
        """The changes of one kind."""
        return tuple(one for one in self.changes if one.kind == kind)

    @property
    def ok(self) -> bool:
        """Whether nothing broke; a new rule that is broken tells of the rules, not of the edit."""
        return not self.of(Kind.BROKE)

    @property
    def summary(self) -> str:
        """One line, such as `1 broke, 2 mended, 1 new`."""
        counted = ((len(self.of(kind)), kind) for kind in Kind)
        return ", ".join(f"{number} {kind}" for number, kind in counted if number) or "no change"

    def as_dict(self) -> dict[str, Any]:
        """The changes as plain values, for JSON."""
        return {
            "before": self.before,
            "after": self.after,
            "ok": self.ok,
            "changes": [
                {
                    "id": one.rule.id,
                    "kind": str(one.kind),
                    "before": _seen(one.before),
                    "after": _seen(one.after),
                }
                for one in self.changes
            ],
        }

    def __str__(self) -> str:
        return views_compare.diff_text(self)

    def __repr__(self) -> str:
        return f"<ReportDiff {self.before} -> {self.after}: {self.summary}>"

    def _repr_html_(self) -> Markup:
        return views_compare.diff_html(self)


Given = Report | FaultReport | Path | str


@overload
def compare(before: Report, after: Report | Path | str) -> ReportDiff: ...
@overload
def compare(before: FaultReport, after: FaultReport | Path | str) -> FaultsDiff: ...
@overload
def compare(before: Given, after: Given) -> ReportDiff | FaultsDiff: ...
def compare(before: Given, after: Given) -> ReportDiff | FaultsDiff:
    """Say what changed from one report to another, rule by rule or fault by fault.

    Args:
        before: The earlier report, of `check` or of `faults`, or the JSON file that holds it.
        after: The later one, of the same kind.

    Raises:
        UsageError: One of the files holds no report, or they are of two kinds.
    """
    first, then = _report(before), _report(after)
    if isinstance(first, FaultReport) and isinstance(then, FaultReport):
        return side_by_side(first, then)
    if isinstance(first, Report) and isinstance(then, Report):
        return _between(first, then)
    raise UsageError(
        "A report of `check` and one of `faults` have nothing in common.",
        remedy="compare two of a kind.",
    )


def _report(given: Given) -> Report | FaultReport:
    if isinstance(given, Report | FaultReport):
        return given
    return saved.in_file(Path(given), _of_either_kind)


def _of_either_kind(data: dict[str, Any]) -> Report | FaultReport:
    return FaultReport.from_dict(data) if is_fault_report(data) else Report.from_dict(data)


def _between(first: Report, then: Report) -> ReportDiff:
    pairs = [(first[id_] if id_ in first.ids else None, then[id_]) for id_ in then.ids]
    gone = [(one, None) for one in first if one.rule.id not in then.ids]
    changes = [
        Change(kind, was, now)
        for was, now in [*pairs, *gone]
        if (kind := _kind(was, now)) is not None
    ]
    order = list(Kind)
    return ReportDiff(
        first.target, then.target, tuple(sorted(changes, key=lambda one: order.index(one.kind)))
    )


def _kind(was: Finding | None, now: Finding | None) -> Kind | None:
    if was is None:
        return Kind.NEW
    if now is None:
        return Kind.GONE
    if was.verdict is now.verdict:
        return None if alike(was.what, now.what) else Kind.SEEN
    if now.failed:
        return Kind.BROKE
    return Kind.MENDED if (was.failed and now.verdict is Verdict.HELD) else Kind.OTHER


def _seen(one: Finding | None) -> dict[str, str] | None:
    return None if one is None else {"verdict": str(one.verdict), "what": one.what}
