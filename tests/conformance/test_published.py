"""The re-created published wrapper breaks the rules that it is known to break, and no others.

Each is held against the list of the published code's defects; `tests/cases/published/README.md`
tells the same of it in words.
"""

from __future__ import annotations

import pytest

from tests.support import ROOT
from workbench.conformance.check import check
from workbench.conformance.report import Report
from workbench.conformance.rules import RULES
from workbench.conformance.vocabulary import Verdict
from workbench.settings import shipped

BROKEN = {
    "W07": "without JOB_NAME its prefix matches nothing, and it says nothing",
    "W15": "a malformed time counts as 0",
    "W18": "/ready is always ready",
    "W19": "/live never tells a failure",
    "W31": "errors are plain text",
    "W32": "an infinite sum is a 200 with nothing in it",
    "W33": "a panic closes the connection without an answer",
    "W40": "errors are plain text",
    "W41": "errors are plain text",
    "W42": "errors are plain text, and null becomes a nil map",
    "W43": "what follows after the JSON is ignored",
    "W44": "bytes that are not UTF-8 reach the function",
    "W46": "nothing limits the size of a body",
    "W50": "any method is taken",
    "W51": "gorilla/mux redirects a path with two slashes",
    "W52": "errors are plain text",
    "W61": "there is no orderly end: SIGTERM cuts off running calls",
    "W90": "it requires three modules, and more through them",
}
ABSENT = {
    "W35": "it knows nothing of tracing",
    "W70": "its page is read from the working directory, where it is not",
    "W71": "likewise its OpenAPI document",
    "W72": "so there is no example",
    "W80": "there is no /metrics",
    "W81": "there is no /metrics",
    "W82": "there is no /metrics",
    "W83": "there is no /metrics",
}


@pytest.fixture(scope="module")
def report() -> Report:
    return check(shipped("sample-golang-function"), plugin=ROOT / "tests" / "cases" / "published")


@pytest.mark.parametrize("name", [rule.id for rule in RULES])
def test_each_verdict(report: Report, name: str) -> None:
    wanted = Verdict.HELD
    if name in BROKEN:
        wanted = Verdict.BROKEN
    elif name in ABSENT:
        wanted = Verdict.ABSENT
    assert report[name].verdict is wanted, report[name].what


def test_ours_beside_it_holds_all() -> None:
    ours = check(shipped("sample-golang-function"))
    assert [one for one in ours if one.verdict is not Verdict.HELD] == []
