"""What nobody has to offer: metrics, as Prometheus reads and Racetrack's dashboards query them."""

from __future__ import annotations

import re
import sys
import time
from http import HTTPStatus

from workbench._wait import DeadlineExceeded, wait_until
from workbench.conformance.extra import metric_samples
from workbench.conformance.long_call import long_call
from workbench.conformance.reading import coding_of
from workbench.conformance.rules.mounting import BEHIND_PUB
from workbench.conformance.subject import Asker, Subject
from workbench.conformance.vocabulary import Absent, Broken, Level, NotJudged, rule

STARTED = "requests_started_total"
DONE = "requests_done_total"
OF_ENDPOINT = "endpoint_requests_started_total"
ERRORS = "request_internal_errors_total"
COUNT = "request_duration_count"
LAST_CALL = "last_call_timestamp"

PLAIN = (STARTED, DONE, LAST_CALL)
BY_ENDPOINT = (
    OF_ENDPOINT,
    ERRORS,
    "request_duration_bucket",
    "request_duration_sum",
    COUNT,
)
INFINITE = r'^request_duration_bucket\{[^}]*\ble="\+Inf"'
"""The bucket that Prometheus needs for any quantile."""

PROCESS = (
    "process_start_time_seconds",
    "process_resident_memory_bytes",
    "process_open_fds",
    "process_cpu_seconds_total",
)
LONG_CALLS = (0.3, 1.5)
"""Seconds of the call within which the counters are looked at; again for a busy machine."""

COUNTED = 1.0
"""Seconds in which what has been answered has to be counted."""


Samples = dict[tuple[str, str], float]
"""Value by name and by the label `endpoint`, which is empty where there is none."""


@rule(
    "W80",
    Level.MAY,
    "offers metrics that Prometheus can read",
    source="principle; dashboards",
    consequence="Racetrack marks the job as in error for any answer but 200 and 404",
    remedy="write Prometheus' text format; answer 404 where there are no metrics",
)
def metrics_can_be_read(subject: Subject) -> str:
    """Read by Prometheus' own parser for Python."""
    page, _ = _scrape(subject.running)
    return f"{len(page)} samples"


@rule(
    "W81",
    Level.MAY,
    "names its metrics as Racetrack's dashboards query them",
    source="dashboards",
    consequence="the dashboards of the job stay empty",
    remedy="name and label them as Racetrack's wrapper for Python does, _total included",
)
def metrics_have_their_names(subject: Subject) -> str:
    """In the text as it is: parsers add `_total` by themselves. Labels show after a call."""
    try:
        asker = _after_calls(subject)
        labelled = True
    except NotJudged:
        asker, labelled = subject.running, False
    _, text = _readable(asker)
    missing = [name for name in PLAIN if not re.search(rf"^{name}[ {{]", text, re.MULTILINE)]
    for name in BY_ENDPOINT:
        wanted = rf'^{name}\{{[^}}]*endpoint="'
        declared = re.sub(r"_(bucket|sum|count)$", "", name)
        if not re.search(wanted if labelled else rf"^# TYPE {declared} ", text, re.MULTILINE):
            missing.append(f"{name}{{endpoint}}" if labelled else name)
    if missing:
        raise Broken(f"it has no {', '.join(missing)}")
    if labelled and not re.search(INFINITE, text, re.MULTILINE):
        raise Broken('request_duration_bucket has no le="+Inf": no quantile comes out of it')
    if not labelled:
        return "the names; the labels show after calls, and none was given (--input, --fault-input)"
    return ", ".join((*PLAIN, *BY_ENDPOINT))


@rule(
    "W82",
    Level.MAY,
    "counts each call once, when it starts and when it is done, failed ones too",
    source="dashboards",
    consequence="the dashboards show calls that were none, and hide errors",
    remedy="count when a call begins, and again when it has ended, however it ended",
    alone=True,
)
def metrics_move(subject: Subject) -> str:
    """Two good calls, one that fails, and one that is looked at while it runs."""
    good, bad = subject.good_call(), subject.failing_call()
    if good.asker.instance is not bad.asker.instance:
        raise NotJudged("a good call and one that fails have to be known: --input, --fault-input")
    asker = good.asker
    before, _ = _readable(asker)
    for call in (good, good, bad):
        asker.perform(call.body)
    after = _settled(asker, before, {STARTED: 3, DONE: 3, OF_ENDPOINT: 3, ERRORS: 1, COUNT: 3})
    if after[LAST_CALL, ""] < time.time() - 60:
        raise Broken(f"{LAST_CALL} is {after[LAST_CALL, '']}, not the time of the last call")
    try:
        probe = subject.probe
    except NotJudged:
        return "by exactly the calls that were made"
    for seconds in LONG_CALLS:
        wrong = _look_within_a_call(probe, seconds)
        if not wrong:
            break
    else:
        raise Broken(wrong)
    return "by exactly the calls that were made, also while one runs"


