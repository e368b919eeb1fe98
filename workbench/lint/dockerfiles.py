"""Checks of Dockerfiles as Docker gets them: the base image's, and those that templates give."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import PurePosixPath

from workbench.dockerfile import KEYWORDS, Stage, dockerfile_env, is_legacy_env
from workbench.errors import TemplateError
from workbench.lint.documents import Document
from workbench.lint.subject import Flaw, Subject

_ROOT = re.compile(r"(root|0)(:.*)?")
_WHOLE_FOLDER = (".", "./", "*", "./*")


def unknown_instructions(subject: Subject) -> Iterator[Flaw]:
    """Lines that begin with no instruction of Docker's."""
    for document in _all(subject):
        for one in document.instructions:
            if one.keyword not in KEYWORDS:
                close = get_close_matches(one.keyword, sorted(KEYWORDS), n=1)
                remedy = f"did you mean {close[0]}?" if close else "remove the line, or complete it"
                yield Flaw(document.where(one), f"{one.keyword} is no instruction", remedy)


def malformed_env(subject: Subject) -> Iterator[Flaw]:
    """`ENV` and `ARG` lines that Docker refuses."""
    for document in _all(subject):
        try:
            dockerfile_env(document.instructions)
        except TemplateError as error:
            line = document.rendered.lines[(error.line or 1) - 1]
            what = error.message.split(": ", 1)[1].rstrip(".")
            yield Flaw(f"{document.name}:{line}", what, 'write ENV NAME="value"')


def missing_from(subject: Subject) -> Iterator[Flaw]:
    """Dockerfiles that start from nothing."""
    for document in _all(subject):
        if not document.stages:
            yield Flaw(document.name, "has no FROM", "begin it with FROM and an image")
        for stage in document.stages:
            start = stage.instructions[0]
            if not stage.base and (not start.words or start.words[0].upper() == "AS"):
                yield Flaw(
                    document.where(start),
                    "FROM names no image: this job type has no base image, so base_image is empty",
                    "name an image, and take the wrapper with COPY --from=jobtype",
                )
            elif not stage.base:
                yield Flaw(
                    document.where(start),
                    f"{start} is neither one image nor an image AS a name",
                    "write FROM image, or FROM image AS name",
                )


def untagged_images(subject: Subject) -> Iterator[Flaw]:
    """Images whose content changes from one build to the next."""
    for document in _all(subject):
        for stage in document.stages:
            if _floats(stage, document):
                yield Flaw(
                    document.where(stage.instructions[0]),
                    f"{stage.base} is whatever image has that name on the day of the build",
                    "name a version, such as golang:1.26-alpine",
                )


def legacy_env(subject: Subject) -> Iterator[Flaw]:
    """The old form of `ENV`."""
    for document in _all(subject):
        for one in document.instructions:
            if is_legacy_env(one):
                name = one.words[0]
                yield Flaw(
                    document.where(one),
                    f"ENV {name} VALUE is the old form, which Docker warns about",
                    f'write ENV {name}="VALUE"',
                )


def shell_form(subject: Subject) -> Iterator[Flaw]:
    """Commands whose process 1 is a shell, which need not pass SIGTERM on to the job."""
    for document in _all(subject):
        for stage in document.stages[-1:]:
            for one in stage.instructions:
                shell = one.exec_form is None and not one.value.startswith("exec ")
                if one.keyword in ("CMD", "ENTRYPOINT") and shell:
                    yield Flaw(
                        document.where(one),
                        f"{one.keyword} in the shell form: the shell gets SIGTERM, not the job",
                        f'write a list: {one.keyword} ["/program", "argument"]',
                    )


def runs_as_root(subject: Subject) -> Iterator[Flaw]:
    """Job images whose program is root."""
    for document in subject.documents:
        final = document.final()
        users = [(where, one) for where, one in final if one.keyword == "USER"]
        if users and _ROOT.fullmatch(users[-1][1].value):
            where, one = users[-1]
            yield Flaw(where.where(one), "the job runs as root", "name another user")
        elif final and not users and "nonroot" not in document.outer_base():
            yield Flaw(
                document.where(document.stages[-1].instructions[0]),
                "the job runs as root: no USER in the final stage",
                "add USER 10001, or another user, before CMD",
            )


