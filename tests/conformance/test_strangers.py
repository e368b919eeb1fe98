"""Programs that are no wrappers, or hardly: a report still says what to do first."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import pytest

from tests.support import require
from workbench._private_network import private_networks
from workbench.conformance.check import check
from workbench.conformance.vocabulary import Level, Verdict

LEVELS_OF_A_DEPLOYMENT = {"W02", "W03", "W05", "W10", "W11", "W12", "W16"}
"""The MUST rules that any server of HTTP breaks that has never heard of Racetrack."""


@pytest.fixture(autouse=True)
def _alone() -> None:
    problem = private_networks()
    require(problem is None, f"port 7000 may be in use: {problem}")


def test_a_server_without_probes_is_judged_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    report = check(start=shlex.join([sys.executable, "-m", "http.server", "7000"]))
    musts = {one.rule.id for one in report.failing(Level.MUST)}
    assert musts == LEVELS_OF_A_DEPLOYMENT
    assert report["W01"].verdict is Verdict.HELD
    assert report["W60"].verdict is Verdict.BROKEN  # Python by itself handles no SIGTERM
    assert report["W06"].verdict is Verdict.BROKEN  # 501 for any POST is no perform
    assert report["W45"].verdict is Verdict.HELD  # it goes on, though it never had a /live
    assert report["W10"].what.startswith("/live answers 404 text/html Error response")
    assert "JOB_NAME" in report["W07"].what
    assert "no /live" in report["W15"].what


def test_a_program_that_ends_at_once_is_told_with_its_last_words() -> None:
    program = "import sys; sys.exit('no configuration')"
    report = check(start=shlex.join([sys.executable, "-c", program]))
    assert report["W01"].what == "it ended with exit code 1 before it listened"
    assert any("no configuration" in piece.text for piece in report["W01"].evidence)
    assert "exit code 1" in report["W10"].what
    assert report["W10"].verdict is Verdict.NOT_JUDGED
    assert not report.ok
