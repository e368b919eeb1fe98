"""Methods and paths that are wrong, and what a connection is left like."""

from __future__ import annotations

from contextlib import suppress
from http import HTTPStatus

from workbench.conformance.exchange import Exchange
from workbench.conformance.instance import PERFORM, UNFINISHED
from workbench.conformance.rules.calls import HIDDEN
from workbench.conformance.subject import JSON, Asker, Subject
from workbench.conformance.vocabulary import Broken, Level, NotJudged, rule

WRONG_METHODS = (("GET", PERFORM, "POST"), ("DELETE", "/live", "GET"), ("PUT", "/ready", "GET"))

UNCLEAN = (f"{PERFORM}/", f"/{PERFORM}", f"/.{PERFORM}", f"/api/../{PERFORM.lstrip('/')}")
"""Paths that servers like to clean by a redirect: a slash too many, and dots."""

MISTYPED = "/api/v1/perfrom"

REFUSED = (
    ("POST", MISTYPED, b'{"numbers": [40, 2]}'),
    ("POST", PERFORM, b'{"numbers": [40, 2'),
    ("DELETE", PERFORM, b'{"numbers": [40, 2]}'),
)
"""Requests that are wrong, each in its way, with a body that nobody may want to read."""


@rule(
    "W50",
    Level.SHOULD,
    "answers a wrong method with 405, and says in Allow which ones there are",
    source="Pub, CLI",
    consequence="a caller's mistake looks like something else, or even changes something",
    remedy="limit perform to POST and the probes to GET; answer others with 405 and Allow",
)
def refuses_wrong_methods(subject: Subject) -> str:
    """Of perform, and of the probes."""
    asker = subject.running
    for method, path, right in WRONG_METHODS:
        base = asker.instance.perform_base if path == PERFORM else None
        answer = asker.ask(method, path, base=base)
        if answer.status != HTTPStatus.METHOD_NOT_ALLOWED:
            raise Broken(f"{method} {path} gets {answer.answered}")
        allowed = [word.strip() for word in answer.headers.get("allow", "").split(",")]
        if right not in allowed:
            raise Broken(f"the 405 of {method} {path} does not allow {right}: {allowed}")
    return "405"


@rule(
    "W51",
    Level.SHOULD,
    "never redirects a POST",
    source="CLI",
    consequence="the CLI drops the body, or does not follow: it prints null, and ends well",
    remedy="answer such paths with 404, or serve the cleaned path; redirect nothing but a GET",
)
def redirects_no_post(subject: Subject) -> str:
    """At the root, and under the prefix where the name is known."""
    asker = subject.running
    instance = asker.instance
    bases = [instance.root]
    if instance.job_name is not None and not instance.behind_pub:
        bases.append(instance.prefix("latest"))
    for base in bases:
        for path in (PERFORM, *UNCLEAN):
            answer = asker.ask("POST", path, UNFINISHED, JSON, base=base)
            if answer.redirected:
                where = answer.headers.get("location")
                to = f", to {where}" if where else ""
                raise Broken(f"a POST to {answer.path} gets {answer.answered}{to}")
    return f"not to {', '.join(UNCLEAN)} either"


@rule(
    "W52",
    Level.SHOULD,
    "answers a path that is not there with 404 and JSON {error}",
    source="CLI",
    consequence="whoever mistypes an endpoint reads a status line, or gets an answer that is none",
    remedy='answer {"error": TEXT} with status 404, as application/json',
)
def tells_unknown_paths(subject: Subject) -> str:
    """As a mistyped endpoint of `racetrack call`."""
    answer = subject.running.ask("POST", MISTYPED, b"{}", JSON)
    if answer.status != HTTPStatus.NOT_FOUND:
        raise Broken(f"a POST to {answer.path} gets {answer.answered}")
    if answer.error is None:
        raise Broken(f"a POST to {answer.path} gets {answer.answered}; {HIDDEN}")
    return answer.answered


@rule(
    "W53",
    Level.SHOULD,
    "leaves each connection in order for the next request, or says that it closes it",
    source="Pub",
    consequence="a good call fails now and then, or gets the answer to another one: the call that "
    "comes next on that connection",
    remedy="send one answer for each request, none with a body to a HEAD; read the body of what is "
    "refused, too, or answer with Connection: close, and close",
)
def keeps_the_connection(subject: Subject) -> str:
    """Clients keep connections; what is left on one would belong to the next request."""
    asker = subject.running
    asked = [_in_order(asker, "HEAD", "/live", b"")]
    with suppress(NotJudged):
        call = subject.good_call()
        base = call.asker.instance.perform_base
        asked.append(_in_order(call.asker, "POST", PERFORM, call.body, base=base))
    asked += [_in_order(asker, *one) for one in REFUSED]
    kept = sum(asked)
    if not kept:
        return "it closes each connection, and says so"
    return f"after {kept} of {len(asked)} requests it stayed open, and GET /live was answered on it"


def _in_order(
    asker: Asker, method: str, path: str, body: bytes, *, base: str | None = None
) -> bool:
    """Whether the connection stayed open; in order, then."""
    alone = asker.get("/live")
    first, live = asker.ask_then_get(method, path, body, "/live", base=base)
    if live is None:
        return False
    if _kind(live) != _kind(alone):
        raise Broken(
            f"{method} {path} got {first.status or first.problem}, and the connection was said to "
            f"stay open; GET /live on it gets {live.answered}"
        )
    return True


def _kind(answer: Exchange) -> tuple[object, ...]:
    """What two answers of one endpoint have in common."""
    value = answer.json
    names = sorted(value) if isinstance(value, dict) else type(value)
    return answer.status, answer.media_type, names
