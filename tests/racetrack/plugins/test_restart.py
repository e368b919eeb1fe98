"""What a server that starts again does about its plugins: little, and nothing that harms others."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.racetrack.plugins.making import Server, bringing, hooking, zipped
from workbench.racetrack.plugins import loading
from workbench.racetrack.problems import Invalid, Problem

NUMBER = 100


def _telling(ran: Path, name: str) -> str:
    """Code that writes down that it was executed, and refuses while a file says so."""
    return (
        "import os\n"
        f"open({str(ran)!r}, 'a').write({name!r} + chr(10))\n"
        f"if os.path.exists({str(ran.with_name('refuse-'))!r} + {name!r}):\n"
        "    raise RuntimeError('not today')\n"
    )


def test_a_hundred_plugins_are_there_again_without_being_executed(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = tmp_path / "ran"
    names = [f"plugin-{number:03}" for number in range(NUMBER)]
    for name in names:
        code = _telling(ran, name) + bringing(f"{name}:1.0.0")
        server.install(zipped(code, name=name, version="1.0.0"))
    before, types = server.registry.plugins(), server.registry.job_types()
    assert [plugin.name for plugin in before] == names
    assert sorted(ran.read_text().split()) == names

    ran.unlink()
    registry = server.again()
    assert (registry.plugins(), registry.job_types()) == (before, types)
    assert not ran.exists()

    # Another Python may say something else: all are executed, and one of them fails.
    monkeypatch.setattr(loading, "CIRCUMSTANCES", "another Python")
    (tmp_path / "refuse-plugin-007").touch()
    registry = server.again()
    assert sorted(ran.read_text().split()) == names
    (broken,) = (plugin for plugin in registry.plugins() if plugin.error)
    assert broken.name == "plugin-007"
    assert "plugin.py raised RuntimeError: not today." in broken.error
    assert len(registry.job_types()) == NUMBER - 1
    with pytest.raises(Invalid, match=r"no version matching") as caught:
        registry.resolve("plugin-007:latest")
    assert "plugin-007 1.0.0 does not load: plugin-007-1.0.0.zip/plugin.py:4" in (
        caught.value.remedy or ""
    )

    # What was learnt under this Python is kept; what failed is tried again.
    ran.unlink()
    (tmp_path / "refuse-plugin-007").unlink()
    registry = server.again()
    assert ran.read_text().split() == ["plugin-007"]
    assert registry.job_types() == types
    assert [plugin.error for plugin in registry.plugins()] == [""] * NUMBER


def test_a_damaged_zip_is_kept_and_harms_no_other(server: Server) -> None:
    server.install(zipped(bringing("golang:1.0.0"), name="good", version="1.0.0"))
    code = bringing("rust:1.0.0") + hooking("markdown_docs", "return 'docs'")[14:]
    sent = zipped(code, name="bad", version="1.0.0")
    server.install(sent)
    server.registry.archive("bad", "1.0.0").write_bytes(sent[:-1] + b"x")
    registry = server.again()
    by_name = {plugin.name: plugin for plugin in registry.plugins()}
    assert by_name["bad"].error == (
        "bad-1.0.0.zip is damaged on the server's disk, or gone.\nRemedy: install it again."
    )
    assert by_name["good"].error == ""
    assert list(registry.job_types()) == ["golang:1.0.0"]
    assert registry.docs("bad") is None
    assert registry.resolve("golang:latest")[1].name == "good"
    with pytest.raises(Problem, match="damaged"):
        registry.archive("bad", "1.0.0")
    server.install(sent)
    assert server.again().docs("bad") == "docs"
    assert list(server.registry.job_types()) == ["golang:1.0.0", "rust:1.0.0"]


def test_a_broken_plugin_can_be_uninstalled(server: Server) -> None:
    plugin = server.install("class Plugin: ...")
    server.registry.archive("case", "1.2.3").unlink()
    (broken,) = server.again().plugins()
    assert broken.error
    server.registry.uninstall(plugin.name, plugin.version)
    assert server.again().plugins() == []


@pytest.mark.parametrize("damage", ["cut", "changed", "gone", "folder"])
def test_unpacked_files_are_made_whole_again(damage: str, server: Server) -> None:
    server.install(bringing("golang:1.0.0"))
    folder = server.registry.job_types()["golang:1.0.0"].plugin_dir
    template = folder / "job-template.Dockerfile"
    text = template.read_text()
    match damage:
        case "cut":
            template.write_text("")
        case "changed":
            template.write_text(text.swapcase())
        case "gone":
            template.unlink()
        case _:
            for path in folder.iterdir():
                path.unlink()
            folder.rmdir()
    job_type, _ = server.again().resolve("golang:latest")
    assert job_type.images[0].dockerfile_path.read_text() == text


def test_the_state_can_be_moved(server: Server, tmp_path: Path) -> None:
    pair = "(self.plugin_dir / 'base.Dockerfile', self.plugin_dir / 'job-template.Dockerfile')"
    server.install(bringing("golang:1.0.0", value=pair))
    server.store.close()
    server.folder.rename(tmp_path / "moved")
    (image,) = Server(tmp_path / "moved").registry.resolve("golang:latest")[0].images
    assert image.base_dockerfile is not None
    assert image.base_dockerfile.is_relative_to(tmp_path / "moved")
    assert image.dockerfile_path.is_file()
