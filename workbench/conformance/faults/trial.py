"""What a fault's function gets: it starts wrappers, does harm to them, and notes down what is seen.

A trial is on a leash: the runner may cut it, and then whatever it started is killed, all of its
connections end, and its function gets no further than the next question.
"""

from __future__ import annotations

import signal
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace

from workbench.conformance.exchange import Connect
from workbench.conformance.faults.patient import GoodCall, Patient
from workbench.conformance.instance import Instance
from workbench.conformance.plain import PIECES_LIMIT
from workbench.conformance.subject import ECHO, Subject
from workbench.conformance.target import StartedTarget, Target
from workbench.conformance.vocabulary import Evidence, NotJudged
from workbench.engines import NOTHING_WRONG, Surroundings
from workbench.errors import JobNotReady

GRACE = 0.2
"""Seconds that a wrapper may take to end after its trial: its calls are of no use any more."""


class Cut(Exception):
    """The trial was ended from outside.

    Args:
        why: Why.
    """


@dataclass
class Seen:
    """What was seen so far; see `Row` for what is what."""

    caller: str = ""
    answered: bool = False
    live: str = ""
    ready: str = ""
    next_call: str = ""
    next_answered: bool = False
    next_ok: bool = False
    log: str = ""
    exit_code: int | None = None
    healthy_after: float | None = None
    evidence: list[Evidence] = field(default_factory=list)


class Trial:
    """One fault, done to one target.

    Args:
        target: What the fault is done to.
        good_call: A call that succeeds, of the wrapper around the person's own job; None where
            none is known.
        below_prefix: Whether perform is asked below the prefix, as PUB does; else at the root.
    """

    def __init__(
        self, target: Target, good_call: GoodCall | None, *, below_prefix: bool = False
    ) -> None:
        self.target = target
        self.below_prefix = below_prefix
        self.seen = Seen()
        self._good_call = good_call
        self._lock = threading.Lock()
        self._cut = ""
        self._instances: list[Instance] = []
        self._sockets: list[socket.socket] = []

    @contextmanager
    def started(
        self,
        env: Mapping[str, str] | None = None,
        *,
        told: bool = True,
        ready: bool = True,
        around: Surroundings = NOTHING_WRONG,
    ) -> Iterator[Patient]:
        """A wrapper that is started for this trial, and ended after it.

        Args:
            env: Variables that differ from what an infrastructure gives.
            told: Whether its function has to do what it is told, as that of the probe job does;
                else any will do.
            ready: Whether to wait until it is ready.
            around: What is wrong where it is started.

        Raises:
            NotJudged: Nothing of that kind can be started from this target.
            JobNotReady: It did not get ready; what it wrote is noted down.
        """
        instance, does = self._start(env or {}, told, around)
        patient = Patient(self, self._watched(instance), does, self._call_of(does=does))
        try:
            if ready:
                patient.wait_ready()
            yield patient
        except JobNotReady:
            if not self._cut:  # else it was us who ended it
                self.seen.exit_code = instance.exit_code
            raise
        finally:
            patient.note_log()
            with self._lock:
                self._instances.remove(instance)
            instance.stop(GRACE)

    @contextmanager
    def anybody(self) -> Iterator[Patient]:
        """For harmless faults: the wrapper at an address as it is; else one that is started."""
        if self.target.starts:
            with self.started(told=False) as patient:
                yield patient
        else:
            instance = self._watched(self.target.running())
            yield Patient(self, instance, False, self._good_call)

    @property
    def cut_off(self) -> str:
        """Why it was ended from outside; empty where it was not."""
        return self._cut

    def cut(self, why: str) -> None:
        """End it from outside; returns at once."""
        with self._lock:
            self._cut = self._cut or why
            for instance in self._instances:
                instance.signal(signal.SIGKILL)
            for connection in self._sockets:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def pause(self, seconds: float) -> None:
        """Be as slow as a slow client is; half a second at most, so that a cut is soon noticed.

        Raises:
            Cut: The trial was ended from outside.
        """
        time.sleep(seconds)
        self.go_on()

    def go_on(self) -> None:
        """Do nothing.

        Raises:
            Cut: The trial was ended from outside.
        """
        if self._cut:
            raise Cut(self._cut)

    def note(self, piece: Evidence) -> None:
        """Add to the evidence; of much, the beginning and the end are kept."""
        kept = self.seen.evidence
        with self._lock:
            if len(kept) >= PIECES_LIMIT:
                del kept[PIECES_LIMIT // 2]
            kept.append(piece)

    def _start(
        self, env: Mapping[str, str], told: bool, around: Surroundings
    ) -> tuple[Instance, bool]:
        """An instance, and whether its function does what it is told."""
        self.go_on()
        try:
            instance = self.target.start(env, probe=True, ready=False, around=around)
            does = True
        except NotJudged:
            if told:
                raise
            instance = self.target.start(env, ready=False, around=around)
            does = False
        with self._lock:
            cut = self._cut
            if not cut:
                self._instances.append(instance)
        if cut:
            instance.stop()
            raise Cut(cut)
        return instance, does

    def _call_of(self, *, does: bool) -> GoodCall | None:
        return GoodCall(*ECHO) if does else self._good_call

    def _watched(self, instance: Instance) -> Instance:
        """The same; its connections end where the trial is cut."""
        return replace(instance, connect=self._watching(instance.connect))

    def _watching(self, connect: Connect) -> Connect:
        def watched(timeout: float) -> socket.socket:
            self.go_on()
            made = connect(timeout)
            with self._lock:
                self._sockets = [one for one in self._sockets if one.fileno() >= 0]
                self._sockets.append(made)
            return made

        return watched


def find_good_call(target: Target) -> GoodCall | None:
    """A call of the person's own job that succeeds; None where none is known.

    A target whose wrapper can be put around the probe job needs none.
    """
    if target.given.input is not None:
        return GoodCall(target.given.input.encode(), target.given.expect)
    if isinstance(target, StartedTarget) and target.probes:
        return None
    try:
        found = Subject(target).good_call()
    except NotJudged:
        return None
    return GoodCall(found.body, found.told)


def serves_below_prefix(target: Target) -> bool:
    """Whether perform is served below the prefix; False where nobody can be asked.

    One is asked to which nothing is done: in the log of the others there is what was done to them.
    """
    try:
        probes = isinstance(target, StartedTarget) and target.probes
        instance = target.probing() if probes else target.running()
    except NotJudged:
        return False
    return instance.perform_base != instance.root
