"""Methods and paths that are wrong."""

from __future__ import annotations

from http import HTTPStatus

from workbench.conformance.instance import PERFORM
from workbench.conformance.rules.calls import HIDDEN
from workbench.conformance.subject import JSON, Subject
from workbench.conformance.vocabulary import Broken, Level, rule

WRONG_METHODS = (("GET", PERFORM, "POST"), ("DELETE", "/live", "GET"), ("PUT", "/ready", "GET"))

UNCLEAN = (f"{PERFORM}/", f"/{PERFORM}", f"/.{PERFORM}", f"/api/../{PERFORM.lstrip('/')}")
"""Paths that servers like to clean by a redirect: a slash too many, and dots."""


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
        answer = asker.ask(method, path)
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
            answer = asker.ask("POST", path, b'{"unfinished": ', JSON, base=base)
            if answer.status is not None and 300 <= answer.status < 400:
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
    answer = subject.running.ask("POST", "/api/v1/perfrom", b"{}", JSON)
    if answer.status != HTTPStatus.NOT_FOUND:
        raise Broken(f"a POST to {answer.path} gets {answer.answered}")
    if answer.error is None:
        raise Broken(f"a POST to {answer.path} gets {answer.answered}; {HIDDEN}")
    return answer.answered
