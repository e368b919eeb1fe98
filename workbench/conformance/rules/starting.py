"""While a wrapper starts, and what it says that it is."""

from __future__ import annotations

from http import HTTPStatus

from workbench._wait import DeadlineExceeded, wait_until
from workbench.conformance.exchange import Exchange
from workbench.conformance.instance import READY_TIMEOUT
from workbench.conformance.subject import Asker, Subject
from workbench.conformance.vocabulary import Absent, Broken, Level, On, rule
from workbench.errors import JobNotReady, exit_words

INIT_SECONDS = (0.6, 3.0)
"""Seconds of an Init; the second try is for a wrapper that was not heard before the first ended."""

FAILED_TIMEOUT = 2.0
"""Seconds in which an Init that fails at once has to show in /live."""

INIT_ERROR = "the model file is broken"


@rule(
    "W18",
    Level.MUST,
    "is not ready while the job initialises",
    source="principle; health gate",
    consequence="calls are sent to a job that cannot answer them yet",
    remedy="let the job say when it is initialised, and answer /ready with 503 until then",
    on=On.OWN,
)
def not_ready_too_early(subject: Subject) -> str:
    """The probe's Init takes a while; a wrapper that never calls it can't know."""
    told = ""
    for seconds in INIT_SECONDS:
        told, heard = _told_while_starting(subject, seconds)
        if heard:
            break
    return told


def _told_while_starting(subject: Subject, seconds: float) -> tuple[str, bool]:
    """What is to be said of such a start, and whether the wrapper was heard before its end."""
    env = {"PROBE_INIT_SECONDS": str(seconds)}
    with subject.started(env, probe=True, ready=False) as asker:
        ready = first_answer(asker, "/ready")
        if ready is None:
            raise Broken(f"it ended with {exit_words(asker.instance.exit_code or 0)}")
        if ready.ok:
            calls = asker.perform({"do": "initialised"})
            if calls.json == 1:
                return "it listens only when the job is initialised", False
            raise Broken("/ready answers 200, and nothing has initialised the job")
        try:
            asker.instance.wait_ready()
        except JobNotReady as never:
            raise Broken(never.message) from never
        return f"{ready.answered}, and ready after that", True


@rule(
    "W19",
    Level.SHOULD,
    "tells why the job failed to initialise",
    source="health gate",
    consequence="the deployment fails after minutes, and nobody learns why",
    remedy="answer /live with an error status and JSON {error}, or end with a message",
    on=On.OWN,
)
def a_failed_start_is_told(subject: Subject) -> str:
    """The gate shows the text under `error` of a /live that is not 200."""
    with subject.started({"PROBE_INIT_ERROR": INIT_ERROR}, probe=True, ready=False) as asker:
        failed = _failed_live(asker)
        if failed is None:
            code = asker.instance.exit_code
            if code is None:
                ready = asker.get("/ready")
                raise Broken(f"/live stays 200 and /ready answers {ready.answered}")
            if INIT_ERROR not in "\n".join(asker.instance.log()):
                raise Broken(f"it ended with {exit_words(code)}, and did not say why")
            return f"it ended with {exit_words(code)}, and its log says why"
        if INIT_ERROR not in (failed.error or ""):
            raise Broken(f"/live answers {failed.answered}, without the reason as `error`")
        if asker.get("/ready").ok:
            raise Broken("/ready answers 200 all the same")
        return failed.answered


@rule(
    "W20",
    Level.MAY,
    "tells in /health which job it is",
    source="convention of Racetrack's own wrappers",
    consequence="people and tools that read /health are told the wrong job",
    remedy="take job_name and job_version from JOB_NAME and JOB_VERSION",
)
def health_is_true(subject: Subject) -> str:
    """Name and version as the environment says."""
    asker = subject.running
    health = asker.get("/health")
    if health.status == HTTPStatus.NOT_FOUND:
        raise Absent("there is no /health")
    if not health.ok or not isinstance(health.json, dict):
        raise Broken(f"/health answers {health.answered}")
    known = {"job_name": asker.instance.job_name, "job_version": asker.instance.version}
    if asker.instance.container is None:
        known.pop("job_version")  # an alias, as likely as not
    for name, value in known.items():
        if value is not None and health.json.get(name) != value:
            raise Broken(f"{name} is {health.json.get(name)!r}, not {value!r}")
    return health.answered


def first_answer(asker: Asker, path: str) -> Exchange | None:
    """The first answer of a wrapper that was just started; None where it ended before."""

    def look() -> Exchange | bool | None:
        if asker.instance.exit_code is not None:
            return False
        answer = asker.instance.ask("GET", path)  # what nobody heard is no evidence
        return None if answer.status is None else asker.get(path)

    try:
        found = wait_until(look, timeout=READY_TIMEOUT)
        return found if isinstance(found, Exchange) else None
    except DeadlineExceeded:
        raise Broken(f"{path} was not answered within {READY_TIMEOUT:g} s") from None


def _failed_live(asker: Asker) -> Exchange | None:
    """A /live with an error; None where it ended, or stays well once Init must have failed."""
    instance = asker.instance
    if first_answer(asker, "/live") is None:
        return None

    def look() -> bool | None:
        status = instance.ask("GET", "/live").status
        failed = status is not None and status >= HTTPStatus.BAD_REQUEST
        return True if failed or instance.exit_code is not None else None

    try:
        wait_until(look, timeout=FAILED_TIMEOUT)
    except DeadlineExceeded:
        return None
    return asker.get("/live") if instance.exit_code is None else None
