"""Plugins: what comes of loading them, and that nothing keeps running.

Most cases are files in `tests/cases/plugins`; its README tells how to add one.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.case_files import expectations
from tests.support import ROOT
from workbench._wait import wait_until
from workbench.errors import ManifestError, PluginError, UsageError
from workbench.plugin import PluginData, load_plugin

CASES = ROOT / "tests" / "cases" / "plugins"
MANIFEST = "name: case\nversion: 1.2.3\n"


@pytest.fixture(autouse=True)
def _nothing_is_left(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """A test leaves no child and no temporary file."""
    folder = tmp_path_factory.mktemp("temp")
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    before = {process.pid for process in psutil.Process().children(recursive=True)}
    yield
    left = [each for each in psutil.Process().children(recursive=True) if each.pid not in before]
    assert not left
    assert list(folder.iterdir()) == []


def _cases(kind: str) -> list[Path]:
    found = [*(CASES / kind).glob("*.py"), *(CASES / kind).glob("*/")]
    return sorted(found, key=lambda path: path.name)


def _plugin(folder: Path, case: Path | str) -> Path:
    """A plugin's folder with the plugin.py of a case, or with the given code."""
    plugin = folder.resolve() / "plugin"
    if isinstance(case, Path) and case.is_dir():
        shutil.copytree(case, plugin)
    else:
        plugin.mkdir()
        code = case.read_bytes() if isinstance(case, Path) else case.encode()
        (plugin / "plugin.py").write_bytes(code)
    if not (plugin / "plugin-manifest.yaml").exists():
        (plugin / "plugin-manifest.yaml").write_text(MANIFEST)
    for name in ("base.Dockerfile", "job-template.Dockerfile"):
        (plugin / name).write_text("FROM scratch\n")
    return plugin


def _expected(folder: Path, kind: str) -> list[str]:
    path = folder / "plugin.py"
    return expectations(path, kind, path=path, folder=folder)


@pytest.mark.parametrize("case", _cases("broken"), ids=lambda case: case.stem)
def test_a_broken_plugin_is_one_clear_error(case: Path, tmp_path: Path) -> None:
    folder = _plugin(tmp_path, case)
    before = sorted(folder.rglob("*"))
    (timeout,) = _expected(folder, "timeout") or ["10"]
    with pytest.raises(PluginError) as caught:
        load_plugin(folder, timeout=float(timeout))
    error = caught.value
    for line, expected in zip(error.message.splitlines(), _expected(folder, "expect"), strict=True):
        if expected.endswith(" ..."):  # Python's own words, which differ between its versions
            assert line.startswith(expected.removesuffix(" ..."))
        else:
            assert line == expected
    assert error.path is not None
    assert str(error).startswith(f"{error.path}:{error.line}:" if error.line else f"{error.path}:")
    for remedy in _expected(folder, "remedy"):
        assert remedy in (error.remedy or "")
    for line in _expected(folder, "log"):
        assert line in error.log
    assert "child.py" not in str(error)
    assert sorted(folder.rglob("*")) == before, "loading wrote into the plugin's folder"


@pytest.mark.parametrize("case", _cases("good"), ids=lambda case: case.stem)
def test_a_good_plugin_loads(case: Path, tmp_path: Path) -> None:
    folder = _plugin(tmp_path, case)
    before = sorted(folder.rglob("*"))
    plugin = load_plugin(folder)
    assert list(plugin.job_types) == _expected(folder, "job-type")
    assert list(plugin.hooks) == _expected(folder, "hook")
    assert list(plugin.warnings) == _expected(folder, "warning")
    assert plugin.output.splitlines() == _expected(folder, "output")
    assert (plugin.source, plugin.plugin_dir) == (folder, folder)
    assert plugin.plugin_manifest.path == folder / "plugin-manifest.yaml"
    assert sorted(folder.rglob("*")) == before, "loading wrote into the plugin's folder"


def test_every_broken_case_expects_something() -> None:
    for case in _cases("broken"):
        assert expectations(case / "plugin.py" if case.is_dir() else case, "expect"), case


def test_paths_survive_the_way_back(tmp_path: Path) -> None:
    plugin = load_plugin(_plugin(tmp_path, CASES / "good" / "text-of-its-own-kind.py"))
    (image,) = plugin.job_type("golang:latest").images
    assert image.base_dockerfile == plugin.plugin_dir / "base.Dockerfile"
    assert image.dockerfile_path == plugin.plugin_dir / "job-template.Dockerfile"


def test_blanks_and_other_alphabets_in_the_path(tmp_path: Path) -> None:
    outer = tmp_path / "naïve plügin 東"
    outer.mkdir()
    loaded = load_plugin(_plugin(outer, CASES / "good" / "pair.py"))
    assert loaded.job_type("golang:*").version == "1.2.3"
    shutil.rmtree(outer / "plugin")
    folder = _plugin(outer, "while True:\n    pass\n")
    with pytest.raises(PluginError) as caught:
        load_plugin(folder, timeout=0.3)
    assert caught.value.line in (1, 2)


def test_a_plugin_that_hides_from_its_deadline_is_stopped_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workbench.plugin.execute._START_ALLOWANCE", 1.0)
    code = "import faulthandler\nfaulthandler.cancel_dump_traceback_later()\nwhile True: pass\n"
    with pytest.raises(PluginError, match=r"plugin\.py did not end within 0\.2 s"):
        load_plugin(_plugin(tmp_path, code), timeout=0.2)


