"""Where a wrapper listens, and under which paths it answers."""

from __future__ import annotations

import time
from contextlib import suppress
from http import HTTPStatus

from workbench._wait import DeadlineExceeded, wait_until
from workbench.conformance.exchange import NOBODY_LISTENS, Exchange
from workbench.conformance.instance import PERFORM, READY_TIMEOUT, UNFINISHED, UNSERVED, Instance
from workbench.conformance.subject import JSON, Asker, Subject
from workbench.conformance.vocabulary import Broken, Level, NotJudged, On, rule
from workbench.errors import JobNotReady, exit_words
from workbench.settings import JOB_PORT

EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - where Racetrack asks wrappers to listen
LOG_LAG = 1.0
"""Seconds by which a line of the log may come later than an answer that was sent after it."""

SETTLED = 1.0
"""Seconds after which a wrapper that listens elsewhere is not expected on 7000 as well."""

VERSIONS = ("latest", "1.x", "x", "1.2.3-beta.1", "1.2.3+build.5", "1.2.3%2Bbuild.5", "any%20text")
BEHIND_PUB = "the address is one of PUB's, which hides this: give the wrapper's own address"
OTHER_NAME = "renamed-job"


@rule(
    "W01",
    Level.MUST,
    f"listens on port {JOB_PORT} of every address when nothing tells it where to",
    source="principle; health gate, Pub",
    consequence="nobody reaches the job: the deployment fails when the time for /live is up",
    remedy=f"bind 0.0.0.0:{JOB_PORT}, not localhost and no other port",
    on=On.OWN,
)
def listens(subject: Subject) -> str:
    """Seen in the table of the sockets in its own network, not only by a request."""
    with subject.started(plain=True, ready=False) as asker:
        instance = asker.instance
        found = _listening(instance)
        told = ", ".join(_written(*one) for one in found)
        subject.note("sockets that listen", told)
        if instance.exit_code is not None:
            raise Broken(f"it ended with {exit_words(instance.exit_code)} before it listened")
        if not found:
            if asker.get("/live", base="").status is not None:
                raise NotJudged("this system does not tell on which address a program listens")
            raise Broken(f"it listened nowhere within {READY_TIMEOUT:g} s")
        if any((address, JOB_PORT) in found for address in EVERYWHERE):
            if asker.get("/live", base="").problem == NOBODY_LISTENS:
                raise Broken(f"it listens on {told}, and IPv4 does not lead there")
            return f"it listens on {told}"
        raise Broken(f"it listens on {told}, and not on 0.0.0.0:{JOB_PORT}")


def _listening(instance: Instance) -> tuple[tuple[str, int], ...]:
    """The sockets that listen, once one is on the port, or none has been for a while."""
    container = instance.container
    assert container is not None  # noqa: S101 - it was started here
    first = 0.0

    def look() -> tuple[tuple[str, int], ...] | None:
        nonlocal first
        found = container.listeners()
        if any(port == JOB_PORT for _, port in found) or instance.exit_code is not None:
            return found
        if found and not first:
            first = time.monotonic()
        return found if first and time.monotonic() - first > SETTLED else None

    try:
        return wait_until(look, timeout=READY_TIMEOUT)
    except DeadlineExceeded:
        return ()


@rule(
    "W02",
    Level.MUST,
    "serves its endpoints under /pub/job/{JOB_NAME}/{version}",
    source="principle; Pub",
    consequence="every call through Pub, and so every call of the CLI, is a 404",
    remedy="mount all routes at the root and again below /pub/job/{JOB_NAME}/{version}",
)
def serves_under_the_prefix(subject: Subject) -> str:
    """Both the probes and perform have to be there."""
    asker = subject.running
    if asker.instance.behind_pub:
        return _is_served(asker, asker.instance.root)
    name_of(asker)
    return _is_served(asker, asker.instance.prefix())


@rule(
    "W03",
    Level.MUST,
    "takes any text for the version in that path",
    source="principle; Pub",
    consequence="calls by an alias such as latest, or by a version with +build, are a 404",
    remedy="match the version by a wildcard, not by JOB_VERSION",
)
def takes_any_version(subject: Subject) -> str:
    """Exact versions, aliases, and what has to be escaped."""
    asker = subject.running
    if asker.instance.behind_pub:
        raise NotJudged(BEHIND_PUB)
    name_of(asker)
    for version in VERSIONS:
        answer = asker.get("/live", base=asker.instance.prefix(version))
        if not answer.succeeded:
            raise Broken(f"for the version {version} /live answers {answer.answered}")
    return f"it answers for {', '.join(VERSIONS)}"