def whole_folder_copied(subject: Subject) -> Iterator[Flaw]:
    """`COPY .` into the image that is shipped."""
    for document in subject.documents:
        for where, one in document.final():
            from_job = where is document and one.flag("from") is None
            whole = [source for source in one.words[:-1] if source in _WHOLE_FOLDER]
            if from_job and whole and one.keyword in ("COPY", "ADD") and not one.flag("exclude"):
                yield Flaw(
                    document.where(one),
                    f"{one.keyword} {whole[0]} ships what Racetrack puts beside the job: the "
                    "generated Dockerfile, job.yaml, and the file with build secrets",
                    "copy in an earlier stage, and take from it what the job needs",
                )


def remote_add(subject: Subject) -> Iterator[Flaw]:
    """Downloads that nothing checks."""
    for document in _all(subject):
        for one in document.instructions:
            urls = [word for word in one.words if re.match(r"https?://", word)]
            if one.keyword == "ADD" and urls and one.flag("checksum") is None:
                yield Flaw(
                    document.where(one),
                    f"ADD downloads {urls[0]} without checking what came",
                    "add --checksum=sha256:..., or ship the file with the plugin",
                )


def missing_sources(subject: Subject) -> Iterator[Flaw]:
    """Files of the plugin that a Dockerfile copies and a bundle does not hold."""
    if subject.bundle_error is not None:
        return
    for document in _all(subject):
        # The plugin is the build context of a base image; a job's Dockerfile knows it as `jobtype`.
        plugin = "jobtype" if document in subject.documents else None
        for one in document.instructions:
            if one.keyword in ("COPY", "ADD") and one.flag("from") == plugin:
                for source in one.words[:-1]:
                    flaw = _source(subject, source)
                    if flaw is not None:
                        yield Flaw(document.where(one), *flaw)


def missing_label(subject: Subject) -> Iterator[Flaw]:
    """Job images that a Racetrack cannot tell from others when it cleans up."""
    for document in subject.documents:
        final = document.final()
        labels = [one.value for _, one in final if one.keyword == "LABEL"]
        if final and not any("racetrack-component" in value for value in labels):
            yield Flaw(
                document.where(document.stages[-1].instructions[0]),
                "the final stage has no label racetrack-component, by which Racetrack finds jobs",
                'add LABEL racetrack-component="job"',
            )


def missing_job_env(subject: Subject) -> Iterator[Flaw]:
    """Variables of the wrapper that not every infrastructure sets."""
    for document in subject.documents:
        try:
            env = document.env()
        except TemplateError:
            continue
        missing = [name for name in ("JOB_NAME", "JOB_VERSION") if not env.get(name)]
        if document.stages and missing:
            yield Flaw(
                document.where(document.stages[-1].instructions[0]),
                f"the final stage does not set {' and '.join(missing)}",
                'add ENV JOB_NAME="{{ manifest.name }}" JOB_VERSION="{{ manifest.version }}"',
            )


def _all(subject: Subject) -> Iterator[Document]:
    yield from subject.bases.values()
    yield from subject.documents


def _floats(stage: Stage, document: Document) -> bool:
    base = stage.base
    own = document.base is not None and base == document.base[0]
    if not base or own or stage.parent or base == "scratch" or "@" in base or "$" in base:
        return False
    _, _, tag = base.rpartition("/")[2].partition(":")
    return tag in ("", "latest")


def _source(subject: Subject, source: str) -> tuple[str, str] | None:
    """What is wrong with a path of the plugin that is copied, and the remedy."""
    path = PurePosixPath(source.lstrip("/"))
    if "$" in source or source.startswith(("<<", "http://", "https://")) or not path.parts:
        return None
    for pattern in (str(path), f"{path}/*"):
        if any(fnmatch.fnmatchcase(str(one), pattern) for one in subject.selection.files):
            return None
    if (subject.folder / path).exists():
        return f"{source} is copied, and .racetrackignore keeps it out of the bundle", (
            "remove the pattern that matches it"
        )
    return f"{source} is copied, and the plugin has no such file", "create it, or correct the path"
