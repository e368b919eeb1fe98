"""Reading what BuildKit says, without a daemon."""

from __future__ import annotations

from workbench.engines.build_step import BuildStep
from workbench.engines.docker.progress import Progress

RUNS = 11


def test_numbers_are_padded_from_ten_steps_on() -> None:
    dockerfile = "FROM scratch-like\n" + "".join(f"RUN step {n}\n" for n in range(1, RUNS))
    said: list[BuildStep] = []
    progress = Progress(dockerfile, said.append)
    for number in range(1, RUNS + 1):
        text = "FROM scratch-like" if number == 1 else f"RUN step {number - 1}"
        progress(f"#{number} [{number:>2}/{RUNS}] {text}")
        progress(f"#{number} DONE 0.1s")
    assert [step.line for step in progress.steps] == list(range(1, RUNS + 1))
    assert all(step.ended for step in said[1::2])


def test_a_padded_number_may_follow_the_name_of_a_stage() -> None:
    dockerfile = "FROM a AS build\n" + "".join(f"RUN step {n}\n" for n in range(1, RUNS))
    said: list[BuildStep] = []
    progress = Progress(dockerfile, said.append)
    progress(f"#5 [build  3/{RUNS}] RUN step 2")
    (step,) = progress.steps
    assert (step.stage, step.line, step.text) == ("build", 3, "RUN step 2")