@rule(
    "W04",
    Level.SHOULD,
    "answers 404 under the name of another job",
    source="principle",
    consequence="a call that went astray is answered by the wrong job, and nobody notices",
    remedy="put JOB_NAME itself into the path, not a wildcard",
)
def refuses_other_names(subject: Subject) -> str:
    """A path that differs in the name alone."""
    asker = subject.running
    if asker.instance.behind_pub:
        raise NotJudged(BEHIND_PUB)
    name = name_of(asker)
    base = f"/pub/job/not-{name}/latest"
    for answer in (asker.get("/live", base=base), _unfinished(asker, base)):
        if answer.status != HTTPStatus.NOT_FOUND:
            raise Broken(f"under /pub/job/not-{name}/latest it answers {answer.answered}")
    return "404"


@rule(
    "W05",
    Level.MUST,
    "takes the name in that path from JOB_NAME",
    source="principle; Pub",
    consequence="a job that was deployed under another name cannot be called",
    remedy="read JOB_NAME when the wrapper starts; do not build a name into it",
    on=On.OWN,
)
def reads_its_name(subject: Subject) -> str:
    """A start with another name than before."""
    with subject.started({"JOB_NAME": OTHER_NAME}) as asker:
        live = asker.get("/live", base=asker.instance.prefix())
        if not live.succeeded:
            raise Broken(f"{live.path} answers {live.answered}")
        return f"{live.path} is served"


@rule(
    "W06",
    Level.SHOULD,
    "serves perform at the root as well",
    source="principle (the wrapper of the tutorial)",
    consequence="the job cannot be tried without the prefix, by hand or by tools of one's own",
    remedy="mount the same routes a second time without the prefix",
)
def serves_at_the_root(subject: Subject) -> str:
    """What is there for a person who debugs."""
    asker = subject.running
    if asker.instance.behind_pub:
        raise NotJudged(BEHIND_PUB)
    return _served(_unfinished(asker, ""))


@rule(
    "W07",
    Level.SHOULD,
    "says so where JOB_NAME is missing",
    source="principle",
    consequence="the job starts, but calls through Pub do not find it, or its page leads elsewhere",
    remedy="refuse to start without JOB_NAME, or log that it is missing",
    on=On.OWN,
)
def misses_its_name(subject: Subject) -> str:
    """It ends, or names the variable in its log."""
    subject.has_to_start()
    # Empty, not taken away: an image may set it by itself.
    with subject.started({"JOB_NAME": ""}, ready=False) as asker:
        instance = asker.instance

        def told() -> bool:
            return "JOB_NAME" in "\n".join(instance.log(200))

        with suppress(JobNotReady):
            instance.wait_usable()
        with suppress(DeadlineExceeded):  # a log may come a little later than an answer
            wait_until(lambda: told() or None, timeout=LOG_LAG)
        subject.note("last lines of its log", "\n".join(instance.log()))
        code = instance.exit_code
        if code is not None:
            if code == 0:
                raise Broken("it ended as if all were well")
            return f"it ended with {exit_words(code)}{', and named JOB_NAME' if told() else ''}"
        if told():
            return "its log names JOB_NAME"
        if asker.get("/ready").status is None:
            raise Broken("it neither answers nor ends, and its log does not say why")
        raise Broken("it starts, and its log does not say that JOB_NAME is missing")


def _written(address: str, port: int) -> str:
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def name_of(asker: Asker) -> str:
    """The name that the job runs under, for rules that have nothing to say without one."""
    name = asker.instance.job_name
    if name is None:
        raise NotJudged("nobody told under which name the job runs: give it with --job-name")
    return name


def _is_served(asker: Asker, base: str) -> str:
    live = asker.get("/live", base=base)
    if not live.succeeded:
        raise Broken(f"{base}/live answers {live.answered}")
    return _served(_unfinished(asker, base))


def _unfinished(asker: Asker, base: str) -> Exchange:
    return asker.ask("POST", PERFORM, UNFINISHED, JSON, base=base)


def _served(answer: Exchange) -> str:
    """Whether something reads what is posted there; what it makes of it is for other rules."""
    if answer.status in UNSERVED or answer.redirected:
        raise Broken(f"a POST to {answer.path} gets {answer.answered}")
    return f"{answer.path} is served"
