"""Installing, replacing, listing and removing plugins; what is refused, and what stays then."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.case_files import expectations
from tests.racetrack.plugins.making import Server, bringing, cases, zip_of, zipped
from tests.support import ROOT
from workbench.bundle import bundle_plugin
from workbench.racetrack.problems import Exists, Invalid, NotFound, Problem, TooLarge

EMPTY: list[str] = []


def test_the_finished_plugin_is_installed_as_it_was_sent(linting: Server, tmp_path: Path) -> None:
    sent = bundle_plugin(ROOT / "golang-job-type", tmp_path).path.read_bytes()
    plugin = linting.install(sent, "golang-job-type-0.0.0.zip")
    assert plugin.to_wire() | {"build_date": None} == {
        "name": "golang-job-type",
        "version": "0.0.0",
        "build_date": None,
        "url": "https://github.com/TheRacetrack/plugin-go-job-type",
        "priority": 0,
        "category": "job-type",
        "components": [],
    }
    assert (plugin.job_types, plugin.hooks) == (("golang:0.0.0",), ("job_types",))
    assert (plugin.size, plugin.warnings, plugin.error) == (len(sent), (), "")
    for registry in (linting.registry, linting.again()):
        assert registry.archive("golang-job-type", "0.0.0").read_bytes() == sent
        assert registry.plugins() == [plugin]
        (job_type,) = registry.job_types().values()
        (image,) = job_type.images
        assert image.base_dockerfile == job_type.plugin_dir / "base.Dockerfile"
        assert image.dockerfile_path.is_file()
        assert (job_type.plugin_dir / "go_wrapper" / "main.go").is_file()


@pytest.mark.parametrize("case", cases("good"), ids=lambda case: case.stem)
def test_a_good_plugin_is_installed(case: Path, server: Server) -> None:
    plugin = server.install(zip_of(case))
    expected = case / "plugin.py" if case.is_dir() else case
    assert list(plugin.job_types) == expectations(expected, "job-type")
    assert list(plugin.hooks) == expectations(expected, "hook")
    assert server.installed() == ["case==1.2.3"]


def test_a_zip_that_is_too_large(tmp_path: Path, unlinted: None) -> None:  # noqa: ARG001
    server = Server(tmp_path / "state", limits={"upload": 2000})
    with pytest.raises(TooLarge, match=r"^mine\.zip is larger than the 0\.0019\d* MiB that are"):
        server.install(b"x" * 2001, "mine.zip")
    assert server.files() == EMPTY
    assert server.install("class Plugin: ...").name == "case"


def test_versions_stand_side_by_side_in_racetracks_order(server: Server) -> None:
    for name, version, priority in [
        ("b", "1.0.0", 0), ("a", "1.10.0", 0), ("a", "1.9.0", 0), ("c", "1.10.0-dev", 0),
        ("late", "0.0.1", 5), ("early", "9.9.9", -1), ("aa", "1.0.0", 0),
    ]:  # fmt: skip
        code = bringing(f"{name}:{version}")
        manifest = f"priority: {priority}\n"
        server.install(zipped(code, name=name, version=version, manifest=manifest))
    expected = ["early==9.9.9", "aa==1.0.0", "b==1.0.0", "a==1.9.0", "c==1.10.0-dev", "a==1.10.0"]
    assert server.installed() == [*expected, "late==0.0.1"]
    listed = list(server.registry.job_types())
    assert listed == sorted(listed)
    assert len(listed) == 7
    server.again()
    assert server.installed() == [*expected, "late==0.0.1"]


def test_the_same_version_again_takes_its_place(server: Server) -> None:
    server.install(zipped(bringing("golang:1.0.0")))
    again = zipped(bringing("golang:2.0.0"))
    server.install(again)
    assert server.installed() == ["case==1.2.3"]
    assert list(server.registry.job_types()) == ["golang:2.0.0"]
    assert server.registry.archive("case", "1.2.3").read_bytes() == again
    assert list(server.again().job_types()) == ["golang:2.0.0"]
    assert len(server.files()) == 2  # a ZIP, and what was unpacked of it


def test_replacing_removes_every_version_of_that_name(server: Server) -> None:
    for version in ("1.0.0", "1.1.0", "2.0.0"):
        server.install(zipped(bringing(f"golang:{version}"), version=version))
    server.install(zipped(bringing("rust:1.0.0"), name="other", version="1.0.0"))
    server.install(zipped(bringing("golang:1.0.1"), version="1.0.1"), replace=True)
    assert server.installed() == ["other==1.0.0", "case==1.0.1"]
    assert list(server.again().job_types()) == ["golang:1.0.1", "rust:1.0.0"]


def test_a_refused_replacement_replaces_nothing(server: Server) -> None:
    server.install(zipped(bringing("golang:1.0.0"), version="1.0.0"))
    with pytest.raises(Invalid):
        server.install(zipped("raise ValueError", version="1.1.0"), replace=True)
    assert server.installed() == ["case==1.0.0"]
    assert server.registry.job_types()["golang:1.0.0"].images[0].dockerfile_path.is_file()


def test_a_second_infrastructure_plugin(server: Server) -> None:
    def made(version: str) -> bytes:
        return zipped("class Plugin: ...", version=version, manifest="category: infrastructure\n")

    server.install(made("1.0.0"))
    before = server.files()
    with pytest.raises(Exists) as caught:
        server.install(made("1.1.0"))
    assert (caught.value.status, caught.value.type) == (409, "AlreadyExists")
    assert caught.value.message.startswith("Infrastructure plugin with same name already exists.")
    assert server.files() == before
    server.install(made("1.1.0"), replace=True)
    assert server.installed() == ["case==1.1.0"]


def test_uninstalling(server: Server) -> None:
    plugin = server.install(bringing("golang:1.0.0"))
    folder = server.registry.job_types()["golang:1.0.0"].plugin_dir
    with pytest.raises(NotFound, match=r'^plugin named "case" 9\.9\.9 was not found$'):
        server.registry.uninstall("case", "9.9.9")
    assert server.registry.uninstall("case", "1.2.3") == plugin
    assert (server.installed(), server.registry.job_types()) == (EMPTY, {})
    assert folder.is_dir(), "a build may be reading it"
    with pytest.raises(NotFound, match=r'^plugin named "case" 1\.2\.3 was not found$'):
        server.registry.uninstall("case", "1.2.3")
    with pytest.raises(NotFound, match=r"^Plugin 'case' version '1\.2\.3' not found$"):
        server.registry.archive("case", "1.2.3")
    server.again()
    assert (server.installed(), server.files()) == (EMPTY, EMPTY)


def test_files_of_former_plugins_do_not_pile_up(server: Server) -> None:
    for number in range(15):
        server.install(zipped(f"class Plugin: ...\n# {number}"))
    assert len([name for name in server.files() if name.startswith("archives/")]) == 9


def test_two_uploads_at_one_moment(server: Server, tmp_path: Path) -> None:
    def install(number: int) -> str:
        path = tmp_path / f"{number}.zip"
        version = f"1.0.{number % 4}"
        path.write_bytes(zipped(bringing(f"golang:{version}"), version=version))
        return server.registry.install(path, path.name, replace=False).version

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(install, range(8)))
    assert server.installed() == [f"case==1.0.{number}" for number in range(4)]
    assert len(server.registry.job_types()) == 4


def test_a_job_type_that_two_plugins_bring(server: Server) -> None:
    server.install(zipped(bringing("golang:1.0.0"), name="b", version="1.0.0"))
    late = server.install(zipped(bringing("golang:1.0.0"), name="a", version="2.0.0"))
    early, late_now = server.registry.plugins()
    assert early.warnings == (
        "golang:1.0.0 is brought by a 2.0.0, which is loaded later: that one is taken",
    )
    assert late.warnings == late_now.warnings
    assert "is brought by b 1.0.0 as well: this one is loaded later" in late.warnings[0]
    assert server.registry.resolve("golang:latest")[1].name == "a"
    server.registry.uninstall("a", "2.0.0")
    (alone,) = server.registry.plugins()
    assert alone.warnings == ()
    assert server.registry.resolve("golang:latest")[1].name == "b"


def test_components_decide_which_part_of_a_server_knows_a_plugin(server: Server) -> None:
    for component in ("lifecycle", "image-builder", "pub"):
        code = bringing(f"{component}:1.0.0")
        manifest = f"components: [{component}]\n"
        server.install(zipped(code, name=component, version="1.0.0", manifest=manifest))
    assert list(server.registry.job_types()) == ["lifecycle:1.0.0"]
    assert server.registry.resolve("image-builder:latest")[1].name == "image-builder"
    for name in ("lifecycle", "pub"):
        with pytest.raises(Invalid, match="there is no version matching"):
            server.registry.resolve(f"{name}:latest")
    (of_pub,) = (each for each in server.registry.plugins() if each.name == "pub")
    assert of_pub.hooks == ()
    assert "it is for pub, and this server is lifecycle and image-builder alone" in str(of_pub)
    server.again()
    assert list(server.registry.job_types()) == ["lifecycle:1.0.0"]


def test_a_plugin_that_is_for_other_parts_is_not_executed(server: Server, tmp_path: Path) -> None:
    code = f"open({str(tmp_path / 'ran')!r}, 'w')\n"
    server.install(zipped(code, manifest="components: [pub]\n"))
    server.again()
    assert not (tmp_path / "ran").exists()


def test_a_zip_that_is_gone_or_damaged_is_told(server: Server) -> None:
    server.install("class Plugin: ...")
    server.registry.archive("case", "1.2.3").write_bytes(b"other")
    with pytest.raises(Problem, match=r"^case-1\.2\.3\.zip is damaged on the server's disk"):
        server.registry.archive("case", "1.2.3")
    assert server.installed() == ["case==1.2.3"]