@pytest.mark.parametrize("ending", ["", "os._exit(1)", "raise ValueError", "while True: pass"])
def test_what_a_plugin_started_ends_with_it(ending: str, tmp_path: Path) -> None:
    code = f"""
import os, subprocess, threading
child = subprocess.Popen(["sleep", "600"])  # beyond the test: only an end from outside ends it
open({str(tmp_path / "pid")!r}, "w").write(str(child.pid))
threading.Thread(target=threading.Event().wait).start()
{ending}
class Plugin:
    def markdown_docs(self): ...
"""
    folder = _plugin(tmp_path, code)
    if ending:
        with pytest.raises(PluginError):
            load_plugin(folder, timeout=2.0)
    else:
        assert load_plugin(folder).hooks == ("markdown_docs",)
    pid = int((tmp_path / "pid").read_text())
    wait_until(lambda: _gone(pid) or None, timeout=5)


def _gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_a_copy_that_a_plugin_forked_off_is_not_heard(tmp_path: Path) -> None:
    code = """
import os, sys
class Plugin:
    def job_types(self):
        parent = os.getpid()
        if os.fork() == 0:
            while os.getppid() == parent:
                pass
            sys.exit("said after the answer was given")
        return {"golang:1.0.0": "job-template.Dockerfile"}
"""
    assert list(load_plugin(_plugin(tmp_path, code)).job_types) == ["golang:1.0.0"]


def test_endless_output_is_cut(tmp_path: Path) -> None:
    code = "import os\nwhile True: os.write(1, b'x' * 65536)\n"
    with pytest.raises(PluginError, match=r"did not end within 0\.5 s") as caught:
        load_plugin(_plugin(tmp_path, code), timeout=0.5)
    assert len(str(caught.value)) < 100_000
    assert "characters more" in caught.value.log[-1]


def test_much_output_is_kept_as_far_as_it_helps(tmp_path: Path) -> None:
    code = "print('x' * 300_000)\nclass Plugin:\n    def markdown_docs(self): ...\n"
    output = load_plugin(_plugin(tmp_path, code)).output
    assert output.startswith("xxx")
    assert output.endswith("\n... and 234465 characters more\n")


def test_an_edit_within_the_same_second_is_seen(tmp_path: Path) -> None:
    code = "class Plugin:\n    def job_types(self):\n        return {'golang:1.0.%d': 'a'}\n"
    folder = _plugin(tmp_path, code % 1)
    (folder / "__pycache__").mkdir()
    subprocess.run([sys.executable, "-m", "compileall", "-q", folder], check=True)
    moment = (folder / "plugin.py").stat().st_mtime
    (folder / "plugin.py").write_text(code % 2)
    os.utime(folder / "plugin.py", (moment, moment))
    assert list(load_plugin(folder).job_types) == ["golang:1.0.2"]


def test_the_deadline_must_be_one(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="timeout=0 is not a number of seconds above zero"):
        load_plugin(_plugin(tmp_path, "class Plugin: ..."), timeout=0)


@pytest.mark.parametrize(
    ("files", "missing", "remedy"),
    [
        ([], "plugin-manifest.yaml", "give the folder of a plugin"),
        (["job.yaml"], "plugin-manifest.yaml", "this is the folder of a job"),
        (
            ["golang-job-type/plugin-manifest.yaml"],
            "plugin-manifest.yaml",
            "did you mean its folder golang-job-type?",
        ),
        (["plugin-manifest.yaml"], "plugin.py", "give the folder of a plugin"),
    ],
)
def test_a_folder_that_is_no_plugin(
    files: list[str], missing: str, remedy: str, tmp_path: Path
) -> None:
    for name in files:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(MANIFEST)
    with pytest.raises(PluginError) as caught:
        load_plugin(tmp_path)
    assert caught.value.message == f"There is no {missing} in {tmp_path.resolve()}."
    assert remedy in str(caught.value)


def test_a_place_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(PluginError, match="nosuch does not exist"):
        load_plugin(tmp_path / "nosuch")


def test_a_broken_manifest_is_told_as_one(tmp_path: Path) -> None:
    folder = _plugin(tmp_path, "class Plugin: ...")
    (folder / "plugin-manifest.yaml").write_text("name: Case\nversion: '1.0'\n")
    with pytest.raises(ManifestError, match=r"(?s)yaml:1: name: 'Case'.*yaml:2: version: '1\.0'"):
        load_plugin(folder)


def test_how_a_plugin_shows_itself(tmp_path: Path) -> None:
    plugin = load_plugin(_plugin(tmp_path, CASES / "good" / "images.py"))
    assert repr(plugin) == "<PluginData case 1.2.3: golang:2.0.0, golang:1.0.0>"
    page = plugin._repr_html_()
    assert "golang:2.0.0, golang:1.0.0" in page
    assert "ZIP" not in page


def test_loading_gives_a_value(tmp_path: Path) -> None:
    plugin = load_plugin(str(_plugin(tmp_path, CASES / "good" / "pair.py")))
    assert isinstance(plugin, PluginData)
    with pytest.raises(
        PluginError, match=r"There is no job type rust:latest; supported are: golang"
    ):
        plugin.job_type("rust:latest")


def test_a_line_without_its_colon_is_the_one_that_is_named(tmp_path: Path) -> None:
    folder = _plugin(tmp_path, "class Plugin: ...")
    text = "name: one\nversion 0.0.0\ncategory: job-type\n"
    (folder / "plugin-manifest.yaml").write_text(text)
    with pytest.raises(ManifestError, match=r"yaml:2: not YAML: this line has no colon"):
        load_plugin(folder)
