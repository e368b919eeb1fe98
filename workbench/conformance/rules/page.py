"""The rules as a page for people, docs/rules.md."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from workbench.conformance.vocabulary import Level, Rule

TITLES = {
    "mounting": "Where it listens, and under which paths it answers",
    "liveness": "The questions of the health gate",
    "starting": "While it starts, and what it says that it is",
    "calls": "Calls of the function",
    "bodies": "Bodies that are wrong, odd, large or slow",
    "methods": "Methods and paths that are wrong",
    "stopping": "How it ends",
    "pages": "A page, and a document that describes the job",
    "metrics": "Metrics",
    "dependencies": "What it imposes on the job",
}
"""The heading of each file of rules."""

_HEAD = """\
# The rules

What `workbench check` judges a wrapper by: {count} rules, {levels}. A MUST decides whether
Racetrack can deploy and reach a job at all. A SHOULD decides how its callers and operators fare. A
MAY need not be there; what is there has to be right, and counts as a SHOULD where it is not.

This page is written by `python -m workbench.conformance.rules`, and a test compares.
"""

DOES = {
    "echo": "return `value`: a number, or a text with any letters",
    "initialised": "return how often the job was initialised: 1",
    "fail": "fail as a function of the language does, with the text `told to fail`",
    "panic": "crash as by a mistake in the program: divide by zero, or panic in Go",
    "sleep": "wait for `value` seconds, then return it",
    "infinity": "return infinity, a number that JSON has no form for",
    "function": "return a function, or another value that JSON has no form for",
}
"""What the function of the probe does, by the word that its input has under `do`."""

_PROBE = """
## A function that does what it is told

Some rules take a function that fails, crashes or waits when it is asked to. For wrappers in Go the
suite brings one (`workbench/conformance/probe`). For others, write a job of a few lines, and give
the command that starts the wrapper around it:

    workbench check --start COMMAND --probe COMMAND

The function's input is an object with the keys `do` and, where it is needed, `value`:

{table}

When it is initialised, it waits for PROBE_INIT_SECONDS, and fails with the text of
PROBE_INIT_ERROR. Both are environment variables, and mostly not set.
`tests/conformance/test_foreign.py` holds such a job in Python.
"""


def rules_page(rules: Sequence[Rule]) -> str:
    """The page, in Markdown.

    Args:
        rules: The rules in the order of the report, those of one file together.
    """
    counts = {level: sum(rule.level is level for rule in rules) for level in Level}
    levels = ", ".join(f"{count} {level}" for level, count in counts.items())
    parts = [_HEAD.format(count=len(rules), levels=levels)]
    for name, group in groupby(rules, key=lambda rule: rule.judge.__module__.rpartition(".")[2]):
        parts += [f"\n## {TITLES[name]}\n\n", "\n".join(_entry(rule) for rule in group)]
    rows = [f"| `{word}` | {what} |" for word, what in DOES.items()]
    table = "\n".join(["| `do` | what the function does |", "|---|---|", *rows])
    return "".join([*parts, _PROBE.format(table=table)])


def _entry(rule: Rule) -> str:
    return (
        f"**{rule.id}** {rule.level}: it {rule.title}.\n"
        f"Judged on {rule.on}. From: {rule.source}.\n"
        f"Where it is broken: {rule.consequence}.\n"
        f"What to do: {rule.remedy}.\n"
    )
