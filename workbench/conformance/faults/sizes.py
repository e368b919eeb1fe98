"""Answers and requests that are larger than anybody planned for."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus

from workbench.conformance.faults.trial import Trial
from workbench.conformance.faults.vocabulary import NO_LARGE_ANSWER, fault
from workbench.conformance.faults.words import brief
from workbench.conformance.instance import PERFORM

MEGABYTE = 1024**2
ANSWER = 20 * MEGABYTE
REQUEST = 100 * MEGABYTE
PATIENCE = 10.0


@fault(
    "F05",
    "the answer has 20 MB",
    careful="answers all of it",
    not_at_an_address=NO_LARGE_ANSWER,
    alone=True,
)
def large_answer(trial: Trial) -> bool:
    """A text of 20 MiB."""
    with trial.started() as it:
        answer = it.tell("text", ANSWER, timeout=PATIENCE)
        whole = answer.ok and len(answer.body.strip()) == ANSWER + len('""')
        if answer.ok:
            it.caller_saw(f"200, {len(answer.body) / MEGABYTE:.0f} MiB", answered=True)
        else:
            it.caller_saw(answer)
        it.after(PERFORM)
    return whole and trial.seen.next_ok


@fault(
    "F06",
    "the request has 100 MB",
    careful="refuses it with 413 before it fills the memory, and goes on",
    alone=True,
)
def large_request(trial: Trial) -> bool:
    """A text of 100 MiB, under a length that says so."""
    head, piece, tail = b'{"do": "size", "value": "', b"x" * MEGABYTE, b'"}'
    length = len(head) + REQUEST + len(tail)

    def pieces() -> Iterator[bytes]:
        yield head
        for _ in range(REQUEST // MEGABYTE):
            yield piece
        yield tail

    with trial.started(told=False) as it:
        answer = it.post(pieces(), {"Content-Length": str(length)}, timeout=PATIENCE)
        it.caller_saw(brief(answer), answered=answer.status is not None)
        it.after("status=413", PERFORM)
    refused = answer.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    return refused and trial.seen.next_ok
