"""The questions of Racetrack's health gate: `/live`, `/ready`, and what they have to tell."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from workbench._wait import DeadlineExceeded, wait_until
from workbench.conformance.exchange import Exchange
from workbench.conformance.instance import READY_TIMEOUT, Instance
from workbench.conformance.rules.mounting import BEHIND_PUB
from workbench.conformance.subject import Asker, Subject
from workbench.conformance.vocabulary import Absent, Broken, Level, NotJudged, On, rule
from workbench.errors import exit_words

FIELD = "deployment_timestamp"
TWO_TIMES = (1654779364, 1754779364)
INIT_SECONDS = 0.6
INIT_ERROR = "the model file is broken"


@rule(
    "W10",
    Level.MUST,
    "answers /live with 200",
    source="principle; health gate",
    consequence="the deployment fails at once",
    remedy="serve GET /live at the root; Racetrack does not probe below the prefix",
)
def live_is_200(subject: Subject) -> str:
    """At the root, where Racetrack asks."""
    live = _root(subject).get("/live")
    if not live.ok:
        raise Broken(f"/live answers {live.answered}")
    return live.answered


@rule(
    "W11",
    Level.MUST,
    "answers /live with a JSON object, and calls it application/json",
    source="health gate",
    consequence="the deployment fails at once: `should respond with application/json`",
    remedy="set Content-Type: application/json, also on errors",
)
def live_is_json(subject: Subject) -> str:
    """The content type is looked at before the body."""
    live = _root(subject).get("/live")
    if live.media_type != "application/json":
        raise Broken(f"its content type is {live.media_type or 'not told'}: {live.answered}")
    if not isinstance(live.json, dict):
        raise Broken(f"its body is no JSON object: {live.answered}")
    return live.answered


@rule(
    "W12",
    Level.MUST,
    f"tells a {FIELD} in /live that converts to a whole number",
    source="principle; health gate",
    consequence=f'the deployment fails at once: `should have "{FIELD}" field`',
    remedy="take it from JOB_DEPLOYMENT_TIMESTAMP",
)
def live_has_a_timestamp(subject: Subject) -> str:
    """As the gate converts it: 5, "5" and 5.0 are all the same to it."""
    live = _root(subject).get("/live")
    return f"{FIELD} is {_timestamp(live)}"


@rule(
    "W13",
    Level.MUST,
    f"takes that {FIELD} from JOB_DEPLOYMENT_TIMESTAMP",
    source="principle; health gate",
    consequence="Racetrack takes the new deployment for the old one, and gives up after minutes",
    remedy="read the variable when the wrapper starts; build nothing into the image",
    on=On.OWN,
)
def live_has_its_timestamp(subject: Subject) -> str:
    """Two starts with two values; of an address, the value that the person gave."""
    given = subject.given.timestamp
    if given is not None:
        _is(_known(_root(subject).get("/live")), given)
    try:
        for value in TWO_TIMES:
            with subject.started({"JOB_DEPLOYMENT_TIMESTAMP": str(value)}) as asker:
                _is(_known(asker.get("/live")), value)
    except NotJudged as unknown:
        if given is None:
            raise NotJudged(
                f"{unknown}; or tell which value was given to it, with --timestamp"
            ) from unknown
        return f"it is {given}, as given; a second start is not to be had"
    return f"it was {TWO_TIMES[0]} and {TWO_TIMES[1]}, as given at two starts"


@rule(
    "W14",
    Level.SHOULD,
    f"writes that {FIELD} as a JSON integer",
    source="principle",
    consequence="none in Racetrack, which converts texts; other readers of /live may not",
    remedy="convert the variable's text to a number before it is encoded",
)
def live_has_an_integer(subject: Subject) -> str:
    """The tutorial's words say integer."""
    live = _root(subject).get("/live")
    _known(live)
    value = _field(live)
    if isinstance(value, bool) or not isinstance(value, int):
        raise Broken(f"it is {value!r} in {live.text.strip()}")
    return str(value)


