"""What cannot be bundled or read is named, and nothing half written is left."""

from __future__ import annotations

import os
import shutil
import zipfile
from pathlib import Path

import pytest

from tests.bundle_case import DATE, MANIFEST, contents, make_plugin
from tests.limits import file_size_limit, open_folder, unprivileged
from workbench.bundle import (
    bundle_plugin,
    diff_bundles,
    inspect_bundle,
)
from workbench.errors import BundleError, ManifestError


@pytest.fixture
def plugin_dir(tmp_path: Path) -> Path:
    return make_plugin(tmp_path / "plugin")


@pytest.fixture
def out_dir(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


def test_a_date_that_is_none_is_refused(
    plugin_dir: Path, out_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    with pytest.raises(BundleError, match=r"SOURCE_DATE_EPOCH='yesterday' is not a number"):
        bundle_plugin(plugin_dir, out_dir)
    assert list(out_dir.iterdir()) == []


@pytest.mark.parametrize("version", ["1.0", "latest", "1.0.0/../../x", "1.0.0+build"])
def test_a_version_that_is_none_is_refused(plugin_dir: Path, version: str) -> None:
    with pytest.raises(ManifestError, match="plugin_version"):
        bundle_plugin(plugin_dir, plugin_version=version)


@pytest.mark.parametrize(
    ("name", "target", "what"),
    [
        ("out.txt", "../outside.txt", "is a link that leads out of the plugin"),
        ("gone.txt", "nowhere", "is a link that leads nowhere"),
    ],
)
def test_links_that_lead_out_are_refused_unless_ignored(
    plugin_dir: Path, out_dir: Path, name: str, target: str, what: str
) -> None:
    (plugin_dir.parent / "outside.txt").write_text("not the plugin's")
    (plugin_dir / name).symlink_to(target)
    with pytest.raises(BundleError, match=what) as caught:
        bundle_plugin(plugin_dir, out_dir)
    assert caught.value.path == plugin_dir / name
    with (plugin_dir / ".racetrackignore").open("a") as file:
        file.write(f"{name}\n")
    assert name not in contents(bundle_plugin(plugin_dir, out_dir))


def test_what_is_no_file_is_refused(plugin_dir: Path, out_dir: Path) -> None:
    os.mkfifo(plugin_dir / "pipe")
    with pytest.raises(BundleError, match=r"pipe: is neither a file nor a folder"):
        bundle_plugin(plugin_dir, out_dir)


def test_a_name_that_no_zip_can_hold_is_named(plugin_dir: Path, out_dir: Path) -> None:
    (plugin_dir / os.fsdecode(b"caf\xe9.txt")).write_text("")
    with pytest.raises(BundleError, match=r"caf.*this file's name is not UTF-8"):
        bundle_plugin(plugin_dir, out_dir)


def test_an_ignore_file_that_is_no_text_is_named(plugin_dir: Path, out_dir: Path) -> None:
    (plugin_dir / ".racetrackignore").write_bytes(b"a\n\xff\n")
    with pytest.raises(BundleError, match=r"\.racetrackignore:2: is not UTF-8"):
        bundle_plugin(plugin_dir, out_dir)


def test_a_plugin_without_plugin_py_is_refused(plugin_dir: Path, out_dir: Path) -> None:
    (plugin_dir / "plugin.py").unlink()
    with pytest.raises(BundleError, match=r"plugin\.py: there is no such file"):
        bundle_plugin(plugin_dir, out_dir)


def test_a_file_in_the_place_of_the_folder_is_refused(plugin_dir: Path) -> None:
    with pytest.raises(BundleError, match=r"plugin\.py: is a file, not a plugin's folder"):
        bundle_plugin(plugin_dir / "plugin.py")


def test_an_out_dir_that_is_not_there_is_named(plugin_dir: Path, tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="there is no such folder") as caught:
        bundle_plugin(plugin_dir, tmp_path / "nosuch")
    assert caught.value.remedy == f"mkdir -p {tmp_path / 'nosuch'}"


def test_a_full_disk_leaves_the_old_bundle_and_nothing_else(
    plugin_dir: Path, out_dir: Path
) -> None:
    old = bundle_plugin(plugin_dir, out_dir).path.read_bytes()
    (plugin_dir / "noise.bin").write_bytes(os.urandom(50_000))
    with file_size_limit(10_000), pytest.raises(BundleError, match=r"\.zip: cannot be written"):
        bundle_plugin(plugin_dir, out_dir)
    (left,) = out_dir.iterdir()
    assert left.read_bytes() == old


@pytest.mark.parametrize(
    ("name", "mode", "what"),
    [
        ("go_wrapper/main.go", 0o000, r"main\.go: cannot be read: Permission denied"),
        ("go_wrapper/swaggerui", 0o000, r"swaggerui: cannot be read: Permission denied"),
        ("../out", 0o555, r"-1\.2\.3\.zip: cannot be written: Permission denied"),
    ],
)
def test_what_may_not_be_read_or_written_is_named(
    plugin_dir: Path, name: str, mode: int, what: str
) -> None:
    with open_folder() as folder:
        shutil.copytree(plugin_dir, folder / "plugin")
        (folder / "out").mkdir()
        (folder / "plugin" / name).chmod(mode)
        with unprivileged(), pytest.raises(BundleError, match=what):
            bundle_plugin(folder / "plugin", folder / "out")
        (folder / "plugin" / name).chmod(0o755)
        assert list((folder / "out").iterdir()) == []


def test_inspecting_tells_the_same_as_bundling(plugin_dir: Path, out_dir: Path) -> None:
    bundle = bundle_plugin(plugin_dir, out_dir)
    seen = inspect_bundle(str(bundle.path))
    assert seen.files == bundle.files
    assert seen.plugin_manifest.model_dump() == bundle.plugin_manifest.model_dump()
    assert (seen.size, seen.left_out) == (bundle.size, ())


def test_a_diff_tells_what_changed(plugin_dir: Path, tmp_path: Path) -> None:
    first = bundle_plugin(plugin_dir, build_date=DATE)
    (plugin_dir / "new.txt").write_text("new")
    (plugin_dir / ".hidden").unlink()
    (plugin_dir / "go_wrapper" / "main.go").write_text("package main // changed\n")
    second = bundle_plugin(plugin_dir, tmp_path, plugin_version="1.3.0", build_date=DATE)
    diff = diff_bundles(first, second.path)
    assert diff
    assert diff.added == ("new.txt",)
    assert diff.removed == (".hidden",)
    assert diff.changed == ("go_wrapper/main.go",)
    assert diff.manifest == (("version", "1.2.3", "1.3.0"),)
    assert repr(diff) == "<BundleDiff: 1 added, 1 removed, 1 changed, 1 manifest keys>"
    assert "1.2.3 -&gt; 1.3.0" in diff._repr_html_()
    same = diff_bundles(first.path, first)
    assert not same
    assert repr(same) == "<BundleDiff: nothing differs>"


def make_zip(path: Path, members: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return path


@pytest.mark.parametrize(
    ("members", "what"),
    [
        ({"plugin.py": ""}, "has no plugin-manifest.yaml at its root"),
        ({"top/plugin-manifest.yaml": MANIFEST}, "has no plugin-manifest.yaml at its root"),
        ({"plugin-manifest.yaml": "name: ["}, "its plugin-manifest.yaml is no manifest"),
        ({"plugin-manifest.yaml": "colour: red"}, "its plugin-manifest.yaml is no manifest"),
        ({"plugin-manifest.yaml": MANIFEST, "../x": ""}, "leads out of the folder"),
        ({"plugin-manifest.yaml": MANIFEST, "/etc/x": ""}, "leads out of the folder"),
        ({"plugin-manifest.yaml": MANIFEST, "a\\b": ""}, "leads out of the folder"),
    ],
)
def test_a_zip_that_is_no_bundle_is_refused(
    tmp_path: Path, members: dict[str, str], what: str
) -> None:
    with pytest.raises(BundleError, match=what):
        inspect_bundle(make_zip(tmp_path / "x.zip", members))


def test_a_damaged_or_missing_zip_is_named(plugin_dir: Path, out_dir: Path) -> None:
    with pytest.raises(BundleError, match="there is no such file"):
        inspect_bundle(out_dir / "nosuch.zip")
    (out_dir / "text.zip").write_text("no zip")
    with pytest.raises(BundleError, match="is no ZIP that can be read"):
        inspect_bundle(out_dir / "text.zip")
    path = bundle_plugin(plugin_dir, out_dir).path
    data = bytearray(path.read_bytes())
    at = data.index(b"main.go") + len(b"main.go")
    data[at : at + 8] = b"\xff" * 8
    path.write_bytes(data)
    with pytest.raises(BundleError, match="is no ZIP that can be read"):
        inspect_bundle(path)
