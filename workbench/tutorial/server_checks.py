"""What the last two steps check on a Racetrack of their own, by the unmodified command.

They cost seconds, so the demo makes them, and chapters show the same in cells of their own.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

from workbench.racetrack.local import LocalRacetrack
from workbench.tutorial.job_checks import NUMBERS
from workbench.tutorial.playground import Playground
from workbench.tutorial.step import NotYet


def the_racetrack_command_installs_the_zip(playground: Playground) -> str:
    """A LocalRacetrack takes the ZIP from `racetrack plugin install`."""
    with _racetrack(playground) as racetrack:
        installed = racetrack.install(playground.bundle_path)
        return (
            f"{installed['name']} {installed['version']} on LocalRacetrack, "
            f"job types {', '.join(racetrack.job_types())}"
        )


def the_racetrack_command_deploys_the_job(playground: Playground) -> str:
    """`racetrack deploy` builds and starts it, and PUB answers the tutorial's call of `latest`."""
    with _racetrack(playground) as racetrack:
        job = racetrack.deploy(playground.job_dir, on_event=playground.on_event)
        url = f"{racetrack.pub_url}/job/{job.name}/latest/api/v1/perform"
        answer = racetrack.call_pub("POST", url, NUMBERS, {}, job.call_timeout)
    if answer.status_code != HTTPStatus.OK or answer.json() != sum(NUMBERS["numbers"]):
        raise NotYet(f"{url} answered {answer.status_code}: {answer.text}")
    return f"{json.dumps(answer.json())} at {url}"


@contextmanager
def _racetrack(playground: Playground) -> Iterator[LocalRacetrack]:
    """A server that knows what it knew in the step before."""
    with LocalRacetrack(
        engine=playground.engine,
        state=playground.make_state_dir() / "racetrack",
        on_event=playground.on_event,
    ) as racetrack:
        yield racetrack
