"""The words of this room: a rule, what was found about it, and the three ways not to hold.

A rule is judged by a function. It returns what it saw, in one line, where the rule holds; it
raises `Broken`, `Absent` or `NotJudged` where not. The runner makes a `Finding` of either, and the
requests that the function made are the finding's evidence.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from workbench.conformance.plain import LINE_LIMIT, PIECES_LIMIT, TEXT_LIMIT, line, plain

if TYPE_CHECKING:
    from workbench.conformance.subject import Subject


class Level(StrEnum):
    """How much a rule weighs, in the words of RFC 2119."""

    MUST = "MUST"
    """Racetrack refuses or cannot reach a job whose wrapper breaks it."""

    SHOULD = "SHOULD"
    """A job runs without it, and its callers or its operators pay for that."""

    MAY = "MAY"
    """Nobody has to offer it; who does, has to do it right."""


class Verdict(StrEnum):
    """What became of a rule."""

    HELD = "held"
    BROKEN = "broken"
    ABSENT = "absent"
    """Of a MAY rule: the wrapper does not offer it."""
    NOT_JUDGED = "not judged"
    """Nothing that was given shows it; the finding says what would."""

    @property
    def sign(self) -> str:
        """One character for it; never without the word."""
        return {"held": "✓", "broken": "✗", "absent": "-", "not judged": "?"}[self.value]


@dataclass(frozen=True)
class Evidence:
    """Something that was seen. It is kept within bounds, and safe to show: see `plain.py`.

    Attributes:
        title: What it is, in a few words, such as `POST /api/v1/perform`.
        text: The request and the response, or lines of a log.
    """

    title: str
    text: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "title", line(self.title, LINE_LIMIT))
        object.__setattr__(self, "text", plain(self.text, TEXT_LIMIT))


class Broken(Exception):
    """The rule does not hold.

    Args:
        what: What was seen, and what would have been right, in one sentence.
    """


class Absent(Exception):
    """The wrapper does not offer what a MAY rule is about.

    Args:
        what: How that was seen.
    """


class NotJudged(Exception):
    """Whether the rule holds cannot be told from what was given.

    Args:
        why: What is missing, and what would let the rule be judged.
    """


class NeverReady(NotJudged):
    """The wrapper does not come up as it is usually started: it ends, or is never ready.

    Args:
        why: How that was seen.
        log: The last lines that it wrote.
    """

    def __init__(self, why: str, log: Sequence[str]) -> None:
        super().__init__(why)
        self.log = tuple(log)


Judge = Callable[["Subject"], str]


class On(StrEnum):
    """What a rule is judged on."""

    RUNNING = "the running wrapper"
    PROBE = "the wrapper around a function that does what it is told"
    OWN = "a wrapper that is started, and ended, for this rule alone"
    FILES = "the plugin's files"


@dataclass(frozen=True)
class Rule:
    """One thing that a wrapper has to do, or do right.

    Attributes:
        id: Such as `W01`; it never changes its meaning.
        level: How much it weighs.
        title: The rule, as a short sentence about the wrapper.
        source: Where it comes from: `principle` (the tutorial's list of wrapper principles), or the
            part of Racetrack that relies on it, such as `health gate`, `Pub`, `CLI`, `dashboards`.
        consequence: What happens to a deployment, or to its callers, where it is broken.
        remedy: What to do about it.
        judge: Tells whether it holds; see the module's text.
        on: What it is judged on.
        alone: Whether nobody else may call the same wrapper while it is judged.
    """

    id: str
    level: Level
    title: str
    source: str
    consequence: str
    remedy: str
    judge: Judge
    on: On = On.RUNNING
    alone: bool = False


def rule(
    rule_id: str,
    level: Level,
    title: str,
    *,
    source: str,
    consequence: str,
    remedy: str,
    on: On = On.RUNNING,
    alone: bool = False,
) -> Callable[[Judge], Rule]:
    """Make a rule of the function that judges it; see `Rule` for what is given."""

    def make(function: Judge) -> Rule:
        return Rule(rule_id, level, title, source, consequence, remedy, function, on, alone)

    return make


@dataclass(frozen=True)
class Finding:
    """What was found about one rule.

    Attributes:
        rule: The rule.
        verdict: Whether it held.
        what: What was seen, in one line; of a rule that was not judged: why not.
        evidence: What was asked and answered, and the log lines that belong to it.
        seconds: How long it took.
    """

    rule: Rule
    verdict: Verdict
    what: str
    evidence: tuple[Evidence, ...] = ()
    seconds: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "what", line(self.what, LINE_LIMIT))
        object.__setattr__(self, "evidence", _bounded(tuple(self.evidence)))

    @property
    def failed(self) -> bool:
        """Whether it counts against the wrapper; a MAY that is there and broken does, too."""
        return self.verdict is Verdict.BROKEN

    def __repr__(self) -> str:
        return f"<Finding {self.rule.id} {self.rule.level} {self.verdict}: {self.what}>"


def _bounded(pieces: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
    """The first and the last pieces, and between them how many there were, if there are many."""
    if len(pieces) <= PIECES_LIMIT:
        return pieces
    half = PIECES_LIMIT // 2
    left_out = Evidence("left out here", f"{len(pieces)} pieces of evidence in all")
    return (*pieces[: half - 1], left_out, *pieces[-half:])