@rule(
    "W83",
    Level.MAY,
    "tells about its process",
    source="dashboards",
    consequence="memory, files and CPU of the job stay empty on the dashboards",
    remedy="offer Prometheus' standard process metrics",
)
def metrics_of_the_process(subject: Subject) -> str:
    """The four that the dashboards query; some systems do not tell them."""
    asker = subject.running
    page, _ = _readable(asker)
    found = [name for name in PROCESS if (name, "") in page]
    if found and len(found) < len(PROCESS):
        missing = ", ".join(name for name in PROCESS if name not in found)
        if sys.platform != "linux" or asker.instance.container is None:
            raise NotJudged(f"not every system tells {missing}")
        raise Broken(f"it has no {missing}")
    if not found:
        raise Absent("it tells nothing of its process")
    return ", ".join(found)


def _scrape(asker: Asker) -> tuple[Samples, str]:
    answer = asker.get("/metrics")
    if answer.status == HTTPStatus.NOT_FOUND:
        raise Absent("there is no /metrics")
    if asker.instance.behind_pub and not answer.ok:
        raise NotJudged(BEHIND_PUB)  # Racetrack reads them at the root
    if not answer.ok:
        raise Broken(f"/metrics answers {answer.answered}")
    if answer.media_type not in ("text/plain", "application/openmetrics-text"):
        raise Broken(f"its content type is {answer.media_type or 'not told'}")
    coding = coding_of(answer.headers)
    if coding:
        raise Broken(f"its Content-Encoding is {coding}, and nobody asked for that")
    samples, problem = metric_samples(answer.text)
    if problem:
        raise Broken(f"Prometheus' parser refuses it: {problem}")
    if not samples:
        raise Broken("the page holds no metrics")
    return samples, answer.text


def _readable(asker: Asker) -> tuple[Samples, str]:
    """The page, for rules that have nothing to say where it cannot be read."""
    try:
        return _scrape(asker)
    except Broken as unreadable:
        raise NotJudged(f"it cannot be read, as W80 tells: {unreadable}") from unreadable


def _after_calls(subject: Subject) -> Asker:
    """Whoever was called, once well and once not."""
    good, bad = subject.good_call(), subject.failing_call()
    for call in (good, bad):
        call.asker.perform(call.body)
    return good.asker


def _settled(asker: Asker, before: Samples, wanted: dict[str, int]) -> Samples:
    """The samples, once they have grown as wanted; some wrappers count after they have answered."""
    after: Samples = {}

    def look() -> Samples | None:
        nonlocal after
        after, _ = _readable(asker)
        return None if _wrong(before, after, wanted) else after

    try:
        return wait_until(look, timeout=COUNTED)
    except DeadlineExceeded:
        raise Broken(_wrong(before, after, wanted)) from None


def _wrong(before: Samples, after: Samples, wanted: dict[str, int]) -> str:
    """What did not grow as it should have; empty where all did."""
    known = {name for name, _ in after}
    unnamed = [name for name in (*wanted, LAST_CALL) if name not in known]
    if unnamed:
        raise NotJudged(f"there is no {', '.join(unnamed)}, as W81 tells")
    for name, calls in wanted.items():
        grown = _sum(after, name) - _sum(before, name)
        if grown != calls:
            return f"{name} grew by {grown:g}, and there were {calls} such calls"
    return ""


def _sum(samples: Samples, name: str) -> float:
    """Over endpoints: what counts other endpoints did not move meanwhile."""
    return sum(value for (found, _), value in samples.items() if found == name)


def _look_within_a_call(asker: Asker, seconds: float) -> str:
    """What the counters say wrongly while a call runs; empty where they are right."""
    before, _ = _scrape(asker)
    with long_call(asker, seconds) as call:
        within, _ = _scrape(asker)
        late = not call.runs
    started = _sum(within, STARTED) - _sum(before, STARTED)
    done = _sum(within, DONE) - _sum(before, DONE)
    if late:
        return "the metrics were not answered within a call"
    right = (started, done) == (1, 0)
    return "" if right else f"while a call runs, {started:g} have started and {done:g} are done"
