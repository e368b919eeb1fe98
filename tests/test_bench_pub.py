"""The figure of PUB: a server, a job on it, and a bare proxy."""

from __future__ import annotations

import shutil
from pathlib import Path

from bench.figures import FIGURES
from bench.programs import Programs
from tests.support import require
from tests.test_bench import ONE_RUN


def test_pub_is_measured_beside_a_direct_call_and_a_bare_proxy(tmp_path: Path) -> None:
    require(shutil.which("wrk"), "wrk, the load generator, is not installed")
    added, share, rate = FIGURES["pub"](Programs(tmp_path), ONE_RUN)
    assert (added.unit, added.goal, added.beside) == ("ms", "<= 0.5 ms", None)
    assert (share.unit, share.goal, share.beside_name) == ("ms", "<= 1.67 x", rate.beside_name)
    assert share.ours == added.ours > 0
    assert (share.beside or 0) > 0
    assert (rate.beside_name, rate.goal) == ("bare aiohttp proxy", ">= 0.7 x")
    assert rate.ratio
