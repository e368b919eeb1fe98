"""Checks of Go modules in a plugin: go.mod, go.sum, and the Go versions that are named."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from workbench.dockerfile.render import base_image_name
from workbench.lint.documents import Document
from workbench.lint.subject import Flaw, Subject

_SUM = re.compile(r"\S+ v\S+ h1:[A-Za-z0-9+/]{43}=")
_GO_LINE = re.compile(r"go\s+(\d+\.\d+)\S*")
_LOCAL_REPLACE = re.compile(r"(?:replace\s+)?\S+(?:\s+v\S+)?\s+=>\s+(\.{1,2}/\S*)")
_GOLANG_IMAGE = re.compile(r"(?:^|/)golang:(\d+\.\d+)")


def broken_sums(subject: Subject) -> Iterator[Flaw]:
    """Lines of go.sum that are not a module, a version and a hash."""
    for path in _named(subject, "go.sum"):
        for number, line in enumerate(_lines(subject, path), 1):
            if not line or _SUM.fullmatch(line):
                continue
            fields = len(line.split())
            what = "has a malformed hash or version"
            if fields != 3:
                what = f"has {fields} fields where module, version and hash must be"
            yield Flaw(
                f"{path}:{number}",
                f"this line {what}; Go of today refuses the file, an older one ignores its rest",
                f"remove the line and run `go mod tidy` in {path.parent}",
            )


def folders_without_module(subject: Subject) -> Iterator[Flaw]:
    """Go files that belong to no module, and modules replaced by a folder that is none."""
    modules = {path.parent for path in _named(subject, "go.mod")}
    seen = set()
    for path in subject.all_files:
        folder = path.parent
        if path.suffix == ".go" and folder not in seen and not modules & {folder, *folder.parents}:
            seen.add(folder)
            yield Flaw(
                str(folder if folder.name else path),
                "holds Go files, and neither it nor a folder above it has a go.mod",
                f"run `go mod init` in {folder}",
            )
    for module in sorted(modules):
        path = module / "go.mod"
        for number, line in enumerate(_lines(subject, path), 1):
            match = _LOCAL_REPLACE.match(line.split("//")[0].strip())
            if match and not (subject.folder / module / match.group(1) / "go.mod").is_file():
                yield Flaw(
                    f"{path}:{number}",
                    f"a module is replaced by {match.group(1)}, where no go.mod is",
                    f"run `go mod init` in {module / match.group(1)}",
                )


def module_newer_than_image(subject: Subject) -> Iterator[Flaw]:
    """A go.mod that asks for a newer Go than the images have."""
    images = list(_golang_images(subject))
    if not images:
        return
    where, image = min(images, key=lambda found: _version(found[1]))
    for path in _named(subject, "go.mod"):
        for number, line in enumerate(_lines(subject, path), 1):
            match = _GO_LINE.fullmatch(line.split("//")[0].strip())
            if match and _version(match.group(1)) > _version(image):
                yield Flaw(
                    f"{path}:{number}",
                    f"go {match.group(1)} is newer than the Go {image} of the image ({where})",
                    f"write go {image}, or take a newer image",
                )


def several_go_images(subject: Subject) -> Iterator[Flaw]:
    """Images that bring different Go versions."""
    images = list(_golang_images(subject))
    for where, image in images[1:]:
        if image != images[0][1]:
            yield Flaw(
                where,
                f"this image has Go {image}, and that of {images[0][0]} has Go {images[0][1]}",
                "name one Go version everywhere",
            )


def _golang_images(subject: Subject) -> Iterator[tuple[str, str]]:
    seen = set()
    documents: list[Document] = [*subject.bases.values(), *subject.documents]
    # These bring the version of the job type in their names, not that of Go.
    own = {base_image_name(recipe.job_type, recipe.image) for recipe in subject.recipes}
    for document in documents:
        for stage in document.stages:
            match = _GOLANG_IMAGE.search(stage.base)
            where = document.where(stage.instructions[0])
            if match and stage.base not in own and where not in seen:
                seen.add(where)
                yield where, match.group(1)


def _named(subject: Subject, name: str) -> list[PurePosixPath]:
    return [path for path in subject.all_files if path.name == name]


def _lines(subject: Subject, path: PurePosixPath) -> list[str]:
    return (subject.folder / path).read_text(encoding="utf-8", errors="replace").splitlines()


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("."))
