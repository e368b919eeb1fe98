"""Jobs whose wrapper knows port 7000 alone, as the published tutorial's: two cannot run at once.

The tests are here, and not with those of LocalRacetrack, since the others beside them take that
port one after another.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.racetrack.conftest import QUICK
from tests.racetrack.test_running import write_job
from tests.support import require
from workbench import bundle_plugin, shipped
from workbench._ports import port_is_free
from workbench._wait import DeadlineExceeded, wait_until
from workbench.errors import WorkbenchError
from workbench.racetrack.local import LocalRacetrack
from workbench.settings import JOB_PORT

_TELLS_ITS_PROCESS = (
    "func Perform(map[string]interface{}) (interface{}, error) { return os.Getpid(), nil }\n"
)
_ENDS = f"func init() {{ os.Exit(3) }}\n{_TELLS_ITS_PROCESS}"

_ENDS_AT_ITS_SECOND_START = f"""
func init() {{
	starts, _ := os.ReadFile("starts")
	if len(starts) == 1 {{
		defer os.Exit(3)
	}}
	os.WriteFile("starts", append(starts, '.'), 0o600)
}}
{_TELLS_ITS_PROCESS}"""


@pytest.fixture
def one_port(tmp_path: Path) -> Iterator[LocalRacetrack]:
    """A server with a Go plugin whose wrapper is not told where to listen."""
    with suppress(DeadlineExceeded):  # another test may use it for a moment
        wait_until(lambda: port_is_free(JOB_PORT) or None, timeout=20)
    require(port_is_free(JOB_PORT), f"port {JOB_PORT} is taken")
    plugin = Path(shutil.copytree(shipped("golang-job-type"), tmp_path / "golang-job-type"))
    for source in (plugin / "go_wrapper").glob("*.go"):
        source.write_text(source.read_text().replace("LISTEN_ADDRESS", "SOMETHING_ELSE"))
    (tmp_path / "bundle").mkdir()
    bundle = bundle_plugin(plugin, tmp_path / "bundle").path
    with LocalRacetrack(engine="process", state=tmp_path / "state", limits=QUICK) as racetrack:
        racetrack.install(bundle)
        yield racetrack


def _job(racetrack: LocalRacetrack) -> dict[str, Any]:
    found: dict[str, Any] = requests.get(
        f"{racetrack.url}/api/v1/job/single/0.0.1", timeout=5
    ).json()
    return found


def test_a_redeployment_that_fails_brings_the_old_job_back(
    one_port: LocalRacetrack, tmp_path: Path
) -> None:
    job_dir = write_job(tmp_path / "single", "single", _TELLS_ITS_PROCESS, '"os"')
    job = one_port.deploy(job_dir)
    first = job.perform()
    assert _job(one_port)["internal_name"] == f"127.0.0.1:{JOB_PORT}"
    assert one_port.deploy(job_dir, force=True).perform() != first
    write_job(job_dir, "single", _ENDS, '"os"')
    with pytest.raises(WorkbenchError, match="its process ended with exit code 3"):
        one_port.deploy(job_dir, force=True)
    told = requests.get(f"{one_port.url}/api/v1/deploy?limit=1", timeout=5).json()[0]["warnings"]
    assert "the job that ran was stopped first" in told
    assert "the job that ran goes on" in told
    wait_until(lambda: job.call("/live").ok or None, timeout=10)
    assert isinstance(job.perform(), int)
    assert _job(one_port)["status"] == "running"


def test_a_new_start_that_fails_brings_the_old_job_back(
    one_port: LocalRacetrack, tmp_path: Path
) -> None:
    job_dir = write_job(tmp_path / "single", "single", _ENDS_AT_ITS_SECOND_START, '"os"')
    job = one_port.deploy(job_dir)
    first = job.perform()
    again = requests.post(
        f"{one_port.url}/api/v1/job/single/0.0.1/reprovision", json={}, timeout=20
    )
    assert not again.ok
    assert "its process ended with exit code 3" in again.json()["error"]
    wait_until(lambda: job.call("/live").ok or None, timeout=10)
    assert job.perform() != first
    assert _job(one_port)["status"] == "running"
