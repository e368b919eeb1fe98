"""Children as a crash leaves them: they run, and their owner is gone."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import psutil

from workbench.settings import get_settings

NOBODY = 2**22 + 1
"""A process id that no system gives."""


@contextmanager
def left_behind(kind: str, name: str, owner: int = NOBODY) -> Iterator[subprocess.Popen[bytes]]:
    """A child that is written down with port 41999, and is gone after the block.

    It is collected only there: until then it is a zombie once it has ended, as where nobody
    collects orphans.

    Args:
        kind: `job` or `lab`.
        name: What a person calls it.
        owner: The process that is said to have started it.
    """
    run_dir = get_settings().run_dir
    run_dir.mkdir(parents=True, exist_ok=True)
    with subprocess.Popen(["sleep", "60"], start_new_session=True) as child:
        record = {
            "kind": kind, "name": name, "port": 41999, "log": "/dev/null",
            "pid": child.pid, "started": psutil.Process(child.pid).create_time(),
            "owner_pid": owner,
            "owner_started": 1.0 if owner == NOBODY else psutil.Process(owner).create_time(),
        }  # fmt: skip
        path = run_dir / f"{child.pid}.json"
        path.write_text(json.dumps(record))
        try:
            yield child
        finally:
            path.unlink(missing_ok=True)
            child.kill()
