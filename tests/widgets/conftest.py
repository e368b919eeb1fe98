from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
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


@dataclass
class Shelf:
    """Stands for the place below a cell.

    Attributes:
        pages: The HTML that stood there, one after another.
        widgets: Whether each came as a widget.
    """

    pages: list[str] = field(default_factory=list)
    widgets: list[bool] = field(default_factory=list)

    def update(self, bundle: dict[str, Any], *, raw: bool) -> None:
        """Put something there."""
        assert raw
        assert bundle["text/plain"]
        self.pages.append(bundle["text/html"])
        self.widgets.append("application/vnd.jupyter.widget-view+json" in bundle)


@pytest.fixture
def shelf(monkeypatch: pytest.MonkeyPatch) -> Shelf:
    """What views show below the cell that made them."""
    below = Shelf()

    def display(bundle: dict[str, Any], *, raw: bool, display_id: bool) -> Shelf:
        assert display_id
        below.update(bundle, raw=raw)
        return below

    monkeypatch.setattr("IPython.display.display", display)
    return below


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Every update that widgets send to the front end, in order."""
    monkeypatch.setattr(CountingComm, "sent", [])
    monkeypatch.setattr(comm, "create_comm", CountingComm)
    return CountingComm.sent
