"""Installing, replacing, listing and removing plugins; what is refused, and what stays then."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.case_files import expectations
from tests.racetrack.plugins.making import (
    TEMPLATE,
    Server,
    bringing,
    packed,
    zipped,
)
from tests.support import ROOT
from workbench.bundle import bundle_plugin
from workbench.racetrack.problems import Exists, Invalid, NotFound, Problem, TooLarge

CASES = ROOT / "tests" / "cases" / "plugins"
EMPTY: list[str] = []


def _cases(kind: str) -> list[Path]:
    found = [*(CASES / kind).glob("*.py"), *(CASES / kind).glob("*/")]
    return sorted(found, key=lambda path: path.name)


def _zip_of(case: Path) -> bytes:
    members: dict[str, str | bytes] = {
        "plugin-manifest.yaml": "name: case\nversion: 1.2.3\n",
        "base.Dockerfile": TEMPLATE,
        "job-template.Dockerfile": TEMPLATE,
    }
    if case.is_dir():
        files = [path for path in case.rglob("*") if path.is_file()]
        members |= {str(path.relative_to(case)): path.read_bytes() for path in files}
    else:
        members["plugin.py"] = case.read_bytes()
    return packed(members)


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


@pytest.mark.parametrize("case", _cases("good"), ids=lambda case: case.stem)
def test_a_good_plugin_is_installed(case: Path, server: Server) -> None:
    plugin = server.install(_zip_of(case))
    expected = case / "plugin.py" if case.is_dir() else case
    assert list(plugin.job_types) == expectations(expected, "job-type")
    assert list(plugin.hooks) == expectations(expected, "hook")
    assert server.installed() == ["case==1.2.3"]


@pytest.mark.parametrize("case", _cases("broken"), ids=lambda case: case.stem)
def test_a_broken_plugin_is_refused_under_the_users_name(case: Path, tmp_path: Path) -> None:
    path = case / "plugin.py" if case.is_dir() else case
    (timeout,) = expectations(path, "timeout") or ["5"]
    server = Server(tmp_path / "state", limits={"plugin": float(timeout)})
    with pytest.raises(Invalid) as caught:
        server.install(_zip_of(case), "mine.zip")
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


def test_what_a_real_server_finds_when_a_job_is_deployed_is_told(linting: Server) -> None:
    value = '{"images": [{"dockerfile_path": "nosuch.Dockerfile"}]}'
    code = bringing("golang:1.0.0", value=value) + "    def run_action(self, **named): ...\n"
    code += "    def infrastructure_targets(self): ...\n"
    code += "    def validate_job_manifest(self, manifest): ...\n"
    told = "\n".join(linting.install(code).warnings)
    assert "plugin.py: a job would fail: golang:1.0.0 names nosuch.Dockerfile, which is no" in told
    assert "plugin.py:6: a job would fail: Racetrack cannot call validate_job_manifest" in told
    assert "plugin.py: infrastructure_targets is not called here: jobs run on this server's" in told
    assert "plugin.py: run_action is not called here: this server has no `plugin/NAME/run`" in told
    unclosed = {"job-template.Dockerfile": "FROM scratch\n{% if manifest.name %\n{% endif %}\n"}
    told = "\n".join(linting.install(zipped(bringing("golang:1.0.0"), **unclosed)).warnings)
    assert "job-template.Dockerfile:2: a job would fail: " in told


@pytest.mark.parametrize(
    ("template", "told"),
    [
        (
            "{% for a in range(99999) %}{% for b in range(99999) %}{% for c in range(99999) %}"
            "{% endfor %}{% endfor %}{% endfor %}",
            "not linted: it took more than 2 s; does a template loop, or write without an end?",
        ),
        ("{{ 'x' * 99999999999 }}", "job-template.Dockerfile:2: a job would fail: MemoryError"),
    ],
    ids=["loops", "grows"],
)
def test_a_template_that_never_ends_holds_up_nobody(
    template: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workbench.racetrack.plugins.linting._START_ALLOWANCE", 1.0)
    server = Server(tmp_path / "state", limits={"plugin": 1.0})
    files = {"job-template.Dockerfile": f"FROM scratch\n{template}\n"}
    (warning,) = server.install(zipped(bringing("golang:1.0.0"), **files)).warnings
    assert warning.startswith(told)


def test_a_zip_that_is_gone_or_damaged_is_told(server: Server) -> None:
    server.install("class Plugin: ...")
    server.registry.archive("case", "1.2.3").write_bytes(b"other")
    with pytest.raises(Problem, match=r"^case-1\.2\.3\.zip is damaged on the server's disk"):
        server.registry.archive("case", "1.2.3")
    assert server.installed() == ["case==1.2.3"]
