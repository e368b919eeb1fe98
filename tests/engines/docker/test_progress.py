"""What BuildKit wrote, recorded (and, of newer ones, put down by hand), is read into steps."""

from __future__ import annotations

import pytest

from tests.support import ROOT
from workbench.engines.build_step import BuildStep
from workbench.engines.docker import progress
from workbench.engines.docker.progress import Progress

CASES = ROOT / "tests" / "cases" / "buildkit"

# For each case and step: the stage, the line of the Dockerfile, the instruction, and how it ended.
EXPECTED = {
    "single": [
        "stage-0 2 FROM cached",
        "stage-0 3 WORKDIR cached",
        "stage-0 4 COPY built",
        "stage-0 5 RUN built",
    ],
    "single-cached": [
        "stage-0 2 FROM cached",
        "stage-0 3 WORKDIR cached",
        "stage-0 4 COPY cached",
        "stage-0 5 RUN cached",
    ],
    "stages": [
        "build 1 FROM cached",
        "build 2 WORKDIR cached",
        "build 3 COPY built",
        "build 4 RUN built",
        "stage-2 10 COPY built",
    ],
    "compile-error": [
        "build 1 FROM cached",
        "build 2 WORKDIR cached",
        "build 3 COPY built",
        "build 4 RUN failed",
    ],
    "parallel": ["wrong 4 FROM cached", "wrong 5 RUN failed", "slow 2 RUN unfinished"],
    "no-image": [],
    "bad-instruction": [],
    # The builder names a step that it knows from another Dockerfile as it was named there.
    "missing-file": ["build 0 FROM cached", "stage-0 2 COPY failed"],
    "newer": [
        "build 2 FROM cached",
        "build 3 WORKDIR built",
        "build 4 COPY built",
        "build 7 RUN failed",
    ],
    "newer-single": ["stage-0 1 FROM cached", "stage-0 2 RUN built", "stage-0 3 RUN built"],
    "newer-no-image": [],
}


def read(name: str) -> tuple[Progress, list[BuildStep]]:
    """All of a recorded build, and the steps as they were told."""
    told: list[BuildStep] = []
    made = Progress((CASES / f"{name}.Dockerfile").read_text(), told.append)
    for line in (CASES / f"{name}.txt").read_text().splitlines():
        made(line)
    return made, told


def words(step: BuildStep) -> str:
    ending = "cached" if step.cached else "failed" if step.error else "built"
    return f"{step.stage} {step.line} {step.keyword} {ending if step.ended else 'unfinished'}"


def test_every_recorded_build_is_looked_at() -> None:
    assert {path.stem for path in CASES.glob("*.txt")} == EXPECTED.keys()


@pytest.mark.parametrize("name", EXPECTED)
def test_each_step_is_told_with_its_line_and_how_it_ended(name: str) -> None:
    made, told = read(name)
    assert [words(step) for step in made.steps] == EXPECTED[name]
    assert made.failed is next((step for step in made.steps if step.error), None)
    for step in made.steps:
        assert sum(step is one for one in told) == 1 + step.ended, "when it begins and when it ends"


def test_what_a_command_wrote_is_kept_without_its_times() -> None:
    made, _ = read("newer")
    assert made.steps[-1].output == [
        "hello",
        "",
        "# command-line-arguments",
        "./main.go:3:23: undefined: answer",
    ]
    assert read("single")[0].steps[-1].output == ["second", "first"]
    assert read("single")[0].steps[-1].seconds == 1.0


def test_of_a_long_output_the_end_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "MAX_OUTPUT_LINES", 3)
    made = Progress("FROM a\nRUN b\n", lambda _: None)
    made("#1 [2/2] RUN b")
    for number in range(10):
        made(f"#1 {number}.5 line {number}")
    assert made.steps[0].output == ["line 7", "line 8", "line 9"]


def test_a_step_that_has_not_ended_is_the_one_that_runs() -> None:
    made = Progress("FROM a\nRUN b\n", lambda _: None)
    made("#1 [1/2] FROM a")
    made("#1 DONE 0.1s")
    made("#2 [2/2] RUN b")
    assert made.running is made.steps[1]
    assert made.failed is None


def test_why_a_build_was_refused_is_kept_apart_from_the_steps() -> None:
    assert "unknown instruction: RUUN" in read("bad-instruction")[0].other[-1]
    assert read("no-image")[0].other[0].startswith("[internal] load metadata for ")


def test_a_dockerfile_that_cannot_be_read_has_steps_without_lines() -> None:
    made = Progress("RUN before any FROM\n", lambda _: None)
    made("#1 [2/2] RUN b")
    assert words(made.steps[0]).startswith("stage-0 0 RUN")