@rule(
    "W15",
    Level.SHOULD,
    "does not take a malformed JOB_DEPLOYMENT_TIMESTAMP for a time",
    source="health gate",
    consequence="Racetrack waits for the right time until its limit, a quarter of an hour",
    remedy="refuse to start, or answer /live with an error status and JSON {error}",
    on=On.OWN,
)
def a_malformed_timestamp_is_told(subject: Subject) -> str:
    """It may end, or say so in /live, or pass the text on; it may not make up a number."""
    with subject.started({"JOB_DEPLOYMENT_TIMESTAMP": "yesterday"}, ready=False) as asker:
        live = _first_answer(asker, "/live")
        if live is None:
            return f"it ended with {exit_words(asker.instance.exit_code or 0)}"
        if not live.ok:
            return f"/live answers {live.answered}"
        try:
            made_up = _timestamp(live)
        except Broken:
            return f"/live passes it on: {live.answered}"
        raise Broken(f"/live answers {made_up} for yesterday")


@rule(
    "W16",
    Level.MUST,
    "answers /ready with exactly 200 once it takes calls",
    source="principle; health gate",
    consequence="204 and all others count as not ready: the deployment fails after its time limit",
    remedy="serve GET /ready at the root, with status 200",
)
def ready_is_200(subject: Subject) -> str:
    """At the root, where Racetrack asks."""
    ready = _root(subject).get("/ready")
    if not ready.ok:
        raise Broken(f"/ready answers {ready.answered}")
    return ready.answered


@rule(
    "W17",
    Level.SHOULD,
    "answers /ready under the prefix as well",
    source="Pub",
    consequence="whoever watches the job through Pub, which lets probes pass, sees it as gone",
    remedy="mount the probes below the prefix, too",
)
def ready_under_the_prefix(subject: Subject) -> str:
    """Pub lets these paths pass without a token."""
    asker = subject.running
    if asker.instance.job_name is None:
        raise NotJudged("nobody told under which name the job runs: give it with --job-name")
    base = asker.instance.root if asker.instance.behind_pub else asker.instance.prefix()
    ready = asker.get("/ready", base=base)
    if not ready.ok:
        raise Broken(f"{ready.path} answers {ready.answered}")
    return ready.answered


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
    env = {"PROBE_INIT_SECONDS": str(INIT_SECONDS)}
    with subject.started(env, probe=True, ready=False) as asker:
        ready = _first_answer(asker, "/ready")
        if ready is None:
            raise Broken(f"it ended with {exit_words(asker.instance.exit_code or 0)}")
        if ready.ok:
            calls = asker.perform({"do": "initialised"})
            if calls.json == 1:
                return "it listens only when the job is initialised"
            raise Broken("/ready answers 200, and nothing has initialised the job")
        asker.instance.wait_ready()
        return f"{ready.answered}, and 200 after that"


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


def _root(subject: Subject) -> Asker:
    asker = subject.running
    if asker.instance.behind_pub:
        raise NotJudged(BEHIND_PUB)
    return asker


def _field(live: Exchange) -> Any:
    body = live.json
    if not isinstance(body, dict) or FIELD not in body:
        raise Broken(f"/live has no {FIELD}: {live.answered}")
    return body[FIELD]


def _timestamp(live: Exchange) -> int:
    """The number that Racetrack makes of it; null counts as 0 there."""
    value = _field(live)
    try:
        return int(value or 0)
    except (TypeError, ValueError, OverflowError):
        raise Broken(f"{FIELD} is {value!r}, which is no number") from None


def _known(live: Exchange) -> int:
    """The number, for a rule that has nothing to say where there is none."""
    try:
        return _timestamp(live)
    except Broken as none:
        raise NotJudged(f"there is none to judge, as W12 tells: {none}") from none


def _is(found: int, wanted: int) -> None:
    if found != wanted:
        raise Broken(f"/live tells {found}, and JOB_DEPLOYMENT_TIMESTAMP was {wanted}")


def _first_answer(asker: Asker, path: str) -> Exchange | None:
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
    """A /live that is not 200; None where it ended, or stays 200 once Init must have failed."""
    live = _first_answer(asker, "/live")
    if live is None:
        return None

    def look() -> Exchange | None:
        if _has_ended(asker.instance):
            return live
        answer = asker.instance.ask("GET", "/live")
        failed = answer.status is not None and answer.status >= HTTPStatus.BAD_REQUEST
        return answer if failed else None

    try:
        found = wait_until(look, timeout=1.0)
    except DeadlineExceeded:
        return None
    return None if _has_ended(asker.instance) else asker.get("/live") if found else None


def _has_ended(instance: Instance) -> bool:
    return instance.exit_code is not None
