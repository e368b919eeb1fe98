"""Quoting a real file in a notebook, so that what is shown there cannot go stale."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path, PurePath
from typing import Literal

from markupsafe import Markup

from workbench import _html
from workbench._finished import JOB, PLUGIN, finished_project
from workbench.authoring.highlight import highlight
from workbench.authoring.place import Place, find_place, language_of
from workbench.authoring.regions import find_region
from workbench.errors import UsageError

MOST_BYTES = 1_000_000
"""A larger file is not for reading."""

_FROM = {"playground": "your playground", "finished": "the finished project"}


@dataclass(frozen=True)
class Quote:
    """Lines of a file.

    Attributes:
        path: The file, as a path within the playground or the project.
        source: `playground` for the learner's own file, else `finished`.
        region: What was asked for; None for the whole file.
        first: The number of the first line.
        last: The number of the last line.
        text: The lines.
    """

    path: str
    source: Literal["playground", "finished"]
    region: str | None
    first: int
    last: int
    text: str

    def __str__(self) -> str:
        width = len(str(self.last))
        numbered = enumerate(self.text.split("\n"), start=self.first)
        lines = [f"{number:{width}}  {line}".rstrip() for number, line in numbered]
        return "\n".join([f"{self.path}, {self._where}:", *lines])

    def __repr__(self) -> str:
        return f"<Quote {self.path}: {self._where}>"

    def _repr_pretty_(self, printer: object, cycle: bool) -> None:
        del cycle
        printer.text(str(self))  # type: ignore[attr-defined]

    def _repr_html_(self) -> Markup:
        head = Markup("<div>{}, {}</div>").format(_html.code(self.path), self._where)
        return head + highlight(self.text, language_of(self.path), first_line=self.first)

    @property
    def _where(self) -> str:
        lines = f"lines {self.first}-{self.last}" if self.last > self.first else f"line {self.last}"
        return f"{lines}, from {_FROM[self.source]}"


def show(path: str | PurePath, region: str | None = None) -> Quote:
    """Quote a file of the plugin or the job: the playground's, else the finished one.

    Args:
        path: Relative to the playground, such as `golang-job-type/go_wrapper/server.go`.
        region: None for all of it; `10-20` or `10` for lines; of a Go file the name of a function,
            type, variable, constant or method (`newRouter`, `service.newRouter`), or `import`,
            each with the comment above it; of any other file a text that stands on one line only.
            What is quoted begins there, and goes on while lines are indented below it (Python,
            YAML) or else to the next empty line.

    Returns:
        The lines, which a notebook shows in colours and with their numbers.

    Raises:
        UsageError: There is no such file, or no such region in it; says what there is.
    """
    place = find_place(path)
    source, file = _file_of(place)
    text = _read(file, place.name)
    language = language_of(place.name)
    found = find_region(text, region, name=place.name, language=language)
    lines = text.split("\n")[found.first - 1 : found.last]
    return Quote(place.name, source, region, found.first, found.last, "\n".join(lines))


def _file_of(place: Place) -> tuple[Literal["playground", "finished"], Path]:
    if place.file.is_file():
        return "playground", place.file
    known = finished_project()
    if place.name in known:
        return "finished", known[place.name]
    below = [name for name in known if name.startswith(f"{place.name}/")]
    near = below or get_close_matches(place.name, known, n=3, cutoff=0.5)
    is_folder = below or place.file.is_dir()
    raise UsageError(
        f"{place.name} is a folder: name one file of it."
        if is_folder
        else f"There is no {place.name}, neither in the playground nor in the finished project.",
        remedy=f"there are: {', '.join(near)}." if near else f"name a file of {PLUGIN} or {JOB}.",
    )


def _read(file: Path, name: str) -> str:
    try:
        content = file.read_bytes()
    except OSError as error:
        raise UsageError(f"{name} cannot be read: {error.strerror or error}.") from None
    if len(content) > MOST_BYTES:
        raise UsageError(f"{name} is too large to be shown: {len(content)} bytes.")
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise UsageError(f"{name} cannot be shown: it is no text in UTF-8.") from None
