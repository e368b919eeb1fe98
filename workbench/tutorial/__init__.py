"""The tutorial as data: its steps, the playground they write to, and what they check."""

from workbench.tutorial.breaking import Broken, broken, mend_broken
from workbench.tutorial.demo import DemoReport, run_demo
from workbench.tutorial.moving import Moved, goto, reset
from workbench.tutorial.playground import Playground, Written
from workbench.tutorial.runner import check_step, fill, run_step
from workbench.tutorial.running import run_sample
from workbench.tutorial.sample import WholePlugin, whole_plugin
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
    "WholePlugin",
    "Written",
    "broken",
    "check_step",
    "fill",
    "find_step",
    "goto",
    "mend_broken",
    "reset",
    "run_demo",
    "run_sample",
    "run_step",
    "whole_plugin",
]
