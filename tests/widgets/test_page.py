from __future__ import annotations

import json

import pytest

from tests.widgets.conftest import Serve, Shelf
from workbench._wait import wait_until
from workbench.job import Job
from workbench.settings import shipped
from workbench.widgets import outdated, swagger
from workbench.widgets.card import job_card

DOCUMENT = (shipped("golang-job-type") / "go_wrapper/swaggerui/openapi.json").read_text()


def test_the_page_is_framed_with_a_link_and_the_endpoints_in_words(serve: Serve) -> None:
    job, _ = serve(get=lambda _: (200, DOCUMENT))
    view = swagger(job, height=321)
    assert f'<iframe src="{job.url}" title="Page of golang-function 0.0.1"' in view.html()
    assert 'height="321"' in view.html()
    assert "sandbox" not in view.html(), "it would lose its cookies behind a proxy"
    assert f'<a href="{job.url}"' in view.html()
    for text in ("POST", "/api/v1/perform", "Call the job", "GET", "Whether the job takes calls"):
        assert text in view.html()
    assert repr(view) == f"<SwaggerView of golang-function 0.0.1 at {job.url}>"


def test_the_frame_goes_with_the_job_and_the_words_stay(serve: Serve, shelf: Shelf) -> None:
    job, _ = serve(get=lambda _: (200, DOCUMENT))
    view = swagger(job)
    view._ipython_display_()
    assert not view.wait(0)
    job.stop()
    assert view.wait(10)
    _, frame, *after = shelf.pages
    assert "<iframe" in frame
    assert "<iframe" not in "".join(after)
    assert "The page is gone with its job" in after[0]
    assert "/api/v1/perform" in after[1]


def test_a_change_of_files_is_told_and_leaves_the_frame_alone(
    serve: Serve, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outdated, "_PAUSE", 0.0)
    job, _ = serve(get=lambda _: (200, DOCUMENT))
    swagger(job)._ipython_display_()
    monkeypatch.setattr(Job, "outdated", ("my-job/perform.go",))
    wait_until(lambda: len(shelf.pages) == 3 or None, timeout=10)
    assert "changed since this job was built: my-job/perform.go" in shelf.pages[2]
    assert "<iframe" not in shelf.pages[2], "it would be loaded anew"


def test_behind_a_hub_the_browser_goes_through_its_proxy(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", "/user/ann/")
    job, _ = serve(get=lambda _: (200, DOCUMENT))
    port = job.address.rsplit(":", 1)[1]
    view = swagger(job)
    assert view.url == f"/user/ann/proxy/{port}/pub/job/golang-function/0.0.1/"
    assert f'<iframe src="{view.url}"' in view.html()
    assert f'<a href="{view.url}"' in job_card(job, followed=True)


@pytest.mark.parametrize(
    ("status", "body", "told"),
    [
        (404, "", "openapi.json answered 404"),
        (200, "<html>", "openapi.json is not a JSON object"),
        (200, '{"paths": {"/a": 7, "/b": {"get": 8, "parameters": []}}}', "<code>/b</code>"),
        (200, "{}", "The document names no endpoints"),
        (200, json.dumps({"paths": {"/<b>": {"get": {"summary": "<i>"}}}}), "/&lt;b&gt;"),
    ],
    ids=["none", "no-json", "odd", "empty", "escaped"],
)
def test_a_document_that_is_missing_or_odd_is_told(
    serve: Serve, status: int, body: str, told: str
) -> None:
    job, _ = serve(get=lambda _: (status, body))
    assert told in swagger(job).html()


def test_a_job_that_does_not_run_is_told(serve: Serve) -> None:
    job, _ = serve()
    job.stop()
    assert "nothing listens there: the job does not run" in swagger(job).html()
