"""A thousand calls in flight, through PUB, to a real job."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import aiohttp
import psutil

from tests.racetrack.test_running import write_job
from workbench._wait import wait_until
from workbench.racetrack.local import LocalRacetrack

_SLOW = """
func Perform(input map[string]interface{}) (interface{}, error) {
	time.Sleep(2 * time.Second)
	return 42, nil
}
"""


async def call_together(url: str, meanwhile: Callable[[], object]) -> Counter[tuple[int, str]]:
    """A thousand calls at once; how often each status and answer came."""
    seen: Counter[tuple[int, str]] = Counter()
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

        async def call() -> None:
            async with session.post(url, json={}) as answer:
                body = json.loads(await answer.read())
                told = body["error"].partition(": ")[0] if isinstance(body, dict) else body
                seen[answer.status, str(told)] += 1

        calls = [asyncio.create_task(call()) for _ in range(1000)]
        await asyncio.sleep(1.5)
        meanwhile()
        await asyncio.gather(*calls)
    return seen


def test_all_are_answered_and_only_those_to_a_job_that_is_killed_fail(
    racetrack: LocalRacetrack, tmp_path: Path
) -> None:
    job = racetrack.deploy(write_job(tmp_path / "slow", "slow", _SLOW, '"time"'))
    url = f"{job.pub_url}/api/v1/perform"
    assert asyncio.run(call_together(url, lambda: None)) == {(200, "42"): 1000}
    server = psutil.Process(racetrack.pid)
    (process,) = [child for child in server.children() if "/slow-0.0.1-" in child.exe()]
    seen = asyncio.run(call_together(url, process.kill))
    broken = (502, "Reverse proxy error")
    assert set(seen) <= {broken, (200, "42")}  # who came late was answered by its next start
    assert seen[broken] > 100
    assert seen.total() == 1000
    wait_until(lambda: job.call("/live").ok or None, timeout=10)
    assert job.perform() == 42
    job.delete()
