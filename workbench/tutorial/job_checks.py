"""What steps check on the sample job while it runs, and how they start it."""

from __future__ import annotations

import json
from http import HTTPStatus
from pathlib import Path
from typing import Any

from workbench import _children, _ports
from workbench._finished import JOB
from workbench.calls import read_answer
from workbench.errors import JobNotReady, PerformError
from workbench.job import Job
from workbench.run import run_job
from workbench.settings import shipped
from workbench.tutorial.parts import plugin_with
from workbench.tutorial.playground import Playground
from workbench.tutorial.step import NotYet

NUMBERS: dict[str, Any] = {"numbers": [40, 2]}
"""The input of the tutorial's own call."""


READY_TIMEOUT = 15.0
"""Seconds until a job that is checked has to be ready."""


LAST_LINES = 5
"""Lines of a job's log that are told where it did not get ready."""


def the_wrapper_serves_the_sample_job(playground: Playground) -> Job:
    """The playground's wrapper, with the finished rest of the plugin and the finished job."""
    with plugin_with(playground, "go_wrapper") as plugin:
        return _started(playground, shipped(JOB), plugin.path)


def the_job_is_built_from_the_zip_and_gets_ready(playground: Playground) -> Job:
    """The playground's job on the playground's bundle, as a server would build it."""
    return _started(playground, playground.job_dir, playground.bundle_path)


def live_carries_the_deployment_timestamp(job: Job) -> str:
    """Racetrack tells a new deployment from the old one by it."""
    answer = job.live()
    found = answer.body.get("deployment_timestamp") if isinstance(answer.body, dict) else None
    if not answer.ok or found != job.deployment_timestamp or not isinstance(found, int):
        raise NotYet(
            f"/live answers {answer}, not 200 and the number {job.deployment_timestamp}.",
            remedy="take it from JOB_DEPLOYMENT_TIMESTAMP, as a JSON number.",
        )
    return str(found)


def ready_answers_200(job: Job) -> str:
    """Racetrack sends no call before that."""
    answer = job.ready()
    if not answer.ok:
        raise NotYet(f"/ready answers {answer}.")
    return str(answer)


def perform_answers_at_the_root_address(job: Job) -> str:
    """The function is called with the tutorial's numbers; what is seen is the answer itself."""
    return _sum(job, "")


def perform_answers_where_pub_calls_it(job: Job) -> str:
    """The same under the prefix that Racetrack's gateway puts before the path."""
    base = f"/pub/job/{job.manifest.name}/latest"
    return f"{_sum(job, base)} at {base}/api/v1/perform"


def a_failing_call_shows_its_reason(job: Job) -> str:
    """An input that the function refuses is answered with the function's own words."""
    try:
        payload = {"numbers": ["forty", 2]}
        answer = read_answer(job.call("/api/v1/perform", method="POST", data=payload))
    except PerformError as error:
        if error.status in (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED):
            raise NotYet(f"no call got as far as the function: {error.message}") from None
        if "numbers[0]" not in error.message:
            raise NotYet(f"the answer does not tell the reason: {error.message}") from None
        return error.message
    raise NotYet(f"a text among the numbers was answered with {json.dumps(answer)}.")


def nothing_is_left_running(job: Job) -> str:
    """Asked after the job was stopped."""
    port = int(job.address.rpartition(":")[2])
    left = [str(record) for record in _children.records() if record.port == port]
    if left or not _ports.port_is_free(port):
        raise NotYet(f"still running: {', '.join(left) or _ports.port_owner(port)}.")
    if job.exit_code != 0:
        raise NotYet(f"the job ended with {job.exit_code} when it was told to stop, not with 0.")
    return f"it ended with exit code 0, and port {port} is free"


def _started(playground: Playground, job_dir: Path, plugin: Path) -> Job:
    """Run a job beside those that the learner runs, and say in the tutorial's words why not."""
    try:
        job = run_job(
            job_dir,
            plugin=plugin,
            engine=playground.engine,
            timeout=READY_TIMEOUT,
            replace=False,
            on_event=playground.on_event,
        )
    except JobNotReady as error:
        remedy = error.remedy
        if "nothing listens" in error.message:
            remedy = (
                "let the wrapper listen where LISTEN_ADDRESS says, and on 0.0.0.0:7000 where "
                "nothing is set; its log tells the address that it took."
            )
        elif "/live does not carry" in error.message:
            remedy = "take it from JOB_DEPLOYMENT_TIMESTAMP, as a JSON number."
        raise JobNotReady(error.message, remedy=remedy, log=error.log[-LAST_LINES:]) from None
    job.sources = None  # it may be built from a copy that is gone; and it is over with the check
    return job


def _sum(job: Job, base: str) -> str:
    answer = read_answer(job.call(f"{base}/api/v1/perform", method="POST", data=NUMBERS))
    if answer != sum(NUMBERS["numbers"]):
        raise NotYet(f"perform answered {json.dumps(answer)} to {json.dumps(NUMBERS)}.")
    return json.dumps(answer)
