"""A state folder on a disk that gets full: one clear error each, and the next try works."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.racetrack.conftest import QUICK
from tests.racetrack.test_walk import renamed
from tests.support import require
from workbench.errors import DeployError, WorkbenchError
from workbench.racetrack.local import LocalRacetrack

MEBIBYTE = 1024**2


class Disk:
    """A small disk of its own.

    Attributes:
        path: Where it is mounted.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def fill(self, left: int) -> None:
        """Leave so many bytes of it."""
        with (self.path / "filler").open("ab") as file:
            free = os.statvfs(self.path)
            file.write(bytes(free.f_bavail * free.f_frsize - left))

    def empty(self) -> None:
        """Make room again."""
        (self.path / "filler").unlink()


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    path = tmp_path / "disk"
    path.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(path)]
    mounted = subprocess.run(words, capture_output=True, check=False).returncode == 0
    require(mounted, "no disk of one's own: mounting one takes root")
    yield Disk(path)
    subprocess.run(["umount", path], check=True)


def test_a_full_disk_harms_only_what_needs_room(disk: Disk, bundle: Path, adder: Path) -> None:
    job_dir = renamed(adder, "roomy")
    state = disk.path / "state"
    with LocalRacetrack(engine="process", state=state, limits=QUICK) as racetrack:
        disk.fill(left=MEBIBYTE)
        with pytest.raises(WorkbenchError, match="No space left on device"):
            racetrack.install(bundle)
        assert racetrack.plugins() == []
        disk.empty()
        racetrack.install(bundle)
        job = racetrack.deploy(job_dir)

        disk.fill(left=2 * MEBIBYTE)  # not enough for the job's program
        renamed(job_dir, "roomy", version="0.1.0")
        with pytest.raises(DeployError, match="No space left on device"):
            racetrack.deploy(job_dir)
        assert [one.version for one in racetrack.jobs()] == ["0.0.1"]
        disk.fill(left=0)
        with pytest.raises(DeployError) as refused:
            racetrack.deploy(job_dir)
        assert "room" in str(refused.value) or "full" in str(refused.value)
        assert "Traceback" not in racetrack.log(None)
        assert job.perform(numbers=[40, 2]) == 42
        assert requests.get(racetrack.dashboard_url(), timeout=20).status_code == 200
        disk.empty()
        assert racetrack.deploy(job_dir).perform(numbers=[40, 2]) == 42
        assert {one.version for one in racetrack.jobs()} == {"0.0.1", "0.1.0"}
        assert not list((state / "workspaces").iterdir())
        assert len(list((state / "jobs").iterdir())) == 2
