"""The matrix, and one rendering, as HTML for a notebook."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from markupsafe import Markup

from workbench import _html
from workbench.authoring.highlight import highlight
from workbench.lint.variants import VARIANTS
from workbench.template_matrix.views_text import by_finding, heading, sign

if TYPE_CHECKING:
    from workbench.lint import Finding
    from workbench.template_matrix.diff import DockerfileDiff
    from workbench.template_matrix.lab import TemplateLab
    from workbench.template_matrix.rendering import Rendering

_COLOURS = {"✓": _html.GOOD, "!": _html.WARN, "✗": _html.BAD}
_LEVELS = {"error": _html.BAD, "warning": _html.WARN}


def lab_html(lab: TemplateLab) -> Markup:
    """A line that sums up, a table of the variants, each finding once, and the diffs, folded."""
    colour = _html.GOOD if lab.ok else _html.BAD
    head = Markup("<div><b>{}</b>: {}</div>").format(heading(lab), _html.badge(lab.summary, colour))
    against = f"against {VARIANTS[0].name}"
    header = ("variant", "its manifest has", "outcome", "lines", "stages", against)
    table = _html.table(header, (_row(lab, row) for row in lab))
    return _html.as_it_is(head + table + _findings(by_finding(lab)) + _html.join(_diffs(lab)))


def rendering_html(row: Rendering) -> Markup:
    """What came of one variant: a line, its findings, and the Dockerfile in colours."""
    head = Markup("<div><b>{}</b>: {} {}</div>").format(row.name, _outcome(row), row.variant.what)
    findings = _findings((finding, "") for finding in row.findings)
    shown = "" if row.dockerfile is None else highlight(row.dockerfile, "docker")
    return _html.as_it_is(head + findings + shown)


def _row(lab: TemplateLab, row: Rendering) -> tuple[object, ...]:
    none = row.dockerfile is None
    diff = lab.from_plain(row)
    return (
        _unbroken(Markup("<b>{}</b>").format(row.name)),
        row.variant.what,
        _outcome(row),
        "" if none else str(row.lines),
        "" if none else str(row.stages),
        "" if diff is None else _unbroken(diff.summary if diff else _html.muted(diff.summary)),
    )


def _diffs(lab: TemplateLab) -> Iterator[Markup]:
    """Each diff from a plain variant once, below the names of all that have it."""
    names: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    found: dict[tuple[str, tuple[str, ...]], DockerfileDiff] = {}
    for row in lab:
        diff = lab.from_plain(row)
        if diff:
            key = (diff.before, diff.lines[2:])
            names.setdefault(key, []).append(row.name)
            found.setdefault(key, diff)
    for key, diff in found.items():
        head = f"{diff.before} → {', '.join(names[key])}: {diff.summary}"
        yield _html.details(head, diff.html())


def _outcome(row: Rendering) -> Markup:
    return _unbroken(_html.badge(f"{sign(row)} {row.outcome}", _COLOURS[sign(row)]))


def _unbroken(text: str) -> Markup:
    return Markup('<span style="white-space:nowrap">{}</span>').format(text)


def _findings(found: Iterable[tuple[Finding, str]]) -> Markup:
    """A table of findings, each with the variants that have it; empty where there are none."""
    rows = [_finding(finding, variants) for finding, variants in found]
    return _html.table(("finding", "where", "what"), rows) if rows else Markup("")


def _finding(finding: Finding, variants: str) -> tuple[object, ...]:
    level = _html.badge(f"{finding.level} {finding.id}", _LEVELS[finding.level])
    told = [("Remedy", finding.remedy), *([("In", variants)] if variants else [])]
    what = Markup("<div>{}</div>{}").format(
        finding.what, _html.join(Markup("<div><b>{}:</b> {}</div>").format(*one) for one in told)
    )
    # JupyterLab lets code break at a dash, whatever holds it.
    where = Markup('<code style="white-space:nowrap">{}</code>').format(finding.where)
    return _unbroken(level), where, what
