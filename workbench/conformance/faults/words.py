"""Answers in a few words, for a row of the table."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.conformance.exchange import Exchange


def brief(answer: Exchange, most: int = 200) -> str:
    """What came back, for a row: the status, and what is worth knowing of the body."""
    if answer.status is None:
        return answer.problem
    text = answer.error if answer.error and not answer.ok else answer.text[: 4 * most]
    words = " ".join(text.split())
    short = words if len(words) <= most else f"{words[: most - 3]}..."
    return f"{answer.status} {short}".rstrip()


def all_ok(answers: Sequence[Exchange]) -> str:
    """How many of the answers were 200, and what the others were."""
    good = sum(one.ok for one in answers)
    others = sorted({brief(one) for one in answers if not one.ok})
    return f"{good} of {len(answers)} answered 200" + (f"; {'; '.join(others)}" if others else "")
