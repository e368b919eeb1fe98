"""A job type as a value, and the shapes in which a plugin can declare it.

| shape    | value of a `name:version` key                    | taken by         |
|----------|--------------------------------------------------|------------------|
| `pair`   | `(base Dockerfile, template)`, two paths         | 2.4 and newer    |
| `pairs`  | a list of such pairs, one for each container     | 2.7 to 2.29      |
| `path`   | the path of a template, as text                  | 2.26 and newer   |
| `paths`  | a list of such paths                             | 2.26 and newer   |
| `images` | `{"images": [{"dockerfile_path": ...}]}`         | 2.30 and newer   |
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from markupsafe import Markup

from workbench import _html

Shape = Literal["pair", "pairs", "path", "paths", "images"]


@dataclass(frozen=True)
class ShapeInfo:
    """What is known of a shape.

    Attributes:
        what: What it is, in words.
        accepted_by: The releases of Racetrack that take it.
        note: What else they do with it; empty for the shape of today.
    """

    what: str
    accepted_by: str
    note: str = ""


_BASE_NOTE = (
    "Racetrack takes it, and logs since 2.26: "
    '"Using deprecated base images. '
    'Please use a single job template with a dictionary format."'
)
_LIST_NOTE = (
    "Racetrack takes it, and logs since 2.30: "
    '"Using deprecated job type definition. Use dictionary format."'
)
_PAIRS_NOTE = "Racetrack 2.30 and newer refuse it, and with it the refresh of all job types"

SHAPES: Mapping[Shape, ShapeInfo] = {
    "pair": ShapeInfo("a pair of paths", "2.4 and newer", _BASE_NOTE),
    "pairs": ShapeInfo("a list of pairs", "2.7 to 2.29", _PAIRS_NOTE),
    "path": ShapeInfo("one path", "2.26 and newer", _LIST_NOTE),
    "paths": ShapeInfo("a list of paths", "2.26 and newer", _LIST_NOTE),
    "images": ShapeInfo("a dict of images", "2.30 and newer"),
}


@dataclass(frozen=True)
class JobTypeImageDef:
    """The recipe of one image of a job type.

    Attributes:
        source: Whether the Dockerfile stands in the plugin (`jobtype`) or in the job (`job`).
        dockerfile_path: Absolute for `jobtype`; relative to the job's folder for `job`.
        template: Whether it is a template; else it is built as it is.
        base_dockerfile: The Dockerfile of the base image, absolute; None where there is none.
    """

    source: Literal["jobtype", "job"]
    dockerfile_path: Path
    template: bool = True
    base_dockerfile: Path | None = None


@dataclass(frozen=True, repr=False)
class JobType:
    """A language that a plugin teaches.

    Attributes:
        name: Such as `golang`.
        version: Its version, which is not that of any job.
        images: At least one; more for jobs of several containers.
        plugin_dir: The plugin's folder, absolute: the build context `jobtype`.
        shape: How the plugin declared it.
        warnings: What a server takes with a warning, or finds missing only when a job asks.
    """

    name: str
    version: str
    images: tuple[JobTypeImageDef, ...]
    plugin_dir: Path
    shape: Shape = "images"
    warnings: tuple[str, ...] = ()

    @property
    def full_name(self) -> str:
        """What a manifest's `jobtype` names, such as `golang:0.0.0`."""
        return f"{self.name}:{self.version}"

    @property
    def accepted_by(self) -> str:
        """The releases of Racetrack that take this shape, such as `2.4 and newer`."""
        return SHAPES[self.shape].accepted_by

    def __repr__(self) -> str:
        count = f", {len(self.images)} images" if len(self.images) > 1 else ""
        return f"<JobType {self.full_name} by {SHAPES[self.shape].what}{count}>"

    def _repr_html_(self) -> str:
        rows = (
            (
                self.full_name,
                _html.code(path_inside(image.base_dockerfile, self.plugin_dir)),
                _html.code(path_inside(image.dockerfile_path, self.plugin_dir)),
                image.source,
            )
            for image in self.images
        )
        notes = (Markup("<div>{}</div>").format(text) for text in self.warnings)
        header = ("job type", "base Dockerfile", "Dockerfile of the job", "found in")
        return _html.table(header, rows) + _html.join(notes)


def path_inside(path: Path | None, folder: Path) -> str:
    """A path relative to `folder` where it lies in it, for messages."""
    if path is None:
        return "-"
    return str(path.relative_to(folder)) if path.is_relative_to(folder) else str(path)
