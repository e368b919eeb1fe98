"""What a plugin's requirements.txt lists: installed if that is allowed, told about if it is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.racetrack.plugins.making import Server, packed, zipped
from workbench.racetrack.problems import Invalid

NEEDS_TINY = """
import os
import sys

import racetrack_client
import tiny_package


class Plugin:
    def job_types(self):
        return {f"golang:{tiny_package.VERSION}": "job-template.Dockerfile"}

    def job_runtime_env_vars(self):
        return {"TINY": tiny_package.VERSION, "PREFIX": sys.prefix}
"""


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with a tiny package, which pip takes for all the packages of the world."""
    folder = tmp_path / "packages"
    folder.mkdir()
    info = "tiny_package-1.2.3.dist-info"
    wheel = {
        "tiny_package.py": 'VERSION = "1.2.3"\n',
        f"{info}/METADATA": "Metadata-Version: 2.1\nName: tiny-package\nVersion: 1.2.3\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/RECORD": "",
    }
    (folder / "tiny_package-1.2.3-py3-none-any.whl").write_bytes(packed(wheel))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")


def _needing(code: str, requirement: str, version: str = "1.0.0") -> bytes:
    return zipped(code, version=version, **{"requirements.txt": f"{requirement}\n"})


@pytest.mark.usefixtures("packages", "unlinted")
def test_a_plugin_gets_an_environment_of_its_own(tmp_path: Path) -> None:
    server = Server(tmp_path / "state", settings={"requirements": True})
    plugin = server.install(_needing(NEEDS_TINY, "tiny-package==1.2.3"))
    assert (plugin.job_types, plugin.warnings) == (("golang:1.2.3",), ())
    (environment,) = (server.config.plugins_dir / "environments").iterdir()
    expected = {"TINY": "1.2.3", "PREFIX": str(environment)}
    assert server.registry.runtime_env() == expected
    made = (environment / "installed").stat().st_mtime_ns

    server.install(_needing(NEEDS_TINY, "tiny-package==1.2.3", "1.1.0"))  # no second environment
    assert list((server.config.plugins_dir / "environments").iterdir()) == [environment]
    assert server.again(requirements=False).runtime_env() == expected  # what is there is used
    assert server.again(requirements=True).runtime_env() == expected
    assert (environment / "installed").stat().st_mtime_ns == made

    (environment / "installed").unlink()  # as a crash would have left it
    assert server.again().runtime_env() == expected
    assert (environment / "installed").exists()

    for version in ("1.0.0", "1.1.0"):
        server.registry.uninstall("case", version)
    server.again()
    assert list((server.config.plugins_dir / "environments").iterdir()) == []


@pytest.mark.usefixtures("packages", "unlinted")
def test_what_cannot_be_installed_is_told_with_the_words_of_pip(tmp_path: Path) -> None:
    server = Server(tmp_path / "state", settings={"requirements": True})
    with pytest.raises(Invalid) as caught:
        server.install(_needing(NEEDS_TINY, "no-such-package==9"), "mine.zip")
    first, *log = caught.value.message.splitlines()
    assert first == (
        "mine.zip/requirements.txt could not be installed: pip ended with exit code 1."
    )
    assert "No matching distribution found for no-such-package==9" in "\n".join(log)
    assert str(server.folder) not in caught.value.wire_text
    assert (server.installed(), server.files()) == ([], [])


@pytest.mark.usefixtures("packages")
def test_without_permission_nothing_is_installed(server: Server) -> None:
    plugin = server.install(_needing("class Plugin: ...", "tiny-package"))
    assert plugin.warnings == (
        "requirements.txt is not installed; it is allowed when the server is started, by "
        "`--requirements`. A real server installs it on every load",
    )
    with pytest.raises(Invalid) as caught:
        server.install(_needing(NEEDS_TINY, "tiny-package", "1.1.0"))
    assert "No module named 'tiny_package'" in caught.value.message
    assert caught.value.remedy == (
        "requirements.txt is not installed; it is allowed when the server is started, by "
        "`--requirements`."
    )
    assert server.installed() == ["case==1.0.0"]
    assert not (server.config.plugins_dir / "environments").exists()
