"""The matrix, and one rendering, as HTML for a notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from workbench import _html
from workbench.authoring.highlight import highlight
from workbench.lint.variants import VARIANTS
from workbench.template_matrix.views_text import by_finding, heading, sign

if TYPE_CHECKING:
    from workbench.lint import Finding
    from workbench.template_matrix.lab import TemplateLab
    from workbench.template_matrix.rendering import Rendering

_COLOURS = {"✓": _html.GOOD, "!": _html.WARN, "✗": _html.BAD}
_LEVELS = {"error": _html.BAD, "warning": _html.WARN}


def lab_html(lab: TemplateLab) -> Markup:
    """A line that sums up, a table of the variants, and each finding once."""
    colour = _html.GOOD if lab.ok else _html.BAD
    head = Markup("<div><b>{}</b>: {}</div>").format(heading(lab), _html.badge(lab.summary, colour))
    header = (
        "variant",
        "its manifest has",
        "outcome",
        "lines",
        "stages",
        f"against {VARIANTS[0].name}",
    )
    table = _html.table(header, (_row(lab, row) for row in lab))
    findings = [_finding(finding, variants) for finding, variants in by_finding(lab)]
    return _html.as_it_is(head + table + (_findings(findings) if findings else ""))


def rendering_html(row: Rendering) -> Markup:
    """What came of one variant: a line, its findings, and the Dockerfile in colours."""
    head = Markup("<div><b>{}</b>: {} {}</div>").format(row.name, _outcome(row), row.variant.what)
    findings = [_finding(finding, "") for finding in row.findings]
    shown = "" if row.dockerfile is None else highlight(row.dockerfile, "docker")
    return _html.as_it_is(head + (_findings(findings) if findings else "") + shown)


def _row(lab: TemplateLab, row: Rendering) -> tuple[object, ...]:
    name = Markup('<b style="white-space:nowrap">{}</b>').format(row.name)
    none = row.dockerfile is None
    return (
        name,
        row.variant.what,
        _outcome(row),
        "" if none else str(row.lines),
        "" if none else str(row.stages),
        _compared(lab, row),
    )


def _compared(lab: TemplateLab, row: Rendering) -> Markup:
    diff = lab.from_plain(row)
    if diff is None:
        return Markup("")
    if not diff:
        return _html.muted(diff.summary)
    return _html.details(diff.summary, diff.html())


def _outcome(row: Rendering) -> Markup:
    return Markup('<span style="white-space:nowrap">{}</span>').format(
        _html.badge(f"{sign(row)} {row.outcome}", _COLOURS[sign(row)])
    )


def _findings(rows: list[tuple[object, ...]]) -> Markup:
    in_variants = any(row[-1] for row in rows)
    header = ("", "where", "what", "remedy", "id", "in")
    if in_variants:
        return _html.table(header, rows)
    return _html.table(header[:-1], (row[:-1] for row in rows))


def _finding(finding: Finding, variants: str) -> tuple[object, ...]:
    return (
        _html.badge(finding.level, _LEVELS[finding.level]),
        _html.code(finding.where),
        finding.what,
        finding.remedy,
        finding.id,
        variants,
    )
