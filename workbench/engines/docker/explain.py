"""What a build did and why: which line was built anew, what it cost, and what the image holds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from docker.errors import ImageNotFound
from markupsafe import Markup

from workbench import _html
from workbench._bars import Bar, bars
from workbench.dockerfile import parse_dockerfile
from workbench.engines.base import Image
from workbench.engines.build_step import Build, BuildStep
from workbench.engines.docker.answering import told_if_gone
from workbench.engines.docker.client import connect
from workbench.engines.docker.context import covers
from workbench.errors import UsageError

_SHELL = re.compile(r"^(RUN )?(?:\|\d+ .*?)?/bin/sh -c (?:#\(nop\) +)?")
_MOST_SHOWN = 100


@dataclass(frozen=True)
class Layer:
    """A layer of an image.

    Attributes:
        made_by: The instruction that made it.
        size: Bytes that it adds.
    """

    made_by: str
    size: int


@dataclass(frozen=True)
class Row:
    """A step of a build, and why it was built.

    Attributes:
        build: The build that it belongs to.
        step: The step.
        why: What made it necessary; empty for a step that was cached.
    """

    build: Build
    step: BuildStep
    why: str


@dataclass(frozen=True, repr=False)
class Explanation:
    """How an image came about, and what it holds.

    Attributes:
        image: The image.
        rows: The steps of its builds, by line.
        layers: Its layers with what they add, the first one at the bottom.
        size: Bytes of the whole image.
        beside: Other images to compare it with, by a name for each.
    """

    image: Image
    rows: tuple[Row, ...]
    layers: tuple[Layer, ...]
    size: int
    beside: tuple[tuple[str, Image, int], ...] = ()

    @property
    def rebuilt(self) -> tuple[Row, ...]:
        """The steps that were not cached."""
        return tuple(row for row in self.rows if not row.step.cached)

    @property
    def stand_in(self) -> str:
        """A remark where the toolchain image is not the real one; else empty."""
        made_of = self.image.stand_in
        return f"The toolchain image is a stand-in, made of {made_of}" if made_of else ""

    def __str__(self) -> str:
        lines = [self.stand_in] if self.stand_in else []
        for build in self.image.builds:
            lines.append(f"{_headline(build)}")
            lines += [f"  {_text(row)}" for row in self.rows if row.build is build]
        lines.append(f"{self.image.reference}: {_mb(self.size)} in {len(self.layers)} layers")
        lines += [f"  {_mb(layer.size):>9}  {_cut(layer.made_by)}" for layer in self.layers]
        lines += [f"beside it, {name}: {_mb(size)}" for name, _, size in self.beside]
        return "\n".join(lines)

    def __repr__(self) -> str:
        return (
            f"<Explanation of {self.image.reference}: {len(self.rebuilt)} of {len(self.rows)} "
            f"steps built, {_mb(self.size)}>"
        )

    def _repr_html_(self) -> str:
        parts = []
        if self.stand_in:
            parts.append(Markup("<p>{}.</p>").format(_html.badge(self.stand_in, _html.WARN)))
        for build in self.image.builds:
            parts.append(Markup("<p><b>{}</b></p>").format(_headline(build)))
            rows = [_cells(row) for row in self.rows if row.build is build]
            if rows:
                parts.append(_html.table(("line", "instruction", "", "took", "why"), rows))
        layers = (
            (_unbroken(_mb(layer.size)), _html.code(_cut(layer.made_by))) for layer in self.layers
        )
        total = f"The image: {_mb(self.size)} in {len(self.layers)} layers"
        parts.append(
            _html.details(total, _html.table(("adds", "made by"), layers), shown=not self.rows)
        )
        if self.beside:
            parts.append(self._picture())
        return _html.as_it_is(_html.join(parts))

    def _picture(self) -> Markup:
        ours = f"{self.image.manifest.name}, this one"
        images = [(ours, self.image, self.size), *self.beside]
        sizes = [
            Bar(name, size, _mb(size), ours=image is self.image) for name, image, size in images
        ]
        times = [
            Bar(name, _job_seconds(image), f"{_job_seconds(image):.2f} s", ours=image is self.image)
            for name, image, _ in images
        ]
        return bars("Size of the image", sizes) + bars("Time of the last build of the job", times)


def explain(image: Image, **beside: Image) -> Explanation:
    """Say which line of the Dockerfiles was built anew and why, and what the image holds.

    Args:
        image: What `run_job(...).image` or an engine's `build` gave.
        beside: Other images to draw beside it, each by a name, such as `published=...`.

    Returns:
        The steps with their causes, the layers with their sizes; as a table in a notebook.

    Raises:
        UsageError: An image has no layers, or is not there any more.
        EngineUnavailable: No Docker daemon answers.
    """
    layers = _layers(image)
    others = tuple(
        (name.replace("_", " "), other, _size(_layers(other))) for name, other in beside.items()
    )
    rows = tuple(row for build in image.builds for row in _rows(build))
    return Explanation(image, rows, layers, _size(layers), others)


def _layers(image: Image) -> tuple[Layer, ...]:
    if image.engine != "docker":
        raise UsageError(
            f"What the {image.engine} engine built has no layers.",
            remedy="build the job with `engine='docker'`.",
        )
    with told_if_gone(f"The layers of {image.reference} were not read"):
        try:
            told = connect().api.images.get(image.id).history()
        except ImageNotFound:
            raise UsageError(
                f"The image {image.reference} is not there any more.", remedy="build it again."
            ) from None
    return tuple(Layer(_made_by(one["CreatedBy"]), int(one["Size"])) for one in reversed(told))


def _made_by(told: str) -> str:
    """The instruction, without the builder's own words around it."""
    text = " ".join(told.removesuffix("# buildkit").split())
    return _SHELL.sub(r"\1", text) or "what it begins with"


