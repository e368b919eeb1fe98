"""The words of the fault lab: a fault, what became of a wrapper under it, and a row that tells.

A fault is done by a function. It gets a `Trial`, which starts wrappers and notes down what is seen;
it returns whether the wrapper did as a careful one does. The runner makes a `Row` of both.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from workbench.conformance.plain import LINE_LIMIT, line
from workbench.conformance.vocabulary import Evidence
from workbench.errors import exit_words

if TYPE_CHECKING:
    from workbench.conformance.faults.trial import Trial


class Outcome(StrEnum):
    """What became of the wrapper, and of who called it."""

    ANSWERED = "answered"
    """The caller got an answer, and the wrapper goes on."""

    SURVIVED = "survived"
    """The caller got none, or did not wait for it; the wrapper goes on."""

    ENDED = "ended"
    """The wrapper's process ended; for some faults that is as it should be."""

    STUCK = "stuck"
    """The process runs, and the next call gets no answer."""

    NOT_SHOWN = "not shown"
    """Nothing that was given shows it; the row says what would."""


NOT_HARMED = "needs the job's folder, or --start: what somebody else runs is not harmed"
NO_LARGE_ANSWER = (
    "needs the job's folder, or --start and --probe: only a function that does what it is told "
    "gives an answer that no buffer holds"
)

Act = Callable[["Trial"], bool]


@dataclass(frozen=True)
class Fault:
    """Something that goes wrong.

    Attributes:
        id: Such as `F01`; it never changes its meaning.
        title: What goes wrong, as a short sentence.
        careful: What a careful wrapper makes of it.
        act: Does it; see the module's text.
        harmless: Whether it may be done to a wrapper that somebody else runs.
        alone: Whether nothing else may be done meanwhile: it takes much of the machine.
        not_at_an_address: Why it is not done to a wrapper that somebody else runs.
    """

    id: str
    title: str
    careful: str
    act: Act
    harmless: bool = False
    alone: bool = False
    not_at_an_address: str = NOT_HARMED


def fault(
    fault_id: str,
    title: str,
    *,
    careful: str,
    harmless: bool = False,
    alone: bool = False,
    not_at_an_address: str = NOT_HARMED,
) -> Callable[[Act], Fault]:
    """Make a fault of the function that does it; see `Fault` for what is given."""

    def make(function: Act) -> Fault:
        return Fault(fault_id, title, careful, function, harmless, alone, not_at_an_address)

    return make


@dataclass(frozen=True)
class Row:
    """What was seen of one fault.

    Attributes:
        fault: The fault.
        outcome: What became of the wrapper.
        well: Whether it did as a careful wrapper does; None where the fault was not shown.
        caller: What the caller saw.
        live: What `/live` said, while it lasted or right after.
        ready: What `/ready` said then.
        next_call: What the next call got.
        log: The line of the log that tells most; empty where nothing was written.
        exit_code: How the process ended, negative for a signal; None where it did not.
        healthy_after: Seconds until calls were answered again: 0 where they always were; of a
            process that ended, those that a new one took; None where they never were.
        why: Why the fault was not shown, or what kept the trial from its end; else empty.
        evidence: What was asked and answered, and the last lines of the log.
        seconds: How long it took.
    """

    fault: Fault
    outcome: Outcome
    well: bool | None
    caller: str = ""
    live: str = ""
    ready: str = ""
    next_call: str = ""
    log: str = ""
    exit_code: int | None = None
    healthy_after: float | None = None
    why: str = ""
    evidence: tuple[Evidence, ...] = ()
    seconds: float = 0.0

    def __post_init__(self) -> None:
        for name in ("caller", "live", "ready", "next_call", "log", "why"):
            object.__setattr__(self, name, line(getattr(self, name), LINE_LIMIT))
        object.__setattr__(self, "evidence", tuple(self.evidence))

    @property
    def shown(self) -> bool:
        """Whether the fault could be made."""
        return self.outcome is not Outcome.NOT_SHOWN

    @property
    def sign(self) -> str:
        """Whether it went as well as it can, in one character; never without the word."""
        return {None: "?", True: "✓", False: "✗"}[self.well]

    @property
    def word(self) -> str:
        """What became of the wrapper, in a word; with the exit code where it ended."""
        ended = "" if self.exit_code is None else f", {exit_words(self.exit_code)}"
        return f"{self.outcome}{ended}"

    @property
    def healthy(self) -> str:
        """How long until calls were answered again, in words."""
        if self.healthy_after is None:
            return "never"
        if self.exit_code is not None:
            return f"{self.healthy_after:.2f} s after a new start"
        return f"after {self.healthy_after:.2f} s" if self.healthy_after else "all the time"

    def __repr__(self) -> str:
        told = self.caller if self.shown else self.why
        return f"<Row {self.fault.id} {self.sign} {self.word}: {told}>"
