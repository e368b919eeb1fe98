"""Plugins in ZIPs: which are unpacked, where to, and which are refused."""

from __future__ import annotations

import io
import shutil
import stat
import zipfile
from pathlib import Path

import pytest

from tests.support import ROOT
from workbench.errors import ManifestError, PluginError
from workbench.plugin import load_plugin
from workbench.settings import get_settings

PLUGIN = ROOT / "tests" / "cases" / "plugins" / "good" / "pair.py"
MANIFEST = "name: case\nversion: 1.2.3\n"


def _zipped(members: dict[str, str], path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return path


def _good_members() -> dict[str, str]:
    return {
        "plugin-manifest.yaml": MANIFEST,
        "plugin.py": PLUGIN.read_text(),
        "base.Dockerfile": "FROM scratch\n",
        "job-template.Dockerfile": "FROM scratch\n",
        "go_wrapper/": "",
        "go_wrapper/handler/go.mod": "module stub\n",
    }


def test_a_zip_loads_like_its_folder(tmp_path: Path) -> None:
    path = _zipped(_good_members(), tmp_path / "case-1.2.3.zip")
    plugin = load_plugin(path)
    assert plugin.source == path.resolve()
    assert plugin.plugin_dir.parent == get_settings().home / "plugins"
    assert (plugin.plugin_dir / "go_wrapper/handler/go.mod").read_text() == "module stub\n"
    (image,) = plugin.job_type("golang:latest").images
    assert image.dockerfile_path == plugin.plugin_dir / "job-template.Dockerfile"
    assert plugin.warnings == ()
    assert "ZIP" in plugin._repr_html_()
    assert stat.S_IMODE((plugin.plugin_dir / "plugin.py").stat().st_mode) & 0o400


def test_the_same_content_is_unpacked_once(tmp_path: Path) -> None:
    first = load_plugin(_zipped(_good_members(), tmp_path / "a.zip"))
    written = first.plugin_dir.parent.stat().st_mtime_ns
    shutil.copy(tmp_path / "a.zip", tmp_path / "b.zip")
    second = load_plugin(tmp_path / "b.zip")
    assert second.plugin_dir == first.plugin_dir
    assert first.plugin_dir.parent.stat().st_mtime_ns == written
    changed = {**_good_members(), "plugin.py": "class Plugin: ..."}
    third = load_plugin(_zipped(changed, tmp_path / "a.zip"))
    assert third.plugin_dir != first.plugin_dir


def test_an_error_in_a_zip_names_the_zip(tmp_path: Path) -> None:
    members = {**_good_members(), "plugin.py": "import os\nraise ValueError('boom')\n"}
    path = _zipped(members, tmp_path / "case.zip").resolve()
    with pytest.raises(PluginError) as caught:
        load_plugin(path)
    assert caught.value.message == f"{path}/plugin.py:2: plugin.py raised ValueError: boom."
    members["plugin.py"] = "class Plugin:\n    def job_types(self): return 5\n"
    with pytest.raises(PluginError, match=rf"^{path}/plugin\.py:2: job_types\(\) returned 5"):
        load_plugin(_zipped(members, path))
    members["plugin-manifest.yaml"] = "name: Case\nversion: 1.0.0\n"
    with pytest.raises(ManifestError, match=rf"^{path}/plugin-manifest\.yaml:1: name: 'Case'"):
        load_plugin(_zipped(members, path))


def _with(name: str, content: str = "x", mode: int = 0, flags: int = 0) -> bytes:
    """A good plugin's ZIP with one member more."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for each, text in _good_members().items():
            archive.writestr(zipfile.ZipInfo(each), text)
        info = zipfile.ZipInfo("placeholder")
        info.filename = info.orig_filename = name
        info.external_attr = mode << 16
        archive.writestr(info, content)
        info.flag_bits |= flags
    return buffer.getvalue()


BAD_MEMBERS = {
    "climbs": (_with("../outside"), "'../outside' leads out of the archive"),
    "climbs later": (_with("a/../../outside"), "'a/../../outside' leads out of the archive"),
    "absolute": (_with("/etc/passwd"), "'/etc/passwd' leads out of the archive"),
    "drive": (_with("C:/x"), "'C:/x' leads out of the archive"),
    "backslash": (_with("..\\outside"), "has a character in its name that no file may have"),
    "link": (_with("link", "/etc/passwd", stat.S_IFLNK | 0o777), "'link' is a link"),
    "device": (_with("pipe", "", stat.S_IFIFO), "'pipe' is neither a file nor a folder"),
    "encrypted": (_with("secret", flags=1), "'secret' is encrypted"),
    "file and folder": (_with("plugin.py/x"), "cannot be unpacked"),
    "garbage": (b"not a zip at all", "cannot be read as a ZIP: File is not a zip file"),
    "empty": (b"", "cannot be read as a ZIP: File is not a zip file"),
    "cut off": (_with("x")[:-30], "cannot be read as a ZIP"),
    "damaged": (_with("x", "y" * 99).replace(b"y" * 99, b"z" * 99), "Bad CRC-32 for file 'x'"),
}


@pytest.mark.parametrize("case", BAD_MEMBERS, ids=str)
def test_a_harmful_zip_is_refused_and_nothing_is_written(case: str, tmp_path: Path) -> None:
    content, text = BAD_MEMBERS[case]
    path = tmp_path / "case.zip"
    path.write_bytes(content)
    plugins = get_settings().home / "plugins"
    before = sorted(plugins.rglob("*")) if plugins.exists() else []
    with pytest.raises(PluginError) as caught:
        load_plugin(path)
    assert text in caught.value.message
    assert caught.value.message.startswith(str(path.resolve()))
    assert (sorted(plugins.rglob("*")) if plugins.exists() else []) == before
    assert sorted(each.name for each in tmp_path.iterdir()) == ["case.zip"]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_member_that_is_in_a_zip_twice(tmp_path: Path) -> None:
    (tmp_path / "case.zip").write_bytes(_with("plugin.py"))
    with pytest.raises(PluginError, match=r"'plugin\.py' is in it twice"):
        load_plugin(tmp_path / "case.zip")


def test_a_zip_with_a_folder_at_its_top(tmp_path: Path) -> None:
    members = {f"golang-job-type/{name}": text for name, text in _good_members().items()}
    with pytest.raises(PluginError) as caught:
        load_plugin(_zipped(members, tmp_path / "case.zip"))
    assert "holds its plugin-manifest.yaml in golang-job-type/, and" in caught.value.message
    assert "zip the files and not their folder" in (caught.value.remedy or "")


@pytest.mark.parametrize("missing", ["plugin-manifest.yaml", "plugin.py"])
def test_a_zip_without_what_a_plugin_needs(missing: str, tmp_path: Path) -> None:
    members = _good_members()
    del members[missing]
    path = _zipped(members, tmp_path / "case.zip").resolve()
    with pytest.raises(PluginError) as caught:
        load_plugin(path)
    assert caught.value.message == f"There is no {missing} in {path}."
    assert caught.value.remedy == "make the ZIP with `workbench bundle`."


def test_a_zip_of_another_name(tmp_path: Path) -> None:
    path = _zipped(_good_members(), tmp_path / "case.whl")
    with pytest.raises(PluginError, match=r"is not named \.zip, and Racetrack takes no other"):
        load_plugin(path)


@pytest.mark.parametrize(
    ("limit", "text"),
    [("MAX_BYTES", "MiB unpacked, 0 at most"), ("MAX_MEMBERS", "members, 3 at most")],
)
def test_a_zip_that_holds_too_much(
    limit: str, text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"workbench.plugin.archive.{limit}", 3)
    members = {**_good_members(), "README.md": f"unpacked by no other test: {limit}"}
    with pytest.raises(PluginError, match=text):
        load_plugin(_zipped(members, tmp_path / "case.zip"))
