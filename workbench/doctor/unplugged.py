"""Whether the tutorial needs a network: tried with the network off, in children.

Each check is a function that returns a `Check`, as those about the machine are.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

from workbench import _process
from workbench._go import find_go
from workbench._offline import offline
from workbench.doctor.report import TUTORIAL, Check
from workbench.errors import WorkbenchError
from workbench.prefetch import missing_modules

DEMO_TIMEOUT = 600.0
"""Seconds for the whole tutorial: with cold caches the standard library is compiled first."""

_DEMO = "import sys; sys.argv[1:] = ['demo', '--json']; from workbench.cli import main; main()"
_PREFETCH = "`workbench prefetch`, once, with a network"


def isolation() -> Check:
    """How the network is kept off in what follows."""
    way = offline()
    return Check(
        "offline: how",
        way.sealed,
        way.how,
        "on Linux, run it as root or let users have namespaces (user.max_user_namespaces).",
        "a proof that binds programs which heed no setting",
    )


def modules() -> Check:
    """Whether every Go module is here."""
    try:
        missing = missing_modules(find_go())
    except WorkbenchError as problem:
        return Check("offline: modules", False, problem.message, problem.remedy, TUTORIAL)
    found = f"missing: {', '.join(missing)}" if missing else "all in the module cache"
    return Check("offline: modules", not missing, found, _PREFETCH, TUTORIAL)


def tutorial() -> Check:
    """All steps of the tutorial: written, built, run and called."""
    name = "offline: tutorial"
    way = offline()
    # Nothing is imported from the folder that this happens to be called in.
    words = [*way.before, sys.executable, "-P", "-c", _DEMO]
    try:
        ended = _process.run(words, env=way.environment(), timeout=DEMO_TIMEOUT)
    except _process.ChildTimeoutError as late:
        found = f"did not end within {late.completed.seconds:.0f} s"
        return Check(name, False, found, _PREFETCH, TUTORIAL)
    except WorkbenchError as problem:
        return Check(name, False, problem.message, problem.remedy, TUTORIAL)
    try:
        report = json.loads(ended.stdout)
    except ValueError:  # it ended before the first step, and said why
        said = ended.stderr.strip().splitlines() or [f"exit code {ended.returncode}"]
        return Check(name, False, said[-1], _PREFETCH, TUTORIAL)
    if not report["ok"]:
        return Check(name, False, _first_failure(report), _PREFETCH, TUTORIAL)
    steps = len(report["steps"])
    found = f"{steps} steps held in {report['seconds']:.1f} s, the answer was {report['answer']}"
    return Check(name, True, found, None, TUTORIAL)


def _first_failure(report: dict[str, Any]) -> str:
    """Which step did not hold, and what was seen there, in a line."""
    step = next(step for step in report["steps"] if not step["ok"])
    failed = [check for check in step["checked"] if not check["ok"]]
    if not failed:
        return f"{step['step']}: not done"
    return f"{step['step']}: {failed[0]['name']}: {' '.join(failed[0]['seen'].split())}"


UNPLUGGED: tuple[Callable[[], Check], ...] = (isolation, modules, tutorial)