def _cut(text: str) -> str:
    return text if len(text) <= _MOST_SHOWN else f"{text[: _MOST_SHOWN - 1]}\N{HORIZONTAL ELLIPSIS}"


def _size(layers: tuple[Layer, ...]) -> int:
    return sum(layer.size for layer in layers)


def _rows(build: Build) -> Iterator[Row]:
    copied = {
        one.line: [word.strip("\"'") for word in one.words[:-1]]
        for one in parse_dockerfile(build.dockerfile)
        if one.keyword in ("COPY", "ADD") and one.flag("from") is None
    }
    before: dict[str, BuildStep] = {}
    for step in sorted(build.steps, key=lambda step: step.line):
        why = "" if step.cached else _why(build, step, copied, before.get(step.stage))
        if not step.cached:
            before.setdefault(step.stage, step)
        yield Row(build, step, why)


def _why(
    build: Build, step: BuildStep, copied: dict[int, list[str]], cause: BuildStep | None
) -> str:
    if cause is not None:
        return f"comes after line {cause.line}"
    if build.first:
        return "first build"
    if step.line in copied:
        sources = copied[step.line]
        files = [name for name in build.changed if any(covers(one, name) for one in sources)]
        if files:
            return f"{_some(files)} changed"
    if step.text.startswith("COPY --from="):
        return "what it copies was built anew"
    if build.changed:
        return f"{_some(list(build.changed))} changed"
    return "the builder had not kept it"


def _some(names: list[str]) -> str:
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return f"{', '.join(names[:3])}{more}"


def _headline(build: Build) -> str:
    kind = {"base": "Base image", "job": "Job image", "jobtype": "Files of the plugin"}[build.role]
    if not build.needed:
        return f"{kind}: was there, since nothing that it is made of changed"
    cached = sum(step.cached for step in build.steps)
    return f"{kind}: {build.seconds:.2f} s, {cached} of {len(build.steps)} steps were cached"


def _text(row: Row) -> str:
    line = f"{row.step.line or '':>4}"
    took = "  cached" if row.step.cached else f"{row.step.seconds or 0:>6.1f} s"
    why = f"  <- {row.why}" if row.why else ""
    return f"{line}  {took}  {row.step.short}{why}"


def _cells(row: Row) -> tuple[object, ...]:
    step = row.step
    state = _html.muted("cached") if step.cached else _html.badge("built", _html.WARN)
    took = "" if step.cached else _unbroken(f"{step.seconds or 0:.1f} s")
    return (step.line or "", _html.code(step.short), state, took, row.why)


def _job_seconds(image: Image) -> float:
    return sum(build.seconds for build in image.builds if build.role == "job")


def _unbroken(text: str) -> str:
    return text.replace(" ", "\N{NO-BREAK SPACE}")


def _mb(size: float) -> str:
    return f"{size / 1e6:.1f} MB"
