"""Every shape of `job_types` that a Racetrack ever took, and which job type a manifest gets."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.racetrack.plugins.making import IMAGES, Server, bringing, zipped
from workbench.racetrack.problems import Invalid

DEPRECATED = "Using deprecated job type definition. Use dictionary format."
PAIR = "(self.plugin_dir / 'base.Dockerfile', self.plugin_dir / 'job-template.Dockerfile')"

# The value of a key, the Dockerfiles of its images, and a part of each warning.
TAKEN: dict[str, tuple[str, list[tuple[str | None, str]], list[str]]] = {
    "a dict of images": (IMAGES, [(None, "job-template.Dockerfile")], []),
    "a dict with two images": (
        '{"images": [{"source": "jobtype", "dockerfile_path": "job-template.Dockerfile", '
        '"template": True}, '
        '{"source": "job", "dockerfile_path": "Dockerfile", "template": False}]}',
        [(None, "job-template.Dockerfile"), (None, "Dockerfile")],
        [],
    ),
    "a pair of paths": (PAIR, [("base.Dockerfile", "job-template.Dockerfile")], []),
    "a pair of texts": (
        "('base.Dockerfile', 'job-template.Dockerfile')",
        [("base.Dockerfile", "job-template.Dockerfile")],
        ["Racetrack looks for 'base.Dockerfile' in its own", "for 'job-template.Dockerfile' in"],
    ),
    "one path": ("'job-template.Dockerfile'", [(None, "job-template.Dockerfile")], [DEPRECATED]),
    "a list of paths": (
        "['job-template.Dockerfile', 'base.Dockerfile']",
        [(None, "job-template.Dockerfile"), (None, "base.Dockerfile")],
        [DEPRECATED],
    ),
}

REFUSED = {
    "a list of pairs": (f"[{PAIR}]", "is declared by a list of pairs. Racetrack 2.30 and newer"),
    "no images": ("{}", "gives 'golang:1.0.0' no images"),
    "an empty list": ("[]", "gives 'golang:1.0.0' no images"),
    "another source": (
        '{"images": [{"source": "git", "dockerfile_path": "a"}]}',
        "gives 'golang:1.0.0' an image with the source 'git'",
    ),
    "no dockerfile_path": ('{"images": [{}]}', "an image without a dockerfile_path"),
    "a number": ("5", "gives 'golang:1.0.0' 5, not a dict of images"),
    "a list of paths that are no text": ("[self.plugin_dir]", "a list with a Path in it"),
}


@pytest.mark.parametrize("shape", TAKEN, ids=str)
def test_a_shape_that_2_36_takes(shape: str, linting: Server) -> None:
    value, expected, warnings = TAKEN[shape]
    plugin = linting.install(bringing("golang:1.0.0", value=value))
    assert plugin.job_types == ("golang:1.0.0",)
    told = [text for text in plugin.warnings if text.startswith("plugin.py")]
    for text, part in zip(told, warnings, strict=True):
        assert part in text
    for registry in (linting.registry, linting.again()):
        job_type, owner = registry.resolve("golang:latest")
        assert owner.name == "case"
        found = [
            (image.base_dockerfile and image.base_dockerfile.name, image.dockerfile_path.name)
            for image in job_type.images
        ]
        assert found == expected
        for image in job_type.images:
            assert image.dockerfile_path.is_absolute() == (image.source == "jobtype")
            assert image.template == (image.source == "jobtype")


@pytest.mark.parametrize("shape", REFUSED, ids=str)
def test_a_shape_at_which_2_36_refuses_all_job_types(shape: str, server: Server) -> None:
    value, text = REFUSED[shape]
    with pytest.raises(Invalid) as caught:
        server.install(bringing("golang:1.0.0", value=value))
    assert text in caught.value.message
    assert caught.value.remedy
    assert server.installed() == []


def _with_job_types(server: Server, *names: str) -> None:
    server.install(bringing(*names))


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("golang:1.0.0", "golang:1.0.0"),
        ("golang:latest", "golang:1.10.1-dev"),
        ("golang:*", "golang:1.10.1-dev"),
        ("golang:1.10.*", "golang:1.10.1-dev"),
        ("golang:1.9.*", "golang:1.9.0"),
        ("golang:1.*", "golang:1.10.1-dev"),
        ("golang:1.9.0-rc", "golang:1.9.0-rc"),
        ("rust:latest", "rust:2.0.0"),
    ],
)
def test_the_job_type_that_a_manifest_asks_for(asked: str, found: str, server: Server) -> None:
    versions = ("1.0.0", "1.9.0-rc", "1.9.0", "1.10.0", "1.10.1-dev")
    _with_job_types(server, *(f"golang:{version}" for version in versions), "rust:2.0.0")
    job_type, plugin = server.registry.resolve(asked)
    assert (job_type.full_name, plugin.name) == (found, "case")


LISTED = "supported are: ['golang:1.0.0', 'rust:2.0.0']"
NO_MATCH = "doesn't match any of the supported versions: ['golang:1.0.0', 'rust:2.0.0']"
MALFORMED = 'job type should be specified as "name:version", got'


@pytest.mark.parametrize(
    ("asked", "text", "remedy"),
    [
        ("py:latest", f'there is no version matching "py:latest", {LISTED}', "manifest"),
        ("golang:9.9.9", f"language golang:9.9.9 is not supported, {LISTED}", "golang:latest"),
        ("golang:1.x", f"language golang:1.x is not supported, {LISTED}", "write golang:1.*"),
        ("golang:2.*", f'language pattern "golang:2.*" {NO_MATCH}', "golang:latest"),
        ("golang", f'{MALFORMED} "golang"', "golang:latest"),
        ("a:b:c", f'{MALFORMED} "a:b:c"', "a:latest"),
    ],
)
def test_a_job_type_that_there_is_not(asked: str, text: str, remedy: str, server: Server) -> None:
    _with_job_types(server, "golang:1.0.0", "rust:2.0.0")
    with pytest.raises(Invalid) as caught:
        server.registry.resolve(asked)
    assert caught.value.message == text
    assert remedy in (caught.value.remedy or "")


def test_without_any_job_type(server: Server) -> None:
    with pytest.raises(Invalid) as caught:
        server.registry.resolve("golang:latest")
    assert caught.value.message == (
        "language golang:latest is not supported here. "
        "No job type plugins are currently installed to Racetrack."
    )


def test_a_dockerfile_that_is_missing(server: Server) -> None:
    server.install(bringing("missingfile:1.0.0", value="'below/nosuch.Dockerfile'"))
    assert list(server.registry.job_types()) == ["missingfile:1.0.0"]
    with pytest.raises(Invalid) as caught:
        server.registry.resolve("missingfile:*")
    text = "cannot find Dockerfile for missingfile:1.0.0 job type: below/nosuch.Dockerfile"
    assert caught.value.message == text


def test_a_version_that_no_manifest_can_call_the_latest(server: Server) -> None:
    _with_job_types(server, "golang:one")
    assert server.registry.resolve("golang:one")[0].version == "one"
    with pytest.raises(Invalid, match=r"^golang:one has no version of the form X\.Y\.Z"):
        server.registry.resolve("golang:latest")


def test_paths_outside_of_the_plugin_stay_where_they_are(server: Server, tmp_path: Path) -> None:
    outside = tmp_path / "elsewhere.Dockerfile"
    outside.write_text("FROM scratch\n")
    value = f"(self.plugin_dir / 'base.Dockerfile', {str(outside)!r})"
    server.install(zipped(bringing("golang:1.0.0", value=value)))
    for registry in (server.registry, server.again()):
        (image,) = registry.resolve("golang:latest")[0].images
        assert image.dockerfile_path == outside
