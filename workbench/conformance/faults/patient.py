"""A running wrapper, as a fault's function sees it: asked, called, watched, and seen after."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench._wait import DeadlineExceeded, wait_until
from workbench.conformance.exchange import Body, Exchange
from workbench.conformance.faults.words import brief
from workbench.conformance.instance import PERFORM, TIMEOUT, Instance
from workbench.conformance.subject import JSON
from workbench.conformance.vocabulary import Evidence, NotJudged
from workbench.errors import JobNotReady

if TYPE_CHECKING:
    from workbench.conformance.faults.trial import Trial

END = 10.0
"""Seconds that a process may take to end, or a wrapper to answer calls again."""

READY = 20.0
"""Seconds that a wrapper may take until it is ready; within a trial there is more to do."""

SETTLE = 0.5
"""Seconds within which a process ends that is about to, and a line arrives in a log."""

NOBODY = "nobody to ask: the process has ended"
UNKNOWN = "does not know how"
"""What a probe's function says in its error, of a word that it was not taught."""

NO_CALL = "no call is known that succeeds (--input gives one); /live says"
MOST_LINES = 400
TAIL = 12


@dataclass(frozen=True)
class GoodCall:
    """A call that succeeds.

    Attributes:
        body: The input, as JSON.
        told: The answer as JSON; None where nobody knows.
    """

    body: bytes
    told: str | None


