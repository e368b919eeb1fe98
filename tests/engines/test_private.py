"""What every engine must hold of a container in a network of its own: rules and faults rely on it.

An engine that `ENGINES` lists is picked up here; one that gives no such networks is skipped.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing

import pytest

from tests.support import require
from workbench import _children
from workbench._wait import wait_until
from workbench.conformance.exchange import Exchange, exchange
from workbench.conformance.rules.metrics import STARTED
from workbench.conformance.rules.mounting import EVERYWHERE
from workbench.conformance.targets import PROBE_JOB
from workbench.engines import ENGINES, NOTHING_WRONG, Engine, Image, PrivateContainer, Surroundings
from workbench.events import silent
from workbench.manifest import load_job_manifest
from workbench.plugin import load_plugin
from workbench.run import job_environment
from workbench.settings import JOB_PORT, shipped

TIME = 1654779364
Start = Callable[..., PrivateContainer]


@pytest.fixture(scope="module", params=list(ENGINES))
def engine(request: pytest.FixtureRequest) -> Engine:
    made = ENGINES[request.param]()
    problem = made.available() or made.isolates()
    require(problem is None, f"engine {request.param}: {problem}")
    return made


@pytest.fixture(scope="module")
def image(engine: Engine) -> Image:
    manifest = load_job_manifest(PROBE_JOB)
    job_type = load_plugin(shipped("golang-job-type")).job_type(manifest.get_jobtype())
    return engine.build(job_type, manifest, on_event=silent)


@pytest.fixture
def start(engine: Engine, image: Image) -> Iterator[Start]:
    started: list[PrivateContainer] = []

    def run(
        env: Mapping[str, str] | None = None, around: Surroundings = NOTHING_WRONG
    ) -> PrivateContainer:
        told = {**job_environment(image.manifest, TIME), **(env or {})}
        started.append(engine.run_private(image, told, around))
        return started[-1]

    yield run
    for one in started:
        one.stop(0.2)
    assert list(_children.records()) == []


def get(one: PrivateContainer, path: str = "/live") -> Exchange:
    return exchange(one.connect, "GET", path, timeout=5)


def perform(one: PrivateContainer, body: bytes) -> Exchange:
    told = {"Content-Type": "application/json"}
    return exchange(one.connect, "POST", "/api/v1/perform", body, told, timeout=5)


def wait_ready(one: PrivateContainer) -> PrivateContainer:
    wait_until(lambda: get(one, "/ready").ok or None, timeout=20)
    return one


def wait_ended(one: PrivateContainer) -> int:
    return wait_until(lambda: one.exit_code, timeout=20)


def test_a_variable_that_is_empty_arrives_as_one_and_none_tells_where_to_listen(
    start: Start,
) -> None:
    nameless = start({"JOB_NAME": ""})
    assert wait_ended(nameless) == 1
    assert "JOB_NAME" in "\n".join(nameless.log_lines())
    one = wait_ready(start({"JOB_DEPLOYMENT_TIMESTAMP": "5"}))
    assert get(one).json["deployment_timestamp"] == 5
    assert one.listeners() in [((address, JOB_PORT),) for address in EVERYWHERE]


def test_how_it_ended_and_what_it_wrote_is_known_at_once_and_after_it_was_stopped(
    start: Start,
) -> None:
    one = wait_ready(start())
    assert perform(one, b'{"do": "exit", "value": 7}').status is None
    assert wait_ended(one) == 7
    before = one.log_lines()
    assert any("Listening" in line for line in before)
    assert one.log_lines(1) == before[-1:]
    one.signal(signal.SIGTERM)  # nobody is left to get it
    assert [one.stop(0.1), one.stop(0.1)] == [7, 7]
    assert (one.exit_code, one.log_lines()) == (7, before)


def test_a_signal_goes_to_the_first_process_which_says_whether_it_handles_it(start: Start) -> None:
    one = wait_ready(start())
    assert one.handles(signal.SIGTERM)
    one.signal(signal.SIGTERM)
    assert wait_ended(one) == 0
    other = wait_ready(start())
    other.signal(signal.SIGKILL)
    assert wait_ended(other) == -signal.SIGKILL


def busy(one: PrivateContainer) -> threading.Thread:
    call = threading.Thread(target=perform, args=(one, b'{"do": "sleep", "value": 30}'))
    call.start()
    wait_until(lambda: f"\n{STARTED} 1" in get(one, "/metrics").text or None, timeout=20)
    return call


def test_one_that_does_not_end_is_killed_after_its_grace(start: Start) -> None:
    one = wait_ready(start())
    call = busy(one)
    assert one.stop(0.2) == -signal.SIGKILL
    call.join(10)
    assert not call.is_alive()


def test_it_may_be_stopped_from_two_sides_at_once(start: Start) -> None:
    one = wait_ready(start())
    threads = [busy(one)]
    for _ in range(2):
        threads.append(threading.Thread(target=one.stop, args=(0.2,)))
        threads[-1].start()
    for thread in threads:
        thread.join(10)
        assert not thread.is_alive()
    assert one.exit_code is not None


def test_many_connections_are_open_at_once(start: Start) -> None:
    one = wait_ready(start())
    with ExitStack() as opened:
        for _ in range(200):
            opened.enter_context(closing(one.connect(5.0)))
        assert get(one).ok


def test_a_log_on_a_full_disk_takes_nothing_and_the_program_goes_on(start: Start) -> None:
    one = wait_ready(start(around=Surroundings(full_log=True)))
    assert perform(one, b'{"do": "echo", "value": 42}').json == 42
    assert one.log_lines() == []


def test_a_port_that_is_taken_keeps_it_from_listening(start: Start) -> None:
    one = start(around=Surroundings(taken_port=True))
    assert wait_ended(one) == 1
    assert "in use" in "\n".join(one.log_lines())
