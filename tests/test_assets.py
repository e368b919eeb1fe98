"""The Swagger page's third-party files: copied once, checked always, never half written."""

from __future__ import annotations

import hashlib
import importlib.resources
import shutil
import sys
from pathlib import Path

import pytest

from tests.limits import file_size_limit, open_folder, unprivileged
from workbench.assets import install_assets, missing_assets
from workbench.errors import AssetsError
from workbench.settings import shipped

NAMES = ("swagger-ui.css", "index.css", "favicon-16x16.png")
VENDOR = Path(str(importlib.resources.files("swagger_ui_bundle") / "vendor/swagger-ui-4.15.5"))


def sums(*names: str) -> str:
    lines = (
        f"{hashlib.sha256((VENDOR / name).read_bytes()).hexdigest()}  {name}" for name in names
    )
    return "".join(f"{line}\n" for line in lines)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The assets' folder of a plugin, with a list and nothing else in it."""
    folder = tmp_path / "plugin" / "go_wrapper" / "swaggerui"
    folder.mkdir(parents=True)
    (folder / "SHA256SUMS").write_text(sums(*NAMES))
    return folder


@pytest.fixture
def plugin_dir(folder: Path) -> Path:
    return folder.parent.parent


def test_copies_what_is_listed_and_nothing_else(plugin_dir: Path, folder: Path) -> None:
    assert missing_assets(plugin_dir) == NAMES
    written = install_assets(plugin_dir)
    assert written == tuple(folder / name for name in NAMES)
    assert sorted(path.name for path in folder.iterdir()) == sorted((*NAMES, "SHA256SUMS"))
    for name in NAMES:
        assert (folder / name).read_bytes() == (VENDOR / name).read_bytes()
    assert missing_assets(str(plugin_dir)) == ()


def test_the_finished_plugins_list_is_that_of_the_package(folder: Path, plugin_dir: Path) -> None:
    own = shipped("golang-job-type") / "go_wrapper" / "swaggerui"
    shutil.copy(own / "SHA256SUMS", folder)
    listed = missing_assets(plugin_dir)
    assert listed
    assert {path.name for path in install_assets(plugin_dir)} == set(listed)
    # What the page itself is made of is the plugin's, and never written over.
    assert not {"index.html", "swagger-initializer.js", "openapi.json"} & set(listed)


def test_a_second_call_writes_nothing(plugin_dir: Path, folder: Path) -> None:
    install_assets(plugin_dir)
    before = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    assert install_assets(plugin_dir) == ()
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == before


def test_a_changed_file_is_put_right_and_the_others_are_left(
    plugin_dir: Path, folder: Path
) -> None:
    install_assets(plugin_dir)
    (folder / "index.css").write_text("body {}")
    assert missing_assets(plugin_dir) == ("index.css",)
    assert install_assets(plugin_dir) == (folder / "index.css",)
    assert (folder / "index.css").read_bytes() == (VENDOR / "index.css").read_bytes()


def test_the_list_may_be_in_sha256sums_binary_form(plugin_dir: Path, folder: Path) -> None:
    (folder / "SHA256SUMS").write_text(sums("index.css").replace("  ", " *") + "\n")
    assert install_assets(plugin_dir) == (folder / "index.css",)


def test_a_plugin_without_a_list_lacks_nothing_and_cannot_be_filled(tmp_path: Path) -> None:
    assert missing_assets(tmp_path) == ()
    with pytest.raises(AssetsError, match=r"SHA256SUMS: there is no such file"):
        install_assets(tmp_path)


@pytest.mark.parametrize(
    "line",
    [
        "abc  index.css",
        "0" * 64 + "  ../index.css",
        "0" * 64 + "  ..",
        "0" * 64 + " index.css",
        "0" * 64 + "  SHA256SUMS",
    ],
)
def test_a_line_that_is_no_checksum_is_named(plugin_dir: Path, folder: Path, line: str) -> None:
    (folder / "SHA256SUMS").write_text(sums("index.css") + line + "\n")
    with pytest.raises(AssetsError, match=r"SHA256SUMS:2: is no line of a list of checksums"):
        install_assets(plugin_dir)
    assert not (folder / "index.css").exists()


def test_a_checksum_that_differs_changes_nothing(plugin_dir: Path, folder: Path) -> None:
    wrong = sums("index.css") + "0" * 64 + "  swagger-ui.css\n"
    (folder / "SHA256SUMS").write_text(wrong)
    with pytest.raises(AssetsError, match=r"swagger-ui\.css of the installed swagger-ui-bundle is"):
        install_assets(plugin_dir)
    assert [path.name for path in folder.iterdir()] == ["SHA256SUMS"]


def test_a_name_that_the_package_lacks(plugin_dir: Path, folder: Path) -> None:
    (folder / "SHA256SUMS").write_text("0" * 64 + "  nosuch.js\n")
    with pytest.raises(AssetsError, match=r"has no readable .*nosuch\.js"):
        install_assets(plugin_dir)


def test_the_package_is_not_installed(plugin_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "swagger_ui_bundle", None)
    with pytest.raises(AssetsError, match="is not installed") as caught:
        install_assets(plugin_dir)
    assert "pip install 'swagger-ui-bundle==1.1.0'" in str(caught.value)


def test_another_version_of_the_package(
    plugin_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "site" / "swagger_ui_bundle"
    (other / "vendor" / "swagger-ui-9.9.9").mkdir(parents=True)
    (other / "__init__.py").touch()
    monkeypatch.delitem(sys.modules, "swagger_ui_bundle")
    monkeypatch.syspath_prepend(str(other.parent))
    with pytest.raises(AssetsError, match=r"no folder vendor/swagger-ui-4\.15\.5: it is another"):
        install_assets(plugin_dir)


def test_a_full_disk_leaves_no_half_file(plugin_dir: Path, folder: Path) -> None:
    (folder / "SHA256SUMS").write_text(sums("swagger-ui.css"))
    with (
        file_size_limit(1000),
        pytest.raises(AssetsError, match=r"swagger-ui\.css: cannot be writ"),
    ):
        install_assets(plugin_dir)
    assert [path.name for path in folder.iterdir()] == ["SHA256SUMS"]


def test_a_read_only_folder_is_named(plugin_dir: Path) -> None:
    with open_folder() as copy:
        shutil.copytree(plugin_dir, copy, dirs_exist_ok=True)
        copy.chmod(0o755)
        assets = copy / "go_wrapper" / "swaggerui"
        assets.chmod(0o555)
        with unprivileged(), pytest.raises(AssetsError, match="Permission denied") as caught:
            install_assets(copy)
        assert f"make {assets} writable" in str(caught.value)
        assets.chmod(0o755)


def test_a_folder_in_the_place_of_a_file_is_named(plugin_dir: Path, folder: Path) -> None:
    (folder / "index.css").mkdir()
    with pytest.raises(AssetsError, match=r"index\.css: cannot be read: Is a directory"):
        install_assets(plugin_dir)
