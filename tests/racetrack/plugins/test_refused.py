"""What is refused when a plugin is installed: told under the user's name for it, and gone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.case_files import expectations
from tests.racetrack.plugins.making import Server, bringing, cases, packed, zip_of, zipped
from workbench.racetrack.problems import Invalid

EMPTY: list[str] = []


@pytest.mark.parametrize("case", cases("broken"), ids=lambda case: case.stem)
def test_a_broken_plugin_is_refused_under_the_users_name(case: Path, tmp_path: Path) -> None:
    path = case / "plugin.py" if case.is_dir() else case
    (timeout,) = expectations(path, "timeout") or ["5"]
    server = Server(tmp_path / "state", limits={"plugin": float(timeout)})
    with pytest.raises(Invalid) as caught:
        server.install(zip_of(case), "mine.zip")
    shown = Path("mine.zip/plugin.py")
    lines = expectations(path, "expect", path=shown, folder=Path("mine.zip"))
    told = caught.value.message.splitlines()
    assert lines
    for line, expected in zip(told[: len(lines)], lines, strict=True):
        assert line.startswith(expected.removesuffix(" ..."))
    assert (server.installed(), server.files()) == (EMPTY, EMPTY)
    assert str(server.folder) not in caught.value.wire_text


REFUSED = {
    "no zip": (b"not a zip", "mine.zip cannot be read as a ZIP: File is not a zip file."),
    "empty": (packed({}), "There is no plugin-manifest.yaml in mine.zip."),
    "folder at the top": (
        packed({"case/plugin-manifest.yaml": "name: case\nversion: 1.0.0\n"}),
        "mine.zip holds its plugin-manifest.yaml in case/, and Racetrack looks for it at the top.",
    ),
    "no plugin.py": (
        packed({"plugin-manifest.yaml": "name: case\nversion: 1.0.0\n"}),
        "There is no plugin.py in mine.zip.",
    ),
    "unknown key": (
        zipped("class Plugin: ...", manifest="foo: 1\n"),
        "mine.zip/plugin-manifest.yaml:3: foo: is not a key that Racetrack knows.",
    ),
    "no name": (
        packed({"plugin-manifest.yaml": "version: 1.0.0\n", "plugin.py": "class Plugin: ..."}),
        "mine.zip/plugin-manifest.yaml:1: name: is missing.",
    ),
    "a number as version": (
        zipped("class Plugin: ...", version="1.0"),
        "mine.zip/plugin-manifest.yaml:2: version: 1.0 is a number, not text.",
    ),
    "two numbers": (
        zipped("class Plugin: ...", version="'1.0'"),
        "mine.zip/plugin-manifest.yaml:2: version: '1.0' is not a version of the form X.Y.Z or "
        "X.Y.Z-label.",
    ),
    "a name that climbs": (
        zipped("class Plugin: ...", name="../x"),
        "mine.zip/plugin-manifest.yaml:1: name: '../x' cannot be a plugin's name: it becomes part "
        "of a file's name.",
    ),
    "a name that is long": (
        zipped("class Plugin: ...", name="x" * 300),
        "mine.zip: name and version are too long for the name of a file.",
    ),
    "a list of pairs": (
        zipped(bringing("golang:1.0.0", value="[('base.Dockerfile', 'job-template.Dockerfile')]")),
        "mine.zip/plugin.py: golang:1.0.0 is declared by a list of pairs. Racetrack 2.30 and newer "
        "refuse it, and with it the refresh of all job types.",
    ),
    "needs the server itself": (
        zipped("from lifecycle.infrastructure.model import InfrastructureTarget\n"),
        "mine.zip/plugin.py:1: plugin.py raised ModuleNotFoundError: No module named 'lifecycle'.",
    ),
}


@pytest.mark.parametrize("case", REFUSED, ids=str)
def test_what_is_refused_leaves_nothing(case: str, server: Server) -> None:
    kept = server.install(zipped(bringing("golang:1.0.0"), name="kept", version="1.0.0"))
    before = server.files()
    sent, text = REFUSED[case]
    with pytest.raises(Invalid) as caught:
        server.install(sent, "mine.zip")
    assert caught.value.status == 400
    assert caught.value.message.splitlines()[0] == text
    assert server.files() == before
    assert server.registry.plugins() == [kept]
    assert server.again().plugins() == [kept]


@pytest.mark.parametrize(
    ("filename", "shown"),
    [
        ("../../etc/mine.zip", "mine.zip"),
        ("C:\\Users\\me\\mine.zip", "mine.zip"),
        ("mi\x1b[31m\nne.zip", "mi?[31m?ne.zip"),
        ("x" * 5000 + "mine.zip", "..." + "x" * 89 + "mine.zip"),
    ],
)
def test_the_name_of_an_upload_is_shown_and_nothing_else(
    filename: str, shown: str, server: Server
) -> None:
    with pytest.raises(Invalid) as caught:
        server.install(b"not a zip", filename)
    assert caught.value.message.startswith(f"{shown} cannot be read as a ZIP")


@pytest.mark.parametrize("filename", ["case.tar.gz", "case.ZIP", "zip", "", "..", "case.zip/"])
def test_another_name_than_a_zips_is_refused(filename: str, server: Server) -> None:
    if filename == "case.zip/":  # the last part of it is the name
        assert server.install("class Plugin: ...", filename).name == "case"
        return
    with pytest.raises(Invalid, match=r"^\.zip plugins are only supported, and .* is none\."):
        server.install("class Plugin: ...", filename)
