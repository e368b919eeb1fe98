"""The whole tutorial in one go, on a playground that is thrown away."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from workbench import _html, events
from workbench.engines import Engine, get_engine
from workbench.errors import StepFailed
from workbench.events import Phase, Sink, default_sink
from workbench.tutorial.job_checks import perform_answers_at_the_root_address
from workbench.tutorial.playground import Playground
from workbench.tutorial.runner import check_name, run_step
from workbench.tutorial.step import StepResult
from workbench.tutorial.steps import STEPS


@dataclass(frozen=True)
class DemoReport:
    """How the steps came out.

    Attributes:
        results: One for each step, up to the first that did not hold.
        seconds: How long all of it took.
        engine: The name of the engine that ran the job.
    """

    results: tuple[StepResult, ...]
    seconds: float
    engine: str

    @property
    def ok(self) -> bool:
        """Whether every step of the tutorial held."""
        return len(self.results) == len(STEPS) and all(result.ok for result in self.results)

    @property
    def answer(self) -> str | None:
        """What the job answered to the tutorial's call, as JSON; None if it never did."""
        name = check_name(perform_answers_at_the_root_address)
        answers = (
            check.seen
            for result in reversed(self.results)
            for check in result.checked
            if check.name == name and check.ok
        )
        return next(answers, None)

    def raise_for_failure(self) -> None:
        """Do nothing if every step held.

        Raises:
            StepFailed: One did not; names it and the reason.
        """
        for result in self.results:
            result.raise_for_failure()

    def to_dict(self) -> dict[str, object]:
        """The report as plain values, for JSON."""
        return {
            "ok": self.ok,
            "answer": self.answer,
            "engine": self.engine,
            "seconds": round(self.seconds, 3),
            "steps": [result.to_dict() for result in self.results],
        }

    def __repr__(self) -> str:
        held = sum(result.ok for result in self.results)
        return f"<DemoReport: {held} of {len(STEPS)} steps held, answer {self.answer}>"

    def _repr_html_(self) -> Markup:
        return _html.join(result._repr_html_() for result in self.results)


def run_demo(
    engine: str | Engine | None = None,
    *,
    on_event: Sink | None = None,
    on_step: Callable[[StepResult], None] | None = None,
) -> DemoReport:
    """Go through all steps; stop at the first that does not hold. Nothing is left behind.

    Args:
        engine: The engine that runs the job: a name, an engine, or None for the setting.
        on_event: Where progress is reported; None for a table in a notebook, else nothing.
        on_step: Called with the result of each step when it has ended.

    Returns:
        How every step came out; a step that does not hold raises nothing here.

    Raises:
        EngineUnavailable: The engine cannot work on this machine.
        UsageError: There is no such engine.
    """
    sink = on_event or default_sink()
    start = time.perf_counter()
    chosen = get_engine(engine, on_event=sink)
    results: list[StepResult] = []
    with tempfile.TemporaryDirectory(prefix="workbench-demo-") as folder:
        playground = Playground(Path(folder).resolve(), chosen, sink)
        for step in STEPS:
            with suppress(StepFailed), events.step(sink, Phase.STEP, str(step)):
                results.append(run_step(step, playground, on_racetrack=True))
                results[-1].raise_for_failure()
            if on_step is not None:
                on_step(results[-1])
            if not results[-1].ok:
                break
    return DemoReport(tuple(results), time.perf_counter() - start, chosen.name)
