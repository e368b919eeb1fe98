"""The fault lab, done to real wrappers: our own, and the published one where it differs."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.support import ROOT, require
from workbench import _children
from workbench._private_network import private_networks
from workbench.conformance.faults import FAULTS
from workbench.conformance.faults.compare import Differs, side_by_side
from workbench.conformance.faults.lab import faults
from workbench.conformance.faults.report import FaultReport
from workbench.conformance.faults.vocabulary import Outcome
from workbench.errors import UsageError

SAMPLE = ROOT / "sample-golang-function"
PUBLISHED = ROOT / "tests" / "cases" / "published"

LIVE = r"200 .*live"
READY = r"200 .*ready"
WORKS = r"200 42"
GONE = r"nobody to ask"


def expected(
    outcome: Outcome,
    caller: str,
    *,
    live: str = LIVE,
    ready: str = READY,
    next_call: str = WORKS,
    log: str = "",
    code: int | None = None,
    healthy: str = "all the time",
) -> dict[str, object]:
    return {
        "outcome": outcome, "caller": caller, "live": live, "ready": ready,
        "next_call": next_call, "log": log, "code": code, "healthy": healthy,
    }  # fmt: skip


def ended(caller: str, code: int, log: str = "", **seen: str) -> dict[str, object]:
    gone = {"live": GONE, "ready": GONE, "next_call": GONE, "healthy": "after a new start"}
    return expected(Outcome.ENDED, caller, code=code, log=log, **{**gone, **seen})


ANSWERED, SURVIVED = Outcome.ANSWERED, Outcome.SURVIVED
NEVER = r"nobody: it never listened"
CLOSED = r"the connection (was closed|broke)"
FAILED = r"503 the job's Init failed: told to fail to start"

OURS = {
    "F01": expected(ANSWERED, r"500 the job's Perform panicked: told to panic", log="Perform pani"),
    "F02": ended(CLOSED, 2, "panic: told to panic in a goroutine"),
    "F03": ended(CLOSED, 7),
    "F04": expected(SURVIVED, r"no answer within 1\.5 s"),
    "F05": expected(ANSWERED, r"200, 20 MiB", log="status=200"),
    "F06": expected(ANSWERED, r"413 the body is larger than", log="status=413"),
    "F07": expected(SURVIVED, r"it left after half", log="status=400"),
    "F08": expected(SURVIVED, r"it left after \d+ bytes of 16 MiB"),
    "F09": expected(ANSWERED, WORKS, log="status=200"),
    "F10": expected(ANSWERED, r"16 MiB of 16 MiB", log="status=200"),
    "F11": expected(ANSWERED, r"500 of 500 answered 200$", log="status=200"),
    "F12": ended(
        r"3 of 3 answered 200$", 0, "msg=Stopping signal=terminated",
        live=LIVE, ready="503 the job is stopping", next_call="503 the job is stopping",
    ),
    "F13": ended(CLOSED, -9),
    "F14": expected(ANSWERED, WORKS, log="nothing arrives"),
    "F15": expected(ANSWERED, r"200 42; /live tells 253402300799", live="253402300799"),
    "F16": expected(ANSWERED, r"200 42; /live tells 1$"),
    "F17": expected(
        ANSWERED, r"503 the job is starting", ready="503 the job is starting",
        healthy=r"after \d\.\d\d s",
    ),
    "F18": expected(
        ANSWERED, FAILED, live=r"500 .*told to fail to start", ready=FAILED, next_call=FAILED,
        log="told to fail to start", healthy="never",
    ),
    "F19": ended(
        NEVER, 1, "7000.*address already in use", live=NEVER, ready=NEVER, next_call=NEVER,
    ),
}  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def _networks() -> None:
    require(private_networks() is None, "this system gives no network namespace")


@pytest.fixture(scope="module")
def ours() -> Iterator[FaultReport]:
    yield faults(SAMPLE, label="ours")
    assert not list(_children.records())


@pytest.fixture(scope="module")
def published() -> FaultReport:
    return faults(SAMPLE, plugin=PUBLISHED, label="the published one")


def test_ids_are_unique_and_in_order_and_each_says_what_a_careful_wrapper_does() -> None:
    ids = [fault.id for fault in FAULTS]
    assert ids == sorted(set(ids)) == list(OURS)
    assert all(re.fullmatch(r"F\d\d", one) for one in ids)
    for fault in FAULTS:
        for text in (fault.title, fault.careful):
            assert text.strip() == text != ""
            assert not text.endswith(".")


@pytest.mark.parametrize("fault_id", OURS)
def test_our_wrapper_bears_each_fault_as_well_as_it_can(ours: FaultReport, fault_id: str) -> None:
    row, wanted = ours[fault_id], OURS[fault_id]
    assert (row.outcome, row.exit_code) == (wanted["outcome"], wanted["code"]), row
    for name in ("caller", "live", "ready", "next_call", "log", "healthy"):
        assert re.search(str(wanted[name]), getattr(row, name)), (name, getattr(row, name))
    assert row.well is True
    assert row.why == ""
    assert row.evidence


def test_the_report_says_that_nothing_is_left_to_do(ours: FaultReport) -> None:
    assert ours.ok
    assert ours.summary.startswith("19 of 19 as a careful wrapper; ")
    ours.raise_for_failures()


@pytest.mark.parametrize(
    ("fault_id", "caller", "word"),
    [
        ("F01", CLOSED, "✗ survived"),
        ("F06", "200 104857600", "✗ answered"),
        ("F12", "0 of 3 answered 200", "✗ ended, signal 15"),
        ("F17", "", "? not shown"),
        ("F18", "", "? not shown"),
    ],
)
def test_the_published_wrapper_differs_here(
    ours: FaultReport, published: FaultReport, fault_id: str, caller: str, word: str
) -> None:
    row = published[fault_id]
    assert re.search(caller, row.caller)
    assert f"{row.sign} {row.word}" == word
    wanted = Differs.WORSE if row.shown else Differs.OTHERWISE
    assert side_by_side(ours, published)[fault_id].differs is wanted


def test_the_published_wrapper_differs_nowhere_else(
    ours: FaultReport, published: FaultReport
) -> None:
    diff = side_by_side(ours, published)
    assert [pair.fault.id for pair in diff.of(Differs.WORSE)] == ["F01", "F06", "F12"]
    # Go tells a failed program by 2 where it panics, and ours ends by itself.
    otherwise = [pair.fault.id for pair in diff.of(Differs.OTHERWISE)]
    assert otherwise == ["F17", "F18", "F19"]
    assert not diff.ok
    assert side_by_side(published, ours).ok


def test_a_fault_that_is_not_there_is_told() -> None:
    with pytest.raises(UsageError, match="There is no fault F99") as caught:
        faults(SAMPLE, only=["F99"])
    assert caught.value.remedy == "one of F01 to F19."
