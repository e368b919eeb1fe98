"""Wrappers in another language than ours: those that are broken, and those that are merely odd.

Each is a program in `tests/cases/wrappers/python` that tells at its top which rules it breaks.
"""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.support import ROOT, require
from workbench._private_network import private_networks
from workbench.conformance.check import check
from workbench.conformance.report import Report

CASES = sorted((ROOT / "tests" / "cases" / "wrappers" / "python").glob("*.py"))
SIDE_BY_SIDE = 4
"""Cases that are judged at the same time: each is quiet for most of its seconds."""


def told(path: Path, word: str) -> str:
    found = re.search(rf"^{word}: (.+)$", path.read_text(), re.MULTILINE)
    return found[1] if found else ""


def judged(path: Path) -> Report:
    command = shlex.join([sys.executable, str(path)])
    return check(start=command, probe=command)


@pytest.fixture(scope="module")
def reports() -> Iterator[dict[Path, Future[Report]]]:
    require(private_networks() is None, "this system gives no network namespace")
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        yield {path: pool.submit(judged, path) for path in CASES}
        pool.shutdown(cancel_futures=True)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_it_breaks_what_it_says_and_nothing_else(
    path: Path, reports: dict[Path, Future[Report]]
) -> None:
    report = reports[path].result()
    wanted = told(path, "Breaks").replace("nothing", "").split()
    seen = "\n".join(f"{one.rule.id}: {one.what}" for one in report.failures)
    assert [one.rule.id for one in report.failures] == wanted, seen
    assert not [one.what for one in report if "the rule itself failed" in one.what]


def test_a_case_is_named_after_what_it_breaks_and_says_why_that_is_more_than_one() -> None:
    for path in CASES:
        wanted = told(path, "Breaks").split()
        assert bool(told(path, "Because")) == (len(wanted) > 1), path.name
        if wanted != ["nothing"]:
            assert path.stem.partition("-")[0] in wanted, path.name
