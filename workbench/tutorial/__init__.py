"""The tutorial as data: its steps, the playground they write to, and what they check."""

from workbench.tutorial.demo import DemoReport, run_demo
from workbench.tutorial.playground import Playground, Written
from workbench.tutorial.runner import fill_before, make_checks, run_step
from workbench.tutorial.step import Checked, Step, StepResult
from workbench.tutorial.steps import STEPS, find_step

__all__ = [
    "STEPS",
    "Checked",
    "DemoReport",
    "Playground",
    "Step",
    "StepResult",
    "Written",
    "fill_before",
    "find_step",
    "make_checks",
    "run_demo",
    "run_step",
]
