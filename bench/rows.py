"""What is told of a measurement: medians, their ratio, how sure it is, and whether a goal holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb
from statistics import median


@dataclass(frozen=True)
class Goal:
    """A bound that a ratio must keep, or, where nothing stands beside, the value itself.

    Attributes:
        relation: `<=`, `<` or `>=`.
        bound: What it must be at most or at least.
        unit: `x` for a ratio.
    """

    relation: str
    bound: float
    unit: str = "x"

    def __str__(self) -> str:
        return f"{self.relation} {self.bound:.3g} {self.unit}"

    def holds(self, value: float) -> bool:
        """Whether `value` keeps the bound."""
        if self.relation == ">=":
            return value >= self.bound
        return value < self.bound if self.relation == "<" else value <= self.bound

    def inverse(self) -> Goal:
        """The same goal for a ratio that is turned upside down, as seconds are to a rate."""
        return Goal("<=" if self.relation == ">=" else ">=", 1 / self.bound, self.unit)


@dataclass(frozen=True)
class Row:
    """One line of the table, and one object of the JSON file.

    Attributes:
        figure: What was measured.
        unit: The unit of `ours` and `beside`.
        ours: The median.
        beside: The median of what stands beside; None if nothing does.
        beside_name: What that is.
        ratio: `ours` to `beside`.
        goal: The goal in words; None where a figure is only shown.
        held: Whether the goal holds; None without one, or where the spread leaves it open.
        runs: How many times each side was measured.
        spread: Between which ratios the true one lies, with 95 % confidence; between which
            values, where nothing stands beside.
    """

    figure: str
    unit: str
    ours: float
    beside: float | None
    beside_name: str | None
    ratio: float | None
    goal: str | None
    held: bool | None
    runs: int
    spread: tuple[float, float]


def confidence(values: Sequence[float]) -> tuple[float, float]:
    """Where the true median of `values` lies, with 95 % confidence or a little more.

    It takes no form of distribution for granted: it counts how rarely so many of n values would
    fall on one side of their median. Fewer than six values give their whole range.
    """
    ordered = sorted(values)
    n = len(ordered)
    below, rank = 0.0, 0
    while below + comb(n, rank) / 2**n <= 0.025:
        below += comb(n, rank) / 2**n
        rank += 1
    rank = max(rank, 1)
    return ordered[rank - 1], ordered[n - rank]


def compare(
    figure: str,
    unit: str,
    ours: Sequence[float],
    beside: Sequence[float],
    beside_name: str,
    goal: Goal | None = None,
) -> Row:
    """A row of two sides that were measured in turns: each value has its neighbour in time.

    Args:
        figure: What was measured.
        unit: The unit of both sides.
        ours: The values of our side.
        beside: The values of the other, as many.
        beside_name: What the other is.
        goal: What the ratio must keep; None to only show it.

    Returns:
        The row; `held` is the ratio's own verdict, however wide the spread is.
    """
    ratio = median(ours) / median(beside)
    pairs = [one / other for one, other in zip(ours, beside, strict=True)]
    return Row(
        figure=figure,
        unit=unit,
        ours=median(ours),
        beside=median(beside),
        beside_name=beside_name,
        ratio=ratio,
        goal=None if goal is None else str(goal),
        held=None if goal is None else goal.holds(ratio),
        runs=len(ours),
        spread=confidence(pairs),
    )


def alone(figure: str, unit: str, ours: Sequence[float], goal: Goal | None) -> Row:
    """A row of a value that has nothing beside it, with a goal in the same unit, or only shown."""
    return Row(
        figure=figure,
        unit=unit,
        ours=median(ours),
        beside=None,
        beside_name=None,
        ratio=None,
        goal=str(goal) if goal else None,
        held=goal.holds(median(ours)) if goal else None,
        runs=len(ours),
        spread=confidence(ours),
    )


def is_clear(goal: Goal, spread: tuple[float, float]) -> bool:
    """Whether the goal is kept, or missed, all over the spread."""
    return goal.holds(spread[0]) == goal.holds(spread[1])
