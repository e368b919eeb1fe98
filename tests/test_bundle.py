"""Bundles hold what the real command's hold, are the same every time, and say what they lack."""

from __future__ import annotations

import hashlib
import os
import shutil
import zipfile
from pathlib import Path

import pytest
import yaml

from tests.bundle_case import DATE, FILES, KEPT, contents, make_plugin
from workbench.bundle import (
    Bundle,
    bundle_plugin,
    racetrack_bundle,
    racetrack_command,
)
from workbench.errors import BundleError
from workbench.plugin import load_plugin
from workbench.settings import shipped


@pytest.fixture
def plugin_dir(tmp_path: Path) -> Path:
    return make_plugin(tmp_path / "plugin")


@pytest.fixture
def out_dir(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


def manifest_in(bundle: Bundle) -> dict[str, object]:
    data = yaml.safe_load(contents(bundle)["plugin-manifest.yaml"])
    assert isinstance(data, dict)
    return data


def test_holds_what_the_real_command_puts_in(plugin_dir: Path, tmp_path: Path) -> None:
    ours, theirs = both(plugin_dir, tmp_path)
    assert ours.path.name == theirs.path.name == "golang-job-type-1.2.3.zip"
    assert sorted(contents(ours)) == sorted(KEPT)
    assert_same_but_for_the_date(ours, theirs)


def test_the_finished_plugin_bundles_as_by_the_real_command(tmp_path: Path) -> None:
    assert_same_but_for_the_date(*both(shipped("golang-job-type"), tmp_path))


def test_without_an_ignore_file_the_built_in_rules_hold(plugin_dir: Path, tmp_path: Path) -> None:
    (plugin_dir / ".racetrackignore").unlink()
    ours, theirs = both(plugin_dir, tmp_path)
    assert_same_but_for_the_date(ours, theirs)
    assert {out.where for out in ours.left_out} == {"built in"}


def both(plugin_dir: Path, tmp_path: Path) -> tuple[Bundle, Bundle]:
    for name in ("ours", "theirs"):
        (tmp_path / name).mkdir()
    ours = bundle_plugin(plugin_dir, tmp_path / "ours", build_date=DATE)
    return ours, racetrack_bundle(plugin_dir, tmp_path / "theirs")


def assert_same_but_for_the_date(ours: Bundle, theirs: Bundle) -> None:
    a, b = contents(ours), contents(theirs)
    manifests = [files.pop("plugin-manifest.yaml").decode().splitlines() for files in (a, b)]
    assert a == b
    dated = [[line for line in text if line.startswith("build_date:")] for text in manifests]
    assert dated[0] == ["build_date: 2026-03-04T050608Z"]
    assert len(dated[1]) == 1
    undated = [[line for line in text if line not in dated[0] + dated[1]] for text in manifests]
    assert undated[0] == undated[1]


def test_the_real_command_writes_into_the_plugin_and_leaves_no_settings(plugin_dir: Path) -> None:
    before = set(Path.home().rglob("*"))
    theirs = racetrack_bundle(plugin_dir)
    assert theirs.path == plugin_dir / "golang-job-type-1.2.3.zip"
    assert theirs.plugin_manifest.build_date is not None
    assert set(Path.home().rglob("*")) == before


def test_the_real_commands_own_words_are_told(plugin_dir: Path) -> None:
    (plugin_dir / "plugin.py").unlink()
    with pytest.raises(BundleError, match=r"exit code 70 .*plugin\.py file was not found"):
        racetrack_bundle(plugin_dir)


def test_the_command_of_this_environment_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    (word,) = racetrack_command()
    assert os.access(word, os.X_OK)
    monkeypatch.setenv("PATH", "/nonexistent")
    assert racetrack_command() == (word,)


def test_same_input_same_bytes(plugin_dir: Path, out_dir: Path, tmp_path: Path) -> None:
    first = bundle_plugin(plugin_dir, out_dir).path.read_bytes()
    assert bundle_plugin(plugin_dir, out_dir).path.read_bytes() == first
    # A copy lists its folders in another order, and a umask changes its modes.
    copy = tmp_path / "copy"
    for name in reversed(FILES):
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(plugin_dir / name, copy / name)
        (copy / name).chmod(0o700)
    assert bundle_plugin(copy, out_dir).path.read_bytes() == first


def test_the_environment_can_fix_the_date(
    plugin_dir: Path, out_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    first = bundle_plugin(plugin_dir, out_dir)
    assert manifest_in(first)["build_date"] == "2023-11-14T221320Z"
    with zipfile.ZipFile(first.path) as archive:
        assert {info.date_time for info in archive.infolist()} == {(2023, 11, 14, 22, 13, 20)}
    for path in plugin_dir.rglob("*"):
        os.utime(path, (1, 1))
    before = first.path.read_bytes()
    assert bundle_plugin(plugin_dir, out_dir).path.read_bytes() == before
    assert bundle_plugin(plugin_dir, out_dir, build_date=DATE).path.read_bytes() != before


@pytest.mark.parametrize(
    ("newest", "build_date", "member"),
    [
        (1_000_000_000, "2001-09-09T014640Z", (2001, 9, 9, 1, 46, 40)),
        (0, "1970-01-01T000000Z", (1980, 1, 1, 0, 0, 0)),
    ],
)
def test_without_one_the_newest_file_dates_the_bundle(
    plugin_dir: Path, out_dir: Path, newest: int, build_date: str, member: tuple[int, ...]
) -> None:
    for path in plugin_dir.rglob("*"):
        os.utime(path, (newest - 5, newest - 5))
    os.utime(plugin_dir / "plugin.py", (newest, newest))
    os.utime(plugin_dir / "go_wrapper" / "Makefile")  # left out, so its time does not count
    bundle = bundle_plugin(plugin_dir, out_dir)
    assert manifest_in(bundle)["build_date"] == build_date
    with zipfile.ZipFile(bundle.path) as archive:
        assert {info.date_time for info in archive.infolist()} == {member}


def test_members_are_sorted_compressed_and_of_one_mode(plugin_dir: Path, out_dir: Path) -> None:
    (plugin_dir / "big.txt").write_text("x" * 100_000)
    with zipfile.ZipFile(bundle_plugin(plugin_dir, out_dir).path) as archive:
        infos = archive.infolist()
    names = [info.filename for info in infos]
    assert names == [*sorted(names[:-1]), "plugin-manifest.yaml"]
    assert {info.external_attr for info in infos} == {0o100644 << 16}
    assert {info.compress_type for info in infos} == {zipfile.ZIP_DEFLATED}
    assert next(info for info in infos if info.filename == "big.txt").compress_size < 1000


def test_says_what_went_in_and_what_did_not_and_why(plugin_dir: Path, out_dir: Path) -> None:
    bundle = bundle_plugin(plugin_dir, out_dir)
    assert [file.path for file in bundle.files] == sorted(KEPT)
    main = next(file for file in bundle.files if file.path == "go_wrapper/main.go")
    assert (main.size, main.sha256) == (13, hashlib.sha256(b"package main\n").hexdigest())
    assert [(out.path, out.pattern, out.where) for out in bundle.left_out] == [
        (".git/", ".git", "built in"),
        (".gitignore", ".gitignore", "built in"),
        (".racetrackignore", "/.racetrackignore", "built in"),
        ("__pycache__/", "__pycache__", "built in"),
        ("docs/deep/er.md", "/docs", ".racetrackignore:4"),
        ("docs/index.md", "/docs", ".racetrackignore:4"),
        ("go_wrapper/Makefile", "Makefile", ".racetrackignore:2"),
        (
            "go_wrapper/swaggerui/ui.js.map",
            "go_wrapper/swaggerui/*.map",
            ".racetrackignore:1",
        ),
        ("golang-job-type-1.0.0.zip", "*.zip", "built in"),
        ("notes/drop.txt", "-notes", ".racetrackignore:5"),
        ("secret1.txt", "secret[0-9].txt", ".racetrackignore:7"),
    ]
    assert str(bundle.left_out[0]) == ".git/ (.git, built in)"
    page = bundle._repr_html_()
    assert "go_wrapper/main.go" in page
    assert "secret[0-9].txt" in page
    assert repr(bundle) == (
        f"<Bundle golang-job-type-1.2.3.zip: 12 files, {bundle.size / 1000:.1f} kB, 11 left out>"
    )


def test_a_left_out_folder_is_one_entry_where_nothing_brings_a_file_back(
    plugin_dir: Path, out_dir: Path
) -> None:
    (plugin_dir / ".racetrackignore").write_text("docs\ngo_wrapper/swaggerui\n")
    left_out = [out.path for out in bundle_plugin(plugin_dir, out_dir).left_out]
    assert "docs/" in left_out
    assert "sub/docs/" in left_out
    assert "go_wrapper/swaggerui/" not in left_out  # matches no path below that folder


def test_takes_a_loaded_plugin_and_another_version(plugin_dir: Path) -> None:
    plugin = load_plugin(plugin_dir)
    bundle = bundle_plugin(plugin, plugin_version="2.0.0-dev")
    assert bundle.path == plugin_dir / "golang-job-type-2.0.0-dev.zip"
    assert manifest_in(bundle)["version"] == "2.0.0-dev"
    assert plugin.plugin_manifest.version == "1.2.3"
    assert load_plugin(bundle.path).job_types.keys() == plugin.job_types.keys()
    with pytest.raises(BundleError, match="is a bundle already"):
        bundle_plugin(load_plugin(bundle.path))


def test_a_bundle_never_holds_itself(plugin_dir: Path) -> None:
    first = bundle_plugin(plugin_dir)
    assert bundle_plugin(plugin_dir).path.read_bytes() == first.path.read_bytes()
    (plugin_dir / "current").symlink_to(first.path.name)
    with pytest.raises(BundleError, match=r"current: leads to the bundle itself"):
        bundle_plugin(plugin_dir)


def test_links_within_the_plugin_are_followed_to_files_only(
    plugin_dir: Path, out_dir: Path
) -> None:
    (plugin_dir / "link.go").symlink_to("go_wrapper/main.go")
    (plugin_dir / "linked").symlink_to("go_wrapper")
    bundle = bundle_plugin(plugin_dir, out_dir)
    assert contents(bundle)["link.go"] == b"package main\n"
    assert [str(out) for out in bundle.left_out if "linked" in out.path] == [
        "linked/ (a link to a folder)"
    ]
    theirs = contents(racetrack_bundle(plugin_dir, out_dir))
    assert sorted(theirs) == [file.path for file in bundle.files]
