"""The runner behind `make test`: every stage runs, and what is skipped is counted."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests import parts, stages
from tests.running import Failed, Skipped, run
from tests.stages import Result, run_stage, summary
from tests.support import ROOT
from workbench.notebooks import find_notebooks

# Run by a pytest of its own, whose report is to tell the three apart.
THREE_TESTS = """
import pytest

def test_holds():
    pass

def test_needs_a_browser():
    pytest.skip("no Chromium")

@pytest.mark.xfail(strict=True, reason="it is no skip")
def test_is_known_to_fail():
    assert False
"""


def _raise(error: BaseException) -> None:
    raise error


@pytest.mark.parametrize(
    ("error", "state"),
    [(Failed("a"), "failed"), (Skipped("a"), "skipped"), (ValueError("a"), "failed")],
)
def test_a_stage_that_raises_is_told_and_ends_nothing(
    error: Exception, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stages, "IN_CI", False)
    result = run_stage("vet", lambda: _raise(error))
    assert (result.name, result.state, result.reason) == ("vet", state, "a")


def test_in_ci_a_skip_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stages, "IN_CI", True)
    result = run_stage("go-test", lambda: _raise(Skipped("no C compiler")))
    assert (result.state, result.reason) == ("failed", "no C compiler")


def test_the_table_tells_reasons_and_counts() -> None:
    results = [
        Result("ruff", "ok", "", 0.14),
        Result("mypy", "failed", "first line\nexit code 1", 12.0),
        Result("staticcheck", "skipped", "no network", 3.0),
    ]
    assert summary(results, ["tests.test_a::test_b: no Chromium"]).splitlines() == [
        "",
        "stage          result   seconds",
        "ruff           ok           0.1",
        "mypy           failed      12.0  exit code 1",
        "staticcheck    skipped      3.0  no network",
        "",
        "skipped within pytest: 1",
        "  tests.test_a::test_b: no Chromium",
        "",
        "stages: 1 passed, 1 failed, 1 skipped",
    ]


def test_the_skips_of_a_real_run_of_pytest_are_found(tmp_path: Path) -> None:
    (tmp_path / "test_three.py").write_text(THREE_TESTS)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")  # none of a folder above
    report = tmp_path / "pytest-report.xml"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    subprocess.run([*command, f"--junitxml={report}", str(tmp_path)], check=True, cwd=tmp_path)
    assert list(parts.skips(tmp_path)) == ["test_three::test_needs_a_browser: no Chromium"]


def test_all_parts_of_the_tests_run_and_the_one_that_fails_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "test_good.py").write_text("def test_good(): pass\n")
    (tmp_path / "test_bad.py").write_text("def test_bad(): assert False\n")
    words = {name: (str(tmp_path / f"test_{name}.py"),) for name in ("good", "bad")}
    monkeypatch.setattr(parts, "PARTS", words)
    assert parts.run(tmp_path) == ["bad"]
    out = capfd.readouterr().out
    assert out.index("--- good") < out.index("1 passed") < out.index("1 failed")


@pytest.mark.parametrize("name", parts.PARTS)
def test_a_part_runs_with_the_settings_of_this_project(name: str, tmp_path: Path) -> None:
    child, output = parts._start(name, ["--collect-only", "-q", "tests/test_wait.py"], tmp_path)
    assert child.wait() == 0, output.read_text()


def test_every_test_is_in_one_of_the_parts() -> None:
    *named, rest = parts.PARTS.values()
    places = [place for part in named for place in part]
    assert len(set(places)) == len(places)
    assert [place for place in places if not (ROOT / place).exists()] == []
    assert set(rest) == {"tests", *(f"--ignore={place}" for place in places)}


def test_a_failing_stage_does_not_stop_the_next_and_fails_the_run(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    python = sys.executable
    checks = {
        "first": lambda: _raise(Failed(run(python, "-c", "raise SystemExit(3)"))),
        "second": lambda: run(python, "-c", "print('second ran')"),
    }
    monkeypatch.setattr(stages, "CHECKS", checks)
    assert stages.main([]) == 1
    out = capfd.readouterr().out
    assert "first          failed" in out
    assert "exit code 3" in out
    assert "\nsecond ran\n" in out
    assert out.endswith("stages: 1 passed, 1 failed, 0 skipped\n")
    assert stages.main(["second"]) == 0


def test_without_docker_the_notebooks_about_images_are_skipped_and_that_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ran: list[tuple[Any, ...]] = []

    def note(*words: object, env: object, **_: object) -> str:
        ran.append((*words, env))
        return "".join(f"{word}: 8 cells ran in 1 s\n" for word in words if ".ipynb" in str(word))

    monkeypatch.setattr(stages, "run", note)
    monkeypatch.setattr(stages, "IN_CI", False)
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    result = run_stage("notebooks", stages.notebooks)
    assert result.state == "skipped"
    assert result.reason.startswith("with images: no Docker daemon answers")
    assert {words[-1]["WORKBENCH_ENGINE"] for words in ran} == {"process"}
    offline = [path for words in ran if "--offline" in words for path in words[4:-1]]
    assert sorted(offline) == [path.relative_to(ROOT) for path in stages.NOTEBOOKS]


@pytest.mark.parametrize("told", ["", "a.ipynb: 7 cells ran in 1 s\n"])
def test_a_notebook_that_did_not_run_with_its_cells_is_a_failure(
    monkeypatch: pytest.MonkeyPatch, told: str
) -> None:
    monkeypatch.setattr(stages, "run", lambda *_, **__: told)
    with pytest.raises(Failed, match="not every notebook ran with its cells"):
        stages.run_notebooks([Path("a.ipynb")], {})


def test_the_notebook_that_failed_is_what_the_table_tells(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    error = "error: a.ipynb: cell-2: NameError: name 'job'"
    told = f"{error}\n  a line of its log\nb.ipynb: 9 cells ran in 1 s"
    monkeypatch.setattr(stages, "run", lambda *_, **__: _raise(Failed(told)))
    with pytest.raises(Failed) as failure:
        stages.run_notebooks([Path("a.ipynb"), Path("b.ipynb")], {})
    assert str(failure.value) == error


def test_the_notebooks_that_are_named_are_there() -> None:
    names = {path.stem for path in find_notebooks()}
    assert {*stages.ABOUT_IMAGES, *stages.ABOUT_WRAPPERS, stages.ON_EITHER} <= names


def test_an_unknown_stage_is_bad_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        stages.main(["rufff"])
    assert ended.value.code == 2
    assert "no such stage: rufff (there are: ruff, format," in capsys.readouterr().err
