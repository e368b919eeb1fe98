"""The matrix, and one rendering, as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from workbench._paper import Paper
from workbench.lint.variants import VARIANTS

if TYPE_CHECKING:
    from workbench.lint import Finding
    from workbench.template_matrix.lab import TemplateLab
    from workbench.template_matrix.rendering import Rendering

_INDENT = "    "
_HEAD = ("variant", "Dockerfile", f"against {VARIANTS[0].name}", "its manifest has")
_LEAST = 26  # columns for the last cell; where there are fewer it gets lines of its own


def lab_text(lab: TemplateLab, paper: Paper) -> str:
    """A line for each variant, each finding once, and a line that sums up."""
    lines = [heading(lab)]
    cells = [("", *_HEAD), *(_cells(lab, row) for row in lab)]
    widths = [max(len(row[column]) for row in cells) for column in range(4)]
    for *first, what in cells:
        head = "  ".join(text.ljust(width) for text, width in zip(first, widths, strict=True))
        if paper.width - len(head) >= _LEAST:
            lines += paper.wrap(what, f"{head}  ", " " * (len(head) + 2))
        else:
            lines += [head.rstrip(), *paper.wrap(what, _INDENT, _INDENT)]
    for finding, variants in by_finding(lab):
        lines += _finding(finding, variants, paper)
    lines.append(f"{'✓' if lab.ok else '✗'} {lab.summary}")
    return "\n".join(lines)


def rendering_text(row: Rendering) -> str:
    """What came of one variant: a line, its findings, and the Dockerfile with numbered lines."""
    paper = Paper()
    lines = paper.wrap(f"{sign(row)} {row.name}: {row.variant.what}; {size_of(row)}", "", _INDENT)
    for finding in row.findings:
        lines += _finding(finding, "", paper)
    if row.dockerfile is not None:
        numbered = enumerate(row.text().removesuffix("\n").split("\n"), start=1)
        lines += [f"{number:3}  {line}".rstrip() for number, line in numbered]
    return "\n".join(lines)


def heading(lab: TemplateLab) -> str:
    """The plugin, and its templates."""
    return f"{lab.plugin}: {', '.join(dict.fromkeys(row.template for row in lab))}"


def sign(row: Rendering) -> str:
    """How it went, in one character."""
    if not row.ok:
        return "✗"
    return "!" if row.findings else "✓"


def size_of(row: Rendering) -> str:
    """How large the Dockerfile is."""
    if row.dockerfile is None:
        return row.outcome
    return f"{_counted(row.lines, 'line')}, {_counted(row.stages, 'stage')}"


def compared(lab: TemplateLab, row: Rendering) -> str:
    """How much differs from the plain variant of the same image."""
    diff = lab.from_plain(row)
    return "" if diff is None else diff.summary


def by_finding(lab: TemplateLab) -> Iterator[tuple[Finding, str]]:
    """Each finding, and the variants that have it, in words."""
    for finding in lab.findings:
        names = [row.name for row in lab if finding in row.findings]
        yield finding, "every variant" if len(names) == len(lab) else ", ".join(names)


def _cells(lab: TemplateLab, row: Rendering) -> tuple[str, str, str, str, str]:
    return sign(row), row.name, size_of(row), compared(lab, row), row.variant.what


def _finding(finding: Finding, variants: str, paper: Paper) -> Iterator[str]:
    text = f"{finding.level} {finding.id} {finding.where}: {finding.what}"
    yield from paper.wrap(text, "", _INDENT)
    if variants:
        yield from paper.wrap(f"In: {variants}", _INDENT, _INDENT * 2)
    yield from paper.wrap(f"Remedy: {finding.remedy}", _INDENT, _INDENT * 2)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
