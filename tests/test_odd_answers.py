"""Answers that are none: each becomes one clear error, wherever it is read."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import requests

from tests.odd_server import HALF_A_BODY, HALF_A_CHUNK, NO_GZIP, ROUND, answering, whole
from workbench import calls
from workbench.errors import JobNotReady, PerformError, UsageError, WorkbenchError
from workbench.health_gate import wait_until_ready
from workbench.job import Job
from workbench.racetrack.client.racetrack import Racetrack
from workbench.racetrack.running import probes

ODD = {"half a chunk": HALF_A_CHUNK, "half a body": HALF_A_BODY, "no gzip": NO_GZIP, "round": ROUND}


def job_at(address: str) -> Job:
    """A job whose program is somebody else."""
    container: Any = SimpleNamespace(exit_code=None, ending="", log_lines=lambda _=None: ["a line"])
    container.address, container.stop = address, lambda: 0
    manifest: Any = SimpleNamespace(name="odd", version="1")
    image: Any = SimpleNamespace(engine="process", builds=())
    return Job(manifest, image, container, 5)


@pytest.mark.parametrize("answer", ODD.values(), ids=ODD.keys())
def test_the_health_gate_waits_on_and_tells_what_it_saw(answer: bytes) -> None:
    with (
        answering(answer) as address,
        pytest.raises(JobNotReady, match="; a probe's answer broke off"),
    ):
        wait_until_ready(job_at(address), timeout=0.5)


@pytest.mark.parametrize("answer", ODD.values(), ids=ODD.keys())
def test_a_server_takes_it_for_a_job_that_does_not_answer(answer: bytes) -> None:
    with answering(answer) as address:
        instance: Any = SimpleNamespace(address=address, internal_name=address)
        error, _ = probes.state_of(instance)
    assert error


@pytest.mark.parametrize("page", [b"404 page not found", b"up 1\nno number at all\n"])
def test_metrics_that_are_none(page: bytes) -> None:
    with answering(whole(page)) as address:
        job = job_at(address)
        with pytest.raises(PerformError, match="not in Prometheus' text format") as caught:
            job.metrics()
    assert caught.value.body == page.decode()


@pytest.mark.parametrize("body", [b"<html>", b"9" * 5000, b"[" * 200_000], ids=len)
def test_what_perform_returns_and_cannot_be_read(body: bytes) -> None:
    with answering(whole(body)) as address:
        answer = requests.get(address, timeout=5)
        with pytest.raises(PerformError, match="something that is not JSON"):
            calls.read_answer(answer)
        assert calls.probe_answer(answer).body == body.decode()
    with answering(whole(body, b"500 Oops")) as address:
        answer = requests.get(address, timeout=5)
        with pytest.raises(PerformError, match="perform answered 500"):
            calls.read_answer(answer)


def test_a_page_to_log_in_is_no_racetrack() -> None:
    with answering(whole(b"<html>who are you?</html>")) as address, Racetrack(address) as racetrack:
        for ask in (racetrack.jobs, racetrack.plugins, lambda: racetrack.pub_url):
            with pytest.raises(WorkbenchError, match="something that is not JSON") as caught:
                ask()
            assert "is that a Racetrack?" in str(caught.value)


def test_an_address_that_cannot_be_read() -> None:
    with pytest.raises(UsageError, match="is no address of a Racetrack"):
        Racetrack("http://[bad")


def test_a_server_that_is_not_well_for_a_moment_has_deleted_nothing() -> None:
    job = b'{"name": "a", "version": "1", "status": "running", "pub_url": "http://a/"}'
    ill = whole(b'{"error": "a moment"}', b"503 Service Unavailable")
    with (
        answering(whole(job), ill, whole(b"[%s]" % job), whole(job)) as address,
        Racetrack(address) as there,
    ):
        remote = there.job("a", "1")
        with pytest.raises(WorkbenchError, match="503"):
            _ = remote.status
        assert remote.status == "running"
    with (
        answering(whole(job), whole(b"{}", b"404 Not Found"), whole(b"[]")) as address,
        Racetrack(address) as there,
    ):
        remote = there.job("a", "1")
        assert remote.status == "deleted"
