"""The list of rules: its ids, its texts, and the page that is made of it."""

from __future__ import annotations

import re

from tests.support import ROOT
from workbench.conformance.rules import RULES
from workbench.conformance.rules.page import DOES, rules_page
from workbench.conformance.vocabulary import Level


def test_ids_are_unique_and_in_order() -> None:
    ids = [rule.id for rule in RULES]
    assert ids == sorted(set(ids))
    assert all(re.fullmatch(r"W\d\d", one) for one in ids)


def test_each_says_what_depends_on_it_and_what_to_do() -> None:
    for rule in RULES:
        for text in (rule.title, rule.source, rule.consequence, rule.remedy):
            assert text.strip() == text != ""
            assert not text.endswith(".")
    assert {rule.level for rule in RULES} == set(Level)


def test_the_page_is_the_one_that_the_rules_make() -> None:
    written = (ROOT / "docs" / "rules.md").read_text()
    assert written == rules_page(RULES), "python -m workbench.conformance.rules > docs/rules.md"


def test_the_page_tells_all_that_rules_ask_of_the_function() -> None:
    folder = ROOT / "workbench" / "conformance"
    sources = [folder / "subject.py", folder / "long_call.py", *(folder / "rules").glob("*.py")]
    text = "\n".join(file.read_text() for file in sources)
    asked = set(re.findall(r'"do": "(\w+)"', text)) | {"infinity", "function"}  # asked in a loop
    assert asked == set(DOES)
    variables = set(re.findall(r"PROBE_[A-Z_]+", text))
    assert variables == set(re.findall(r"PROBE_[A-Z_]+", rules_page(RULES)))
