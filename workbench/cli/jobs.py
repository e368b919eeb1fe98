"""Verbs for running jobs: run, call, clean."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workbench._json_text import json_problem
from workbench.cli import options
from workbench.cli.output import say, show, show_json
from workbench.errors import PerformError, UsageError

if TYPE_CHECKING:
    from workbench.job import Job

PERFORM = "/api/v1/perform"
CALL_TIMEOUT = 60.0
"""Seconds that a call to an address may take."""


def run(
    job_dir: Annotated[Path, typer.Argument(metavar="JOB_DIR", help="The folder with job.yaml.")],
    engine: options.Engine = None,
    port: Annotated[
        int | None,
        typer.Option(min=1, max=65535, metavar="N", help="The port to listen on; a free one."),
    ] = None,
    plugin: options.Plugin = None,
) -> None:
    """Build a job and run it until Ctrl-C.

    Prints its address on stdout when it is ready, and follows its log on stderr.
    """
    from workbench.events import terminal_sink
    from workbench.run import run_job

    with run_job(job_dir, plugin=plugin, engine=engine, port=port, on_event=terminal_sink()) as job:
        example = _example(job)
        yours = "" if example else "    # your input in place of {}"
        show(job.address)
        say(f"Call it from another terminal:\n  {job.curl(example)}{yours}\nCtrl-C stops it.")
        code = job.wait(say)
        raise job.died(f"{job.manifest.name} {job.manifest.version} ended with", code)


def call(
    target: Annotated[
        str, typer.Argument(metavar="URL|JOB_DIR", help="A running job's address, or a job to run.")
    ],
    payload: Annotated[str, typer.Argument(metavar="JSON", help="The input, a JSON object.")],
    curl: Annotated[
        bool, typer.Option("--curl", help="Print the call as a curl line instead of making it.")
    ] = False,
    engine: options.Engine = None,
    plugin: options.Plugin = None,
) -> None:
    """Call a job's function once.

    A folder is built, started, called and stopped. An address is that of a running job, with or
    without the path of its perform endpoint.
    """
    data = _parse(payload)
    if target.startswith(("http://", "https://")):
        _call_address(target, data, curl=curl)
    elif Path(target).is_dir():
        _call_folder(Path(target), data, curl=curl, engine=engine, plugin=plugin)
    else:
        raise UsageError(
            f"{target!r} is neither a folder nor an address.",
            remedy="name a folder with a job.yaml, or an address that begins with http://.",
        )


def clean(
    images: Annotated[
        bool, typer.Option("--images", help="Remove the Docker images that were built here, too.")
    ] = False,
) -> None:
    """Stop what a crash left running: processes, and containers.

    Whatever belongs to a living process, or to another workbench, is left alone. What Docker's
    builder keeps for later builds is everybody's: `docker builder prune` empties it.
    """
    from workbench.run import clean as stop_what_is_left

    cleaned = stop_what_is_left(images=images)
    for line in cleaned.stopped:
        show(f"{'removed' if line.startswith(('container ', 'image ')) else 'stopped'} {line}")
    for line in cleaned.running:
        say(f"left alone, since its owner lives: {line}")
    if not cleaned.stopped:
        say("nothing was left running")


def _call_address(url: str, data: dict[str, Any], *, curl: bool) -> None:
    import requests

    from workbench._sessions import new_session
    from workbench.calls import curl_line, read_answer, to_json

    endpoint = url if url.endswith("/perform") else url.rstrip("/") + PERFORM
    if curl:
        show(curl_line(endpoint, data))
        return
    with new_session(proxies=False) as session:
        try:
            response = session.post(
                endpoint,
                data=to_json(data).encode(),
                headers={"Content-Type": "application/json"},
                timeout=CALL_TIMEOUT,
                allow_redirects=False,
            )
        except (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema) as error:
            raise UsageError(f"{url} is no address: {error}.") from None
        except requests.Timeout:
            raise PerformError(f"{endpoint}: no answer within {CALL_TIMEOUT:g} s.") from None
        except requests.RequestException:
            raise PerformError(
                f"{endpoint}: nobody answers there.",
                remedy="start a job with `workbench run JOB_DIR`; it prints its address.",
            ) from None
    show_json(read_answer(response))


def _call_folder(
    job_dir: Path, data: dict[str, Any], *, curl: bool, engine: str | None, plugin: Path | None
) -> None:
    from workbench.calls import curl_line
    from workbench.events import terminal_sink
    from workbench.manifest import load_job_manifest
    from workbench.run import run_job
    from workbench.settings import JOB_PORT

    if curl:
        name = load_job_manifest(job_dir).name
        show(curl_line(f"http://localhost:{JOB_PORT}/pub/job/{name}/latest{PERFORM}", data))
        say(f"It is answered while `workbench run {job_dir} --port {JOB_PORT}` runs.")
        return
    with run_job(job_dir, plugin=plugin, engine=engine, on_event=terminal_sink()) as job:
        show_json(job.perform(data))


def _parse(text: str) -> dict[str, Any]:
    problem = json_problem(text)
    if problem is not None:
        line = text.split("\n")[problem.line - 1]
        raise UsageError(
            f"The input is not JSON: {problem}.\n  {line}\n  {' ' * (problem.column - 1)}^",
            remedy="""write a JSON object in single quotes, such as '{"numbers": [40, 2]}'.""",
        )
    data = json.loads(text)
    if not isinstance(data, dict):
        raise UsageError(
            "The input is JSON, but no object.",
            remedy="""write names and values, such as '{"numbers": [40, 2]}'.""",
        )
    return data


def _example(job: Job) -> dict[str, Any]:
    """What the job's own description offers as a first input."""
    try:
        operation = job.call("/openapi.json").json()["paths"][PERFORM]["post"]
        example = operation["requestBody"]["content"]["application/json"]["example"]
    except (PerformError, ValueError, LookupError, TypeError):  # a wrapper need not describe itself
        return {}
    return example if isinstance(example, dict) else {}
