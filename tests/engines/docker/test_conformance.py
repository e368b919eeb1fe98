"""The rules and the faults, judged on containers: our wrapper is as good there as anywhere."""

from __future__ import annotations

import pytest

from tests.conformance.test_faults import OURS
from workbench.conformance.check import check
from workbench.conformance.faults import runner
from workbench.conformance.faults.lab import faults
from workbench.conformance.vocabulary import Verdict
from workbench.engines.docker import DockerEngine, cleaning
from workbench.engines.docker.client import Client
from workbench.errors import EngineUnavailable
from workbench.settings import shipped

SAMPLE = shipped("sample-golang-function")


def test_every_rule_holds_in_a_container_and_its_port_is_seen_from_within(
    engine: DockerEngine, client: Client
) -> None:
    problem = engine.isolates()
    assert problem is None, "CI is root on the daemon's own Linux"
    report = check(SAMPLE, engine=engine)
    assert [one for one in report if one.verdict is not Verdict.HELD] == []
    assert report.target.endswith(", by docker")
    assert report["W01"].what == "it listens on [::]:7000", "every address, within the container"
    assert cleaning.containers(client) == []


def test_each_fault_ends_in_a_container_as_it_does_in_a_process(
    engine: DockerEngine, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "LEASH", 120.0)  # a daemon with much else to do is no fault
    report = faults(SAMPLE, engine=engine)
    assert report.ok, report.to_text(width=200, colour=False)
    outcomes = {one.fault.id: (one.outcome, one.exit_code) for one in report}
    assert outcomes == {name: (row["outcome"], row["code"]) for name, row in OURS.items()}
    assert cleaning.containers(client) == []


def test_where_nobody_may_enter_a_container_the_address_is_not_judged(
    engine: DockerEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = EngineUnavailable("no entry", remedy="be root.")
    monkeypatch.setattr(DockerEngine, "isolates", lambda _: refused)
    report = check(SAMPLE, engine=engine)
    assert report["W01"].verdict is Verdict.NOT_JUDGED
    assert "no entry" in report["W01"].what
    assert [one for one in report if one.verdict is Verdict.BROKEN] == []
