"""The lab calls a wrapper where it is served, as the rules do; and what an address is spared."""

from __future__ import annotations

import shlex
import sys

from tests.support import ROOT, require
from workbench._private_network import private_networks
from workbench.conformance.faults import FAULTS
from workbench.conformance.faults.lab import faults
from workbench.conformance.faults.vocabulary import NO_LARGE_ANSWER, NOT_HARMED
from workbench.run import run_job
from workbench.settings import shipped

WRAPPER = ROOT / "tests" / "cases" / "wrappers" / "python" / "W06-prefix-alone.py"
DONE = ("F01", "F05", "F07", "F08", "F09", "F10", "F11", "F12", "F13", "F17")


def test_a_wrapper_that_takes_calls_below_the_prefix_alone_is_judged_by_those() -> None:
    require(private_networks() is None, "this system gives no network namespace")
    command = shlex.join([sys.executable, str(WRAPPER)])
    report = faults(start=command, probe=command, only=DONE)
    assert [row for row in report if row.well is not True] == []
    asked = {
        piece.title for row in report for piece in row.evidence if piece.title.startswith("POST")
    }
    assert asked == {"POST /pub/job/checked-job/0.0.1/api/v1/perform"}


def test_without_a_probe_it_is_called_there_as_well() -> None:
    require(private_networks() is None, "this system gives no network namespace")
    command = shlex.join([sys.executable, str(WRAPPER)])
    report = faults(start=command, only=["F07", "F09", "F11"])
    assert [row for row in report if row.well is not True] == []


def test_of_an_address_each_fault_is_done_or_says_why_not() -> None:
    with run_job(shipped("sample-golang-function")) as job:
        report = faults(job.address, input={"numbers": [40, 2]}, expect=42)
    assert {row.fault.id for row in report if row.shown} == {"F07", "F09", "F11"}
    why = {row.fault.id: row.why for row in report if not row.shown}
    large = {"F05", "F08", "F10"}
    assert {why[name] for name in large} == {NO_LARGE_ANSWER}
    assert {why[name] for name in why.keys() - large} == {NOT_HARMED}
    assert [fault.id for fault in FAULTS if fault.harmless] == ["F07", "F09", "F11"]
