"""A bench that is told to end, as by a machine that goes down."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from bench.programs import ROOT
from tests.support import awaited
from workbench._wait import wait_until


def test_told_to_end_it_leaves_nothing(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "bench", "start"]
    surroundings = os.environ | {"TMPDIR": str(tmp_path)}
    with awaited(subprocess.Popen(words, cwd=ROOT, env=surroundings)) as bench:
        wait_until(lambda: list(tmp_path.glob("bench-*/*")) or None, timeout=30)
        bench.send_signal(signal.SIGTERM)
    assert bench.returncode == 128 + signal.SIGTERM
    assert not list(tmp_path.iterdir())