class Patient:
    """One wrapper under a fault; perform is at `perform_path`.

    Args:
        trial: Where everything is noted down.
        instance: The wrapper.
        does: Whether its function does what it is told.
        good_call: A call that succeeds; None where none is known.
    """

    def __init__(
        self, trial: Trial, instance: Instance, does: bool, good_call: GoodCall | None
    ) -> None:
        self.trial = trial
        self.seen = trial.seen
        self.instance = instance
        self.does = does
        self.good_call = good_call
        below = instance.prefix() if trial.below_prefix else instance.root
        self.perform_path = below + PERFORM

    def ask(
        self,
        method: str,
        path: str,
        body: Body = None,
        headers: Mapping[str, str] | None = None,
        *,
        timeout: float = TIMEOUT,
    ) -> Exchange:
        """Make one request, below the wrapper's root."""
        return self._ask(method, self.instance.root + path, body, headers, timeout)

    def perform(self, payload: Any, *, timeout: float = TIMEOUT) -> Exchange:
        """Call the function with a value, or with bytes as they are."""
        body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        return self.post(body, timeout=timeout)

    def post(
        self, body: Body, headers: Mapping[str, str] | None = None, *, timeout: float = TIMEOUT
    ) -> Exchange:
        """Call the function with a body; where the wrapper serves it."""
        return self._ask("POST", self.perform_path, body, {**JSON, **(headers or {})}, timeout)

    def _ask(
        self, method: str, path: str, body: Body, headers: Mapping[str, str] | None, timeout: float
    ) -> Exchange:
        self.trial.go_on()
        made = self.instance.ask(method, path, body, headers, timeout=timeout)
        self.trial.note(made.evidence)
        self.trial.go_on()
        return made

    def tell(self, do: str, value: Any = None, *, timeout: float = TIMEOUT) -> Exchange:
        """Tell the function what to do.

        Raises:
            NotJudged: It does not know how.
        """
        answer = self.perform({"do": do, "value": value}, timeout=timeout)
        if UNKNOWN in answer.text[:1000] or (answer.ok and answer.text.strip() == "null"):
            raise NotJudged(f"the probe's function {UNKNOWN} to do {do!r}; see docs/faults.md")
        return answer

    def caller_saw(self, what: Exchange | str, *, answered: bool | None = None) -> None:
        """Note down what the fault's caller saw; of words, whether those were an answer."""
        if isinstance(what, Exchange):
            self.seen.caller = brief(what)
            answered = what.status is not None
        else:
            self.seen.caller = what
        self.seen.answered = bool(answered)

    def look(self) -> None:
        """Note down what the probes say now, and what a call gets."""
        self.probe()
        self.call_next()

    def probe(self) -> None:
        """Note down what `/live` and `/ready` say now."""
        self.seen.live = brief(self.ask("GET", "/live"))
        self.seen.ready = brief(self.ask("GET", "/ready"))

    def call_next(self) -> bool:
        """Note down what a good call gets, and say whether it was right."""
        answer = self.good()
        known = self.good_call is not None
        self.seen.next_call = brief(answer) if known else f"{NO_CALL}: {brief(answer)}"
        self.seen.next_answered = answer.status is not None
        self.seen.next_ok = self.works(answer)
        return self.seen.next_ok

    def good(self) -> Exchange:
        """Make a call that is to succeed; where none is known, ask `/live` instead."""
        if self.good_call is None:
            return self.ask("GET", "/live")
        return self.perform(self.good_call.body)

    def works(self, answer: Exchange) -> bool:
        """Whether that is what such a call answers."""
        told = None if self.good_call is None else self.good_call.told
        return answer.ok and (told is None or json.loads(told) == answer.json)

    def after(
        self, *words: str, ends: bool = False, looked: bool = False, patience: float = END
    ) -> None:
        """Look what is left of the wrapper, and how long it takes until calls are answered again.

        Args:
            words: What the telling line of its log has in it, the most telling first.
            ends: Whether its process is to end; else it is waited for only as long as one that was
                hit may take to fall.
            looked: Whether `look` was called already, at a better moment.
            patience: Seconds that it may take until calls are answered again.
        """
        start = time.monotonic()
        if not self.seen.answered or ends:
            self.seen.exit_code = self.ended(END if ends else SETTLE)
        else:
            self.seen.exit_code = self.instance.exit_code
        if self.seen.exit_code is not None:
            if not looked:
                self.seen.live = self.seen.ready = self.seen.next_call = NOBODY
            self.find_in_log(*words)
            self._start_again()
            return
        if not looked:
            self.look()
        self.find_in_log(*words)
        self.seen.healthy_after = self._healthy_after(start, patience, looked=looked)

    def ended(self, timeout: float = END) -> int | None:
        """Wait for the process to end; gives its exit code, and None where it goes on."""

        def code() -> int | None:
            self.trial.go_on()
            return self.instance.exit_code

        if self.instance.container is None:
            return None
        try:
            return wait_until(code, timeout=timeout)
        except DeadlineExceeded:
            return None

    def find_in_log(self, *words: str) -> None:
        """Note down the log's line that tells most; a line may take a moment to arrive."""
        if self.instance.container is None:
            self.seen.log = "(it is not ours to see)"
            return

        def found() -> str | None:
            lines = self.instance.log(MOST_LINES)
            return next((line for word in words for line in lines if word in line), None)

        try:
            self.seen.log = wait_until(found, timeout=SETTLE if words else 0)
        except DeadlineExceeded:
            last = self.instance.log(1)
            self.seen.log = f"(nothing of it; the last line:) {last[0]}" if last else "(nothing)"

    def wait_ready(self) -> None:
        """Wait until `/ready` answers 200; raises `JobNotReady`."""
        self.instance.wait_ready(READY)
        self.trial.go_on()

    def wait_answering(self) -> None:
        """Wait until `/live` answers, whatever it says, or the process ends."""

        def answers() -> bool | None:
            self.trial.go_on()
            if self.instance.exit_code is not None:
                return True
            asked = self.instance.ask("GET", f"{self.instance.root}/live")
            return True if asked.status is not None else None

        try:
            wait_until(answers, timeout=END)
        except DeadlineExceeded:
            return

    @contextmanager
    def running_calls(self, number: int, seconds: float) -> Iterator[list[Exchange]]:
        """Calls that run meanwhile; their answers are in the list afterwards."""
        answers: list[Exchange] = []
        body = {"do": "sleep", "value": seconds}
        timeout = seconds + TIMEOUT
        calls = [
            threading.Thread(target=lambda: answers.append(self._quietly(body, timeout)))
            for _ in range(number)
        ]
        for call in calls:
            call.start()
        try:
            self.trial.pause(seconds / 3)  # until all of them have arrived
            yield answers
        finally:
            for call in calls:
                call.join()

    def note_log(self) -> None:
        """Note down the last lines of its log as evidence."""
        lines = self.instance.log(TAIL)
        if lines:
            self.trial.note(Evidence("last lines of its log", "\n".join(lines)))

    def _quietly(self, payload: Any, timeout: float) -> Exchange:
        """As `perform`, in a thread of its own: a trial that was cut says so elsewhere."""
        path = self.perform_path
        body = json.dumps(payload).encode()
        try:
            made = self.instance.ask("POST", path, body, JSON, timeout=timeout)
        except Exception as problem:  # noqa: BLE001 - whatever it is, the caller saw it
            return Exchange("POST", path, body, None, {}, b"", str(problem), 0.0)
        self.trial.note(made.evidence)
        return made

    def _healthy_after(self, start: float, patience: float, *, looked: bool) -> float | None:
        if self.seen.next_ok and self.seen.ready.startswith("200"):
            return 0.0

        def healthy() -> bool | None:
            if not self.ask("GET", "/ready").ok:
                return None
            return True if self.call_next() else None

        shown = self.seen.next_call
        try:
            wait_until(healthy, timeout=patience, longest_pause=0.5)
        except DeadlineExceeded:
            return None
        finally:
            if looked:
                self.seen.next_call = shown
        return time.monotonic() - start

    def _start_again(self) -> None:
        """What a restart gives: a new process, and the seconds until it answers a call."""
        start = time.monotonic()
        try:
            with self.trial.started(told=self.does) as again:
                if again.works(again.good()):
                    self.seen.healthy_after = time.monotonic() - start
        except JobNotReady as problem:
            self.trial.note(Evidence("a new start", problem.message))
