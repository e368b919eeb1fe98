"""What the wrapper's go.mod requires besides the job."""

from __future__ import annotations

import json
from pathlib import Path

from workbench import _process
from workbench._go import find_go, go_env
from workbench.errors import BuildError

HANDLER = "racetrack/job"
"""The module that stands for the job in the wrapper."""

TIMEOUT = 60.0


def required_modules(wrapper: Path) -> tuple[str, ...]:
    """Module and version of each requirement, indirect ones too, but for the job's stand-in.

    Args:
        wrapper: The folder with the wrapper's go.mod.

    Raises:
        BuildError: Go cannot read that file.
    """
    go = find_go()
    answer = _process.run(
        [go.path, "mod", "edit", "-json"], cwd=wrapper, env=go_env(), timeout=TIMEOUT
    )
    if answer.returncode != 0:
        raise BuildError(
            f"{wrapper / 'go.mod'} cannot be read.",
            command=answer.args,
            exit_code=answer.returncode,
            log=answer.stderr.splitlines(),
        )
    required = json.loads(answer.stdout).get("Require") or []
    return tuple(f"{one['Path']} {one['Version']}" for one in required if one["Path"] != HANDLER)
