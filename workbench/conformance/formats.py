"""A report in the forms that CI systems show: JUnit XML, and Markdown as GitHub reads it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from markupsafe import escape

from workbench.conformance.vocabulary import Finding, Verdict

if TYPE_CHECKING:
    from workbench.conformance.report import Report

EVIDENCE_ROOM = 100_000
"""How many characters of evidence a summary holds; GitHub refuses one of more than 1 MiB."""

# What means something within a line of Markdown. `<` and `&` are told as entities: GitHub lets some
# HTML through.
_MARKS = re.compile(r"([\\`*_\[\]|~$])")


def to_junit(report: Report) -> str:
    """One test suite, with one test case for each rule; its class is the rule's level.

    What is broken is a failure, whatever its level; what is absent or not judged is skipped, and
    says why.
    """
    counts = report.counts
    totals = {
        "tests": str(len(report)),
        "failures": str(counts[Verdict.BROKEN]),
        "errors": "0",
        "skipped": str(counts[Verdict.ABSENT] + counts[Verdict.NOT_JUDGED]),
        "time": f"{report.seconds:.3f}",
    }
    suites = ET.Element("testsuites", {"name": "workbench check", **totals})
    suite = ET.SubElement(suites, "testsuite", {"name": report.target, **totals})
    for one in report:
        suite.append(_case(one))
    ET.indent(suites)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(suites, encoding="unicode")}\n'


def to_markdown(report: Report) -> str:
    """A heading, what is broken and what to do about it, and a table of all rules."""
    verdict = _sign(Verdict.HELD if report.ok else Verdict.BROKEN)
    parts = [
        f"### {verdict}: {markdown_text(report.target)}",
        markdown_text(report.summary),
        *_broken(report.failures),
        markdown_table(
            ("verdict", "rule", "level", "title", "what"),
            ((_sign(one.verdict), *map(markdown_text, _cells(one))) for one in report),
        ),
    ]
    return "\n\n".join(parts) + "\n"


def markdown_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; its cells are Markdown already."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cells(one: Finding) -> tuple[str, str, str, str]:
    return one.rule.id, one.rule.level, one.rule.title, one.what


def _sign(verdict: Verdict) -> str:
    return f"{verdict.sign} {verdict}"


def _case(one: Finding) -> ET.Element:
    rule = one.rule
    case = ET.Element(
        "testcase",
        classname=f"wrapper.{rule.level}",
        name=f"{rule.id} {rule.title}",
        time=f"{one.seconds:.3f}",
    )
    if one.verdict is Verdict.BROKEN:
        failure = ET.SubElement(case, "failure", message=one.what, type=f"{rule.level}")
        failure.text = _told(one)
    elif one.verdict is Verdict.HELD:
        ET.SubElement(case, "system-out").text = one.what
    else:
        ET.SubElement(case, "skipped", message=f"{one.verdict}: {one.what}")
    return case


def _told(one: Finding) -> str:
    evidence = [f"{each.title}\n{each.text}" for each in one.evidence]
    return "\n\n".join(
        [
            one.what,
            f"Consequence: {one.rule.consequence}\nRemedy: {one.rule.remedy}",
            *evidence,
        ]
    )


def _broken(failures: Iterable[Finding]) -> Iterator[str]:
    room = EVIDENCE_ROOM
    for one in failures:
        rule = one.rule
        yield f"**{_sign(one.verdict)} {markdown_text(f'{rule.id} {rule.level}: {rule.title}')}**"
        told = (("Seen", one.what), ("Consequence", rule.consequence), ("Remedy", rule.remedy))
        yield "\n".join(f"- {word}: {markdown_text(text)}" for word, text in told)
        for each in one.evidence:
            room -= len(each.text)
            text = each.text if room > 0 else "left out here, since the summary would get too long"
            yield f"<details><summary>{escape(each.title)}</summary>"
            yield _fenced(text)
            yield "</details>"


def markdown_text(text: str) -> str:
    """A line as Markdown that shows just that line, in a table as well."""
    text = text.replace("\n", " ").replace("&", "&amp;").replace("<", "&lt;")
    return _MARKS.sub(r"\\\1", text)


def _fenced(text: str) -> str:
    """Lines as a block of code, with a fence that they cannot close."""
    longest = max((len(run) for run in re.findall("`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}text\n{text}\n{fence}"
