"""Measure sides in turns, so that what else the machine does meets all of them alike."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from bench.rows import Goal, Row, compare, is_clear

Values = Mapping[str, float]


class NotMeasured(Exception):
    """A figure that cannot be taken on this machine, or whose sides do not do the same work.

    The message says why, and what mends it.
    """


@dataclass(frozen=True)
class Effort:
    """How much is spent on a figure.

    Attributes:
        runs: The runs of each side.
        most: The runs after which a spread that leaves the goal open is taken as it is.
        seconds: How long a run under load takes.
        warm: Whether each side runs once before, uncounted, to fill caches.
    """

    runs: int = 9
    most: int = 27
    seconds: int = 2
    warm: bool = True

    def times(self, factor: int) -> Effort:
        """The effort for a figure whose runs are so short that more of them cost nothing."""
        return replace(self, runs=self.runs * factor, most=self.most * factor)


@dataclass(frozen=True)
class Measure:
    """What is judged of the values that every run gives.

    Attributes:
        key: The value's name.
        figure: Its name in the table.
        unit: Its unit.
        goal: What the ratio of ours to what stands beside must keep.
        scale: What the value is multiplied with to be in `unit`.
    """

    key: str
    figure: str
    unit: str
    goal: Goal
    scale: float = 1.0


class Contest:
    """Ours, what a goal holds it to, and whatever else is shown.

    Args:
        ours: Measures our side once.
        beside: The other sides by name; the first is the one that goals hold ours to.
    """

    def __init__(
        self, ours: Callable[[], Values], beside: Mapping[str, Callable[[], Values]]
    ) -> None:
        self._sides = {"": ours, **beside}
        self._rival, *self._shown = beside
        self.values: dict[str, list[Values]] = {name: [] for name in self._sides}

    def measure(self, effort: Effort, main: Measure, fallback: Measure | None = None) -> list[Row]:
        """Take turns until `main` is clear, or `effort.most` runs are done.

        Args:
            effort: How many runs.
            main: What is judged, as long as its spread leaves no doubt.
            fallback: What is judged instead where it does; else it is shown.

        Returns:
            A row of `main` and one of `fallback`, each beside the rival and beside the others.
        """
        if effort.warm:
            for side in self._sides.values():
                side()
        names = list(self._sides)
        done = 0
        while done < effort.runs or (done < effort.most and not self._clear(main)):
            for name in names if done % 2 == 0 else reversed(names):
                self.values[name].append(self._sides[name]())
            done += 1
            _progress(f"{main.figure}: run {done}, at least {effort.runs}")
        _progress("")
        return self._rows(main, fallback)

    def _rows(self, main: Measure, fallback: Measure | None) -> list[Row]:
        if fallback is None:
            return [self._row(main), *self._others(main)]
        judged = self._row(main)
        instead = self._row(fallback)
        if self._clear(main):
            instead = replace(instead, goal=None, held=None)
        else:
            judged = replace(judged, held=None)
        return [judged, *self._others(main), instead, *self._others(fallback)]

    def _row(self, measure: Measure) -> Row:
        return self._compare(measure, self._rival, measure.goal)

    def _others(self, measure: Measure) -> list[Row]:
        return [self._compare(measure, name, None) for name in self._shown]

    def _compare(self, measure: Measure, name: str, goal: Goal | None) -> Row:
        ours, beside = self._of("", measure), self._of(name, measure)
        return compare(measure.figure, measure.unit, ours, beside, name, goal)

    def _clear(self, measure: Measure) -> bool:
        return is_clear(measure.goal, self._row(measure).spread)

    def _of(self, name: str, measure: Measure) -> Sequence[float]:
        return [values[measure.key] * measure.scale for values in self.values[name]]


def _progress(text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)
