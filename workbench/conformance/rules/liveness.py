"""The questions of Racetrack's health gate: `/live`, `/ready`, and what they have to tell."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from workbench.conformance.exchange import Exchange
from workbench.conformance.rules.mounting import BEHIND_PUB, name_of
from workbench.conformance.rules.starting import first_answer
from workbench.conformance.subject import Asker, Subject
from workbench.conformance.vocabulary import Broken, Level, NeverReady, NotJudged, On, rule
from workbench.errors import exit_words

FIELD = "deployment_timestamp"
INTERNAL_HOST = "job-internal-name:7000"
"""A name such as Racetrack has for a job in its own network, which no wrapper knows before."""

TIMES = 10
"""How often a probe is asked: a state that comes and goes has to show."""

TWO_TIMES = (1654779364, 1754779364)


@rule(
    "W10",
    Level.MUST,
    "answers /live with 200",
    source="principle; health gate",
    consequence="the deployment fails at once",
    remedy="serve GET /live at the root; Racetrack does not probe below the prefix",
)
def live_is_200(subject: Subject) -> str:
    """At the root, where Racetrack asks: each minute, and by the name that it has for the job."""
    asker = _root(subject)
    live = _each_time(asker, "/live")
    if asker.instance.container is not None:  # others may stand behind what looks at that name
        named = asker.ask("GET", "/live", headers={"Host": INTERNAL_HOST})
        if not named.ok:
            raise Broken(f"asked as {INTERNAL_HOST}, as Racetrack asks, it gets {named.answered}")
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
    if not live.is_json:
        told = live.headers.get("content-type") or "not told"
        raise Broken(f"its content type is {told}: {live.answered}")
    if not isinstance(live.json, dict):
        why = f" ({live.json_problem})" if live.json_problem else ""
        raise Broken(f"its body is no JSON object{why}: {live.answered}")
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
                f"{str(unknown).rstrip('.')}; or tell which value was given to it, with --timestamp"
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
    subject.has_to_start()
    with subject.started({"JOB_DEPLOYMENT_TIMESTAMP": "yesterday"}, ready=False) as asker:
        live = first_answer(asker, "/live")
        if live is None:
            return f"it ended with {exit_words(asker.instance.exit_code or 0)}"
        if live.status == HTTPStatus.NOT_FOUND:
            raise NotJudged("there is no /live that could tell")
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
    """At the root, where Racetrack asks, and each time that it does."""
    try:
        return _each_time(_root(subject), "/ready").answered
    except NeverReady as never:
        subject.note("last lines of its log", "\n".join(never.log) or "it wrote nothing")
        raise Broken(str(never)) from never


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
    name_of(asker)
    base = asker.instance.root if asker.instance.behind_pub else asker.instance.prefix()
    for _ in range(TIMES):  # that it stays ready is for W16 to tell
        ready = asker.get("/ready", base=base)
        if ready.ok:
            return ready.answered
    raise Broken(f"{ready.path} answers {ready.answered}")


def _root(subject: Subject) -> Asker:
    asker = subject.running
    if asker.instance.behind_pub:
        raise NotJudged(BEHIND_PUB)
    return asker


def _each_time(asker: Asker, path: str) -> Exchange:
    """The answer to a probe, which has to be 200 as often as it is asked."""
    answer = asker.get(path)
    if not answer.ok:
        raise Broken(f"{path} answers {answer.answered}")
    for _ in range(TIMES - 1):
        again = asker.get(path)
        if not again.ok:
            raise Broken(f"{path} answered 200, and a moment later {again.answered}")
    return answer


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
