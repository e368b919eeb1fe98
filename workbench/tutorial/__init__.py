"""The tutorial as data: its steps, the playground they write to, and what they check."""

from workbench.tutorial.breaking import Broken, broken, mend_broken
from workbench.tutorial.demo import DemoReport, run_demo
from workbench.tutorial.moving import Moved, goto, reset
from workbench.tutorial.playground import Playground, Written
from workbench.tutorial.runner import fill_before, make_checks, run_step
from workbench.tutorial.running import run_sample
from workbench.tutorial.step import Checked, Step, StepResult
from workbench.tutorial.steps import STEPS, find_step

__all__ = [
    "STEPS",
    "Broken",
    "Checked",
    "DemoReport",
    "Moved",
    "Playground",
    "Step",
    "StepResult",
    "Written",
    "broken",
    "fill_before",
    "find_step",
    "goto",
    "make_checks",
    "mend_broken",
    "reset",
    "run_demo",
    "run_sample",
    "run_step",
]
