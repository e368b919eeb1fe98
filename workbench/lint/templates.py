"""Checks of Dockerfile templates: do they render, and do values stay values in them?"""

from __future__ import annotations

from collections.abc import Iterator

from workbench.errors import TemplateError
from workbench.lint.injection import find_leaks
from workbench.lint.subject import Flaw, Subject


def templates_that_do_not_render(subject: Subject) -> Iterator[Flaw]:
    """What stops a real Racetrack too, when a job is deployed."""
    for attempt in subject.attempts:
        if attempt.error is not None and attempt.document is None:
            yield _of_error(subject, attempt.error)


def undefined_names(subject: Subject) -> Iterator[Flaw]:
    """Names that a real Racetrack takes for empty text."""
    for attempt in subject.attempts:
        if attempt.error is not None and attempt.document is not None:
            yield _of_error(subject, attempt.error)


def values_not_kept(subject: Subject) -> Iterator[Flaw]:
    """Values of a job that arrive changed, break the build, or become instructions or commands."""
    for recipe in subject.recipes:
        definition = recipe.definition
        if definition.template and definition.source == "jobtype":
            name = subject.name(definition.dockerfile_path)
            for leak in find_leaks(recipe.job_type, recipe.image):
                fields = _listed(leak.fields, "and")
                samples = _listed(leak.samples, "or")
                yield Flaw(
                    f"{name}:{leak.line}",
                    f"{fields}: not quoted well enough; {samples} in it changes what is built",
                    _IN_SHELL if leak.in_shell else _IN_DOCKER,
                )


_IN_DOCKER = (
    'write "{{ value }}" with replace filters that escape \\, " and $; let the template refuse a '
    "newline, which nothing escapes, by a RUN step that fails"
)
_IN_SHELL = (
    "refuse what is no package or path by a RUN step that fails, or put the value between single "
    "quotes, each of its own as '\\''"
)


def _listed(words: tuple[str, ...], last: str) -> str:
    *others, end = words
    return f"{', '.join(others)} {last} {end}" if others else end


def _of_error(subject: Subject, error: TemplateError) -> Flaw:
    where = subject.name(error.path) if error.path else ""
    given = f"{error.path}:"
    if error.line:
        where += f":{error.line}"
        given += f"{error.line}:"
    what = error.message.split("\n")[0].removeprefix(given).strip().rstrip(".")
    return Flaw(where, what, (error.remedy or "correct the template").rstrip("."))
