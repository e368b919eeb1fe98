"""What every engine must hold, case by case; an engine that `ENGINES` lists is picked up here.

A case is a folder in `tests/cases/jobs`: a job, and an `expect.yaml` that says what it is `about`
and then either the `input` of a call and its `output`, or the `error` and parts of its `text`.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support import ROOT, require
from workbench import _children, errors
from workbench._wait import wait_until
from workbench.conformance.exchange import exchange
from workbench.engines import ENGINES, Engine, PrivateContainer
from workbench.events import silent
from workbench.job import Job
from workbench.manifest import load_job_manifest
from workbench.plugin import load_plugin
from workbench.run import job_environment, run_job
from workbench.settings import JOB_PORT, shipped

CASES = ROOT / "tests" / "cases" / "jobs"
GOOD = sorted(path.name for path in CASES.iterdir() if not path.name.startswith("bad-"))
BAD = sorted(path.name for path in CASES.iterdir() if path.name.startswith("bad-"))


@pytest.fixture(scope="module", params=list(ENGINES))
def engine(request: pytest.FixtureRequest) -> Engine:
    made = ENGINES[request.param]()
    problem = made.available()
    require(problem is None, f"engine {request.param}: {problem}")
    return made


@pytest.fixture
def run(engine: Engine) -> Iterator[Callable[..., Job]]:
    """`run_job` on the engine; afterwards nothing may be left, whatever the test did."""
    jobs: list[Job] = []

    def start(folder: Path, **options: Any) -> Job:
        jobs.append(run_job(folder, engine=engine, **options))
        return jobs[-1]

    yield start
    for job in jobs:
        job.stop()
    assert list(_children.records()) == []


def expected(folder: Path) -> dict[str, Any]:
    return dict(yaml.safe_load((folder / "expect.yaml").read_text()))


def tree(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {
        str(path.relative_to(folder)): (path.stat().st_mtime_ns, path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.mark.parametrize("name", GOOD)
def test_a_job_of_every_shape_is_built_and_answers(run: Callable[..., Job], name: str) -> None:
    folder = CASES / name
    want = expected(folder)
    before = tree(folder)
    job = run(folder)
    assert job.ready().ok
    assert job.perform(want["input"]) == want["output"]
    for metric, value in want.get("metrics", {}).items():
        assert job.metrics()[metric] == value
    if "example" in want:
        document = job.call("/openapi.json").json()
        assert want["example"] in find_examples(document)
    assert tree(folder) == before, "nothing is written into the job's folder"


def find_examples(document: object) -> list[object]:
    if isinstance(document, dict):
        own = [document["example"]] if "example" in document else []
        return own + [one for value in document.values() for one in find_examples(value)]
    if isinstance(document, list):
        return [one for value in document for one in find_examples(value)]
    return []


@pytest.mark.parametrize("name", BAD)
def test_a_broken_job_is_one_clear_error(run: Callable[..., Job], name: str) -> None:
    want = expected(CASES / name)
    with pytest.raises(getattr(errors, want["error"])) as caught:
        run(CASES / name, timeout=2.0 if name == "bad-never-ready" else None)
    text = str(caught.value)
    for part in want["text"]:
        assert part in text
    for hidden in ("racetrack/job/", "go_wrapper/", "/stage/"):
        assert hidden not in caught.value.args[0], "the message is about the user's own files"
    assert list(_children.records()) == []


def test_blanks_and_letters_beyond_ascii_in_the_path(
    run: Callable[..., Job], tmp_path: Path
) -> None:
    folder = tmp_path / "my jöb folder"
    shutil.copytree(CASES / "sub-packages", folder)
    assert run(folder).perform(numbers=[40, 2]) == {"sum": 42, "by": "internal"}


def test_a_read_only_job_folder(run: Callable[..., Job], tmp_path: Path) -> None:
    folder = tmp_path / "read-only"
    shutil.copytree(CASES / "no-gomod-third-party", folder)
    for path in [*folder.rglob("*"), folder]:
        path.chmod(path.stat().st_mode & 0o555)
    before = tree(folder)
    assert run(folder).perform() == "chosen: picked for you"
    assert tree(folder) == before
    folder.chmod(0o755)


@pytest.mark.parametrize("name", ["own-go-sum", "no-go-sum", "no-gomod-third-party", "prometheus"])
def test_a_second_build_needs_no_network(
    run: Callable[..., Job], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = CASES / name
    want = expected(folder)
    run(folder).stop()
    monkeypatch.setenv("GOPROXY", "off")
    assert run(folder).perform(want["input"]) == want["output"]


def test_settings_that_a_user_made_for_other_work_do_no_harm(
    run: Callable[..., Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"GOFLAGS": "-mod=mod", "GOWORK": "off", "CGO_ENABLED": "1"}.items():
        monkeypatch.setenv(name, value)
    assert run(CASES / "own-go-sum").perform() == "v0.9.1"


def test_a_slow_job_is_not_called_ready_too_early(run: Callable[..., Job]) -> None:
    job = run(CASES / "slow-init")
    assert job.perform() is True
    assert '"uri"' in job.logs() or "uri=/ready" in job.logs()
    assert "status=503" in job.logs(), "the gate saw that it was not ready, and asked again"


def test_each_gets_a_network_of_its_own_or_the_error_that_was_announced(engine: Engine) -> None:
    manifest = load_job_manifest(CASES / "own-go-sum")
    job_type = load_plugin(shipped("golang-job-type")).job_type(manifest.get_jobtype())
    image = engine.build(job_type, manifest, on_event=silent)
    env = job_environment(manifest, 1654779364)
    problem = engine.isolates()
    if problem is not None:
        with pytest.raises(errors.EngineUnavailable, match=re.escape(problem.message)):
            engine.run_private(image, env)
        return
    names = ("first", "second")
    started = [engine.run_private(image, {**env, "JOB_NAME": name}) for name in names]
    try:
        for name, one in zip(names, started, strict=True):

            def live(name: str = name, one: PrivateContainer = one) -> bool | None:
                path = f"/pub/job/{name}/latest/live"
                return exchange(one.connect, "GET", path, timeout=5).ok or None

            wait_until(live, timeout=20)
            assert {port for _, port in one.listeners()} == {JOB_PORT}
            assert one.exit_code is None
    finally:
        ended = [one.stop() for one in started]
    assert ended == [0, 0], "\n".join(started[0].log_lines())
    for one in started:
        with pytest.raises(OSError, match=r"Bad file descriptor|refused|gone"):
            one.connect(1.0)
    assert list(_children.records()) == []
