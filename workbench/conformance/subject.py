"""What a rule's function gets: somebody to ask, and a place where all of it is noted down."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from workbench.conformance.documents import find_document, input_example
from workbench.conformance.exchange import Body, Exchange
from workbench.conformance.instance import JSON_TYPE, PERFORM, TIMEOUT, Instance
from workbench.conformance.target import Target
from workbench.conformance.vocabulary import Broken, Evidence, NotJudged
from workbench.errors import JobNotReady, WorkbenchError

KEPT_EXCHANGES = 8
"""How many of the requests of one rule are kept as evidence; the last ones."""

JSON = {"Content-Type": JSON_TYPE}

ECHO = (b'{"do": "echo", "value": 42}', "42")
"""A call that the probe's function answers well, and its answer as JSON."""


class Asker:
    """An instance as one rule asks it: every exchange is noted down.

    Args:
        instance: Who is asked.
        exchanges: Where exchanges are noted down.
    """

    def __init__(self, instance: Instance, exchanges: list[Exchange]) -> None:
        self.instance = instance
        self._exchanges = exchanges

    def ask(
        self,
        method: str,
        path: str,
        body: Body = None,
        headers: Mapping[str, str] | None = None,
        *,
        base: str | None = None,
        timeout: float = TIMEOUT,
    ) -> Exchange:
        """Make one request.

        Args:
            method: The HTTP method.
            path: The path below `base`.
            body: As `exchange` takes it.
            headers: Further headers.
            base: What stands before the path; None for the address as it was given.
            timeout: Seconds.
        """
        whole = (self.instance.root if base is None else base) + path
        made = self.instance.ask(method, whole, body, headers, timeout=timeout)
        self._exchanges.append(made)
        return made

    def ask_then_get(
        self, method: str, path: str, body: bytes, after: str, *, base: str | None = None
    ) -> tuple[Exchange, Exchange | None]:
        """Make a request, below `base` or the root, and GET `after` on the same connection.

        Returns:
            Both; None for the second one where the first answer says that the connection ends.
        """
        root = self.instance.root
        with self.instance.connection() as connection:
            first = connection.ask(method, (root if base is None else base) + path, body, JSON)
            self._exchanges.append(first)
            if not connection.usable:
                return first, None
            second = connection.ask("GET", root + after)
            self._exchanges.append(second)
            return first, second

    def get(self, path: str, *, base: str | None = None, timeout: float = TIMEOUT) -> Exchange:
        """GET a path."""
        return self.ask("GET", path, base=base, timeout=timeout)

    def perform(
        self,
        payload: Any,
        headers: Mapping[str, str] | None = None,
        *,
        timeout: float = TIMEOUT,
    ) -> Exchange:
        """Call the job's function, at the first address at which it is served.

        Args:
            payload: A value; or bytes, or an iterator of them, that are sent as they are.
            headers: Further headers.
            timeout: Seconds.
        """
        raw = isinstance(payload, bytes | Iterator)
        body = payload if raw else json.dumps(payload).encode()
        base = self.instance.perform_base
        return self.ask(
            "POST", PERFORM, body, {**JSON, **(headers or {})}, base=base, timeout=timeout
        )


@dataclass(frozen=True)
class Call:
    """A call, of which it is known how it ends.

    Attributes:
        asker: Whom to call.
        body: The input, as JSON.
        told: The answer as JSON, or words of the error; None where nobody knows.
    """

    asker: Asker
    body: bytes
    told: str | None = None


class Subject:
    """One wrapper, as one rule sees it.

    Args:
        target: What is judged.
    """

    def __init__(self, target: Target) -> None:
        self.target = target
        self.given = target.given
        self._exchanges: list[Exchange] = []
        self._notes: list[Evidence] = []

    @property
    def running(self) -> Asker:
        """The running wrapper.

        Raises:
            NotJudged: It did not get ready.
        """
        return Asker(self.target.running(), self._exchanges)

    @property
    def probe(self) -> Asker:
        """The wrapper around the probe job; see `probe/perform.go` for what that does.

        Raises:
            NotJudged: There is none.
        """
        return Asker(self.target.probing(), self._exchanges)

    def has_to_start(self) -> None:
        """For rules that expect a wrapper to end at once: it must not always do so.

        Raises:
            NotJudged: It does not get ready as it is usually started.
        """
        self.target.has_to_come_up(probe=False)

    @contextmanager
    def started(
        self,
        env: Mapping[str, str] | None = None,
        *,
        probe: bool = False,
        ready: bool = True,
        plain: bool = False,
    ) -> Iterator[Asker]:
        """A wrapper that is started for this rule, and ended after it; see `Target.start`.

        Raises:
            NotJudged: Nothing can be started from this target, or it does not come up as it is
                usually started, either.
            Broken: It did not get ready; its log is in the evidence.
        """
        if self.target.starts and not plain:
            self.target.has_to_come_up(probe=probe)
        self.target.make_room()
        try:
            instance = self.target.start(env or {}, probe=probe, ready=ready, plain=plain)
        except JobNotReady as problem:
            self.note("last lines of its log", "\n".join(problem.log))
            raise Broken(problem.message) from problem
        except WorkbenchError as problem:
            raise NotJudged(problem.message) from problem
        try:
            yield Asker(instance, self._exchanges)
        except Broken:
            known = {piece.title for piece in self._notes}
            self._notes.extend(one for one in instance.log_evidence if one.title not in known)
            raise
        finally:
            instance.stop()

    @contextmanager
    def apart(self, *, probe: bool = False) -> Iterator[Asker]:
        """One for this rule alone, where it can be started; else the one that all rules ask.

        For what a wrapper may not outlive, and for what keeps it busy.

        Raises:
            NotJudged: There is none.
        """
        if self.target.starts:
            with self.started(probe=probe) as asker:
                yield asker
        else:
            yield self.probe if probe else self.running

    def note(self, title: str, text: str) -> None:
        """Add something to the evidence."""
        if text:
            self._notes.append(Evidence(title, text))

    def good_call(self) -> Call:
        """A call that succeeds.

        What the person gave comes first, then the probe job, then the example that the wrapper's
        OpenAPI document offers.

        Raises:
            NotJudged: No such call is known.
        """
        if self.given.input is not None:
            return Call(self.running, self.given.input.encode(), self.given.expect)
        with suppress(NotJudged):
            return Call(self.probe, *ECHO)
        asker = self.running
        found = find_document(asker.get)
        example = None if found is None else input_example(found.json)
        if not example:
            raise NotJudged(
                "no call is known that succeeds: give its input with --input, or let the wrapper's "
                "OpenAPI document show an example"
            )
        return Call(asker, json.dumps(example).encode(), self.given.expect)

    def failing_call(self) -> Call:
        """A call in which the function fails.

        Raises:
            NotJudged: No such call is known.
        """
        if self.given.fault_input is not None:
            return Call(self.running, self.given.fault_input.encode())
        try:
            return Call(self.probe, b'{"do": "fail"}', "told to fail")
        except NotJudged as none:
            raise NotJudged(
                "no call is known that makes the function fail: give its input with --fault-input"
            ) from none

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """What was asked and answered, and what was noted, within bounds."""
        asked = tuple(one.evidence for one in self._exchanges[-KEPT_EXCHANGES:])
        return (*asked, *self._notes)
