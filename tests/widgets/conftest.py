from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import comm
import pytest

from tests.widgets.served import CountingComm, Reply, Served, nothing_there
from workbench.engines import Image
from workbench.job import Job
from workbench.manifest import load_job_manifest
from workbench.settings import shipped

Serve = Callable[..., tuple[Job, Served]]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Gives a job that answers with what functions return."""
    started: list[Job] = []

    def start(
        post: Callable[[str], Reply] = lambda _: (200, "1"),
        get: Callable[[str], Reply] = nothing_there,
    ) -> tuple[Job, Served]:
        container = Served(post, get)
        manifest = load_job_manifest(shipped("sample-golang-function"))
        image = Image("job", "test", "none", manifest, {}, "")
        job = Job(manifest, image, container, 0)
        started.append(job)
        return job, container

    yield start
    for job in started:
        job.stop()


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Every update that widgets send to the front end, in order."""
    monkeypatch.setattr(CountingComm, "sent", [])
    monkeypatch.setattr(comm, "create_comm", CountingComm)
    return CountingComm.sent
