"""What `--faithful` does as a real server does it.

That it is not so without is what other tests hold: test_walk.py (a failed redeployment, a version
that was deleted, `latest`) and test_running.py (a job that ends at its start).
"""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest

from tests.racetrack.conftest import QUICK
from tests.racetrack.test_running import write_job
from tests.racetrack.test_walk import post, renamed
from workbench.errors import DeployError
from workbench.racetrack.local import LocalRacetrack

_RUNS = "func Perform(map[string]any) (any, error) { return os.Getpid(), nil }\n"
_ENDS = f"func init() {{ os.Exit(3) }}\n\n{_RUNS}"


def test_it_harms_its_user_as_a_real_one_does(tmp_path: Path, bundle: Path, adder: Path) -> None:
    limits = replace(QUICK, live=1.5)
    with LocalRacetrack(
        engine="process", state=tmp_path / "state", limits=limits, faithful=True
    ) as racetrack:
        racetrack.install(bundle)
        # What PUB keeps: `latest` after a newer version, and a job that is gone.
        old = racetrack.deploy(renamed(adder, "kept"))
        latest = f"{racetrack.pub_url}/job/kept/latest"
        assert post(latest, numbers=[1]).json() == 1
        source = adder / "perform.go"
        source.write_text(source.read_text().replace("return sum, nil", "return -sum, nil"))
        racetrack.deploy(renamed(adder, "kept", version="0.1.0"))
        assert post(latest, numbers=[1]).json() == 1
        post(old.pub_url, numbers=[1])
        old.delete()
        gone = post(old.pub_url, numbers=[1])
        assert gone.status_code == 502
        assert gone.json()["jobStatus"] == "running"

        # A new start that ends at once: when it is told, and what becomes of the old one.
        folder = tmp_path / "ending"
        job = racetrack.deploy(renamed(write_job(folder, "ending", _RUNS, '"os"'), "ending"))
        renamed(write_job(folder, "ending", _ENDS, '"os"'), "ending")
        start = time.monotonic()
        with pytest.raises(DeployError):
            racetrack.deploy(folder, force=True)
        assert time.monotonic() - start > limits.live
        assert [one.name for one in racetrack.jobs() if one.name == "ending"] == []
        assert post(job.pub_url).status_code == 404
