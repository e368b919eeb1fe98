"""What nobody has to offer: a page for people, and a document that describes the job."""

from __future__ import annotations

import json
from http import HTTPStatus
from urllib.parse import urljoin, urlsplit

from workbench.conformance.documents import (
    PUB,
    Page,
    find_document,
    input_example,
    perform_addresses,
    perform_operation,
    read_page,
)
from workbench.conformance.exchange import Exchange
from workbench.conformance.extra import openapi_problem
from workbench.conformance.instance import PERFORM, UNFINISHED, UNSERVED
from workbench.conformance.subject import JSON, Asker, Subject
from workbench.conformance.vocabulary import Absent, Broken, Level, NotJudged, rule

REDIRECTS = 5
"""How many redirects in a row lead to a page; browsers follow about twenty."""


@rule(
    "W70",
    Level.MAY,
    "shows a page at its root that works under the prefix, too",
    source="principle",
    consequence="the job's page opens blank, or not at all, for whoever comes through Pub",
    remedy="load and redirect by relative links, or by paths that begin with the prefix; redirect "
    "the prefix without a slash to the prefix with one",
)
def shows_a_page(subject: Subject) -> str:
    """All that the page loads from the job has to be there, at the root and below the prefix."""
    asker = subject.running
    if asker.get("/").status == HTTPStatus.NOT_FOUND:
        raise Absent("there is no page at the root")
    page = None
    for base in _bases(asker):
        page = _shown(asker, base)
        if base:
            _leads_to_the_slash(asker, base, bool(page.own))
    assert page is not None, "there is always one base"  # noqa: S101
    told = f"at {' and '.join(f'{base}/' for base in _bases(asker))}"
    hosts = sorted({urlsplit(link).netloc for link in page.foreign})
    return f"{told}, with {len(page.own)} files of its own" + (
        f"; without the internet it is blank, for it loads from {' and '.join(hosts)}"
        if hosts
        else ""
    )


def _shown(asker: Asker, base: str) -> Page:
    """The page below a base, once everything that it loads was found."""
    answer = asker.get("/", base=base)
    for _ in range(REDIRECTS):
        if answer.status is None or not 300 <= answer.status < 400:
            break
        where = urlsplit(answer.headers.get("location", ""))
        if base and where.path.startswith("/") and not where.path.startswith(PUB):
            raise Broken(f"{base}/ redirects to {where.path}, which Pub does not lead to this job")
        answer = asker.get(urlsplit(urljoin(answer.path, where.path)).path, base="")
    page = read_page(answer)
    if page is None:
        raise Broken(f"{answer.path} answers {answer.answered}")
    if page.leaving:
        raise Broken(f"the page loads {page.leaving[0]}, which Pub does not lead to this job")
    for link in page.own:
        loaded = asker.get(page.resolve(link), base="")
        if not loaded.ok:
            raise Broken(f"the page at {answer.path} loads {link}: {loaded.answered}")
    return page


@rule(
    "W71",
    Level.MAY,
    "describes perform in a valid OpenAPI document",
    source="principle",
    consequence="the page shows nothing, or something that is not so; generated clients fail",
    remedy="check the document with any OpenAPI validator; name the path /api/v1/perform, and the "
    "server where the document itself lies, such as {url: .}",
)
def describes_itself(subject: Subject) -> str:
    """Valid by the OpenAPI validator, at the root and below the prefix, and perform is there."""
    asker = subject.running
    told = ""
    for base in _bases(asker):
        answer = find_document(lambda path, base=base: asker.get(path, base=base))  # type: ignore[misc]
        if answer is None:
            if told:
                raise Broken(f"it is not there under {base}")
            raise Absent("there is no openapi.json, and no page that names another document")
        document = answer.json
        problem = openapi_problem(document)
        if problem:
            raise Broken(f"{answer.path} is not valid: {problem}")
        if perform_operation(document) is None:
            raise Broken(f"{answer.path} does not describe a POST to perform")
        _leads_to_perform(asker, answer, base)
        told = f"OpenAPI {document.get('openapi', document.get('swagger'))}"
    return told


@rule(
    "W72",
    Level.MAY,
    "offers an example in that document that its function accepts",
    source="principle",
    consequence="the first thing that a person tries on the page fails",
    remedy="let the job give an example of its input, and show it in the document",
)
def offers_an_example(subject: Subject) -> str:
    """It is called as it is offered; an empty object is no example."""
    asker = subject.running
    example = _example(asker)
    if not example and subject.given.input is None:
        try:
            asker = subject.probe
        except NotJudged:
            pass
        else:
            example = _example(asker)
    if not example:
        raise Absent("the document offers no example of an input")
    answer = asker.perform(example)
    if not answer.succeeded:
        raise Broken(f"{json.dumps(example)} gets {answer.answered}")
    return f"{json.dumps(example)} gets {answer.answered}"


def _example(asker: Asker) -> object:
    found = find_document(asker.get)
    return None if found is None else input_example(found.json)


def _leads_to_perform(asker: Asker, found: Exchange, base: str) -> None:
    """One of its servers has to be the job, by a way that is open to who got the document.

    Where perform is not below this base at all, other rules tell.
    """
    addresses = perform_addresses(found.json, found.path, asker.instance.host)
    ours = [one for one in addresses if one.startswith("/")]
    behind_pub = base.startswith(PUB)
    reached = [one for one in ours if one.startswith(PUB) or not behind_pub]
    if not addresses or not _takes_calls(asker, base + PERFORM):
        return
    if any(_takes_calls(asker, one) for one in reached):
        return
    raise Broken(f"{found.path} says that perform is at {addresses[0]}, where this job is not")


def _takes_calls(asker: Asker, path: str) -> bool:
    answer = asker.ask("POST", path, UNFINISHED, JSON, base="")
    return answer.status not in (None, *UNSERVED) and not answer.redirected


def _bases(asker: Asker) -> tuple[str, ...]:
    instance = asker.instance
    if instance.behind_pub or instance.job_name is None:
        return (instance.root,)
    return (instance.root, instance.prefix())


def _leads_to_the_slash(asker: Asker, base: str, loads: bool) -> None:
    """Without its last slash the page's relative links lead elsewhere."""
    bare = asker.get("", base=base)
    if bare.ok and loads and read_page(bare) is not None:
        raise Broken(f"{base} without a slash shows the page, whose links then lead elsewhere")
    if bare.redirected:
        where = bare.headers.get("location", "")
        if not where.endswith("/"):
            raise Broken(f"{base} leads to {where!r}, not to the path with a slash")
