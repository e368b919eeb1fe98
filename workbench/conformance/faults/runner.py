"""Doing faults to a target. Knows nothing of how anything is shown."""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Sequence
from dataclasses import fields
from functools import partial

from workbench.conformance.faults.patient import GoodCall
from workbench.conformance.faults.report import FaultReport
from workbench.conformance.faults.trial import Cut, Seen, Trial, find_good_call, serves_below_prefix
from workbench.conformance.faults.vocabulary import Fault, Outcome, Row
from workbench.conformance.target import Target
from workbench.conformance.together import together
from workbench.conformance.vocabulary import Evidence, NotJudged
from workbench.errors import JobNotReady

WORKERS = 5
"""Faults that are done at the same time, each to a wrapper of its own."""

LEASH = 30.0
"""Seconds after which a fault's wrappers are ended, whatever they do."""


class Ward:
    """All trials of one run, so that an interrupt reaches those that go on.

    Args:
        target: What the faults are done to.
    """

    def __init__(self, target: Target) -> None:
        self._target = target
        self._good_call: GoodCall | None = None
        self._below_prefix = False
        self._trials: set[Trial] = set()
        self._lock = threading.Lock()
        self._over = False

    def prepare(self) -> None:
        """Find out which call succeeds, and where calls are taken."""
        self._good_call = find_good_call(self._target)
        self._below_prefix = serves_below_prefix(self._target)

    def row(self, fault: Fault) -> Row:
        """Do one fault, and say what was seen."""
        if not fault.harmless and not self._target.starts:
            return Row(fault, Outcome.NOT_SHOWN, None, why=fault.not_at_an_address)
        trial = Trial(self._target, self._good_call, below_prefix=self._below_prefix)
        start = time.perf_counter()
        leash = threading.Timer(LEASH, trial.cut, [f"it did not end within {LEASH:g} s"])
        leash.daemon = True
        with self._lock:
            self._trials.add(trial)
            if self._over:
                trial.cut("interrupted")
        leash.start()
        try:
            well, why, shown = _act(fault, trial)
        finally:
            leash.cancel()
            with self._lock:
                self._trials.discard(trial)
        took = time.perf_counter() - start
        if not shown:
            evidence = tuple(trial.seen.evidence)
            return Row(fault, Outcome.NOT_SHOWN, None, why=why, evidence=evidence, seconds=took)
        return _row(fault, trial.seen, well=well, why=why, seconds=took)

    def end(self) -> None:
        """End all trials that go on; whatever they started is killed."""
        with self._lock:
            self._over = True
            for trial in self._trials:
                trial.cut("interrupted")


def run_faults(target: Target, faults: Sequence[Fault], label: str | None = None) -> FaultReport:
    """Do faults to a target; whatever they start has ended when this returns.

    Args:
        target: What they are done to; it is closed at the end.
        faults: The faults, in the order of the report.
        label: What the report calls the target; None for what it calls itself.

    Returns:
        A row for each fault.
    """
    start = time.perf_counter()
    with target:
        ward = Ward(target)
        ward.prepare()
        rows: dict[str, Row] = {}
        for group in _groups(target, faults):
            tasks = {fault.id: partial(ward.row, fault) for fault in group}
            workers = 1 if target.one_at_a_time else WORKERS
            rows |= together(tasks, workers, on_interrupt=ward.end)
    found = tuple(rows[fault.id] for fault in faults)
    return FaultReport(label or target.label, found, time.perf_counter() - start)


def _groups(target: Target, faults: Sequence[Fault]) -> list[list[Fault]]:
    """Faults that may be done at the same time, and the groups one after another."""
    if target.one_at_a_time:
        return [list(faults)]
    return [
        [fault for fault in faults if not fault.alone],
        *([fault] for fault in faults if fault.alone),
    ]


def _act(fault: Fault, trial: Trial) -> tuple[bool, str, bool]:
    """Whether it went well, what kept the trial from its end, and whether the fault was shown."""
    try:
        return fault.act(trial), "", True
    except NotJudged as unknown:
        return False, str(unknown), False
    except JobNotReady as problem:
        trial.seen.caller = trial.seen.caller or "nobody: it did not get ready"
        return False, trial.cut_off or problem.message, True
    except Cut as cut:
        return False, str(cut), True
    except Exception as error:  # noqa: BLE001 - a fault that fails itself says nothing of the wrapper
        if trial.cut_off:
            return False, trial.cut_off, True
        trial.note(Evidence("traceback", traceback.format_exc()))
        return False, f"the fault itself failed, which is one of the workbench: {error!r}", False


def _row(fault: Fault, seen: Seen, *, well: bool, why: str, seconds: float) -> Row:
    told = {one.name for one in fields(Row)} & {one.name for one in fields(Seen)}
    kept = {name: getattr(seen, name) for name in told - {"evidence"}}
    evidence = tuple(seen.evidence)
    return Row(fault, _outcome(seen), well, **kept, why=why, evidence=evidence, seconds=seconds)


def _outcome(seen: Seen) -> Outcome:
    if seen.exit_code is not None:
        return Outcome.ENDED
    if not seen.next_answered:
        return Outcome.STUCK
    return Outcome.ANSWERED if seen.answered else Outcome.SURVIVED
