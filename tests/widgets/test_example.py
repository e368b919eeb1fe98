"""What a panel begins with."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.widgets.conftest import Serve
from tests.widgets.served import BASE, Reply
from workbench.widgets import perform_panel


def document(content: dict[str, Any]) -> str:
    body = {"content": {"application/json": content}}
    return json.dumps({"paths": {"/api/v1/perform": {"post": {"requestBody": body}}}})


@pytest.mark.parametrize(
    ("reply", "text", "origin"),
    [
        (document({"example": {"a": "ä"}}), '{"a": "ä"}', "the example of the job's OpenAPI"),
        (document({"examples": {"one": {"value": [1]}}}), "[1]", "the example of the job's"),
        (document({"schema": {"example": {}}}), "{}", "the example of the job's OpenAPI"),
        (document({}), "{}", "the job's OpenAPI document has no example"),
        ('{"paths": ["of", "another"], "shape": 1}', "{}", "OpenAPI document has no example"),
        ("[]", "{}", "no example: /pub/job/golang-function/0.0.1/openapi.json is not a JSON obj"),
        ("<html>", "{}", "openapi.json is not a JSON object"),
    ],
    ids=["example", "examples", "schema", "none", "shape", "list", "no-json"],
)
def test_without_an_input_it_begins_with_the_job_s_example(
    serve: Serve, reply: str, text: str, origin: str
) -> None:
    asked: list[str] = []

    def get(path: str) -> Reply:
        asked.append(path)
        return 200, reply

    job, _ = serve(get=get)
    panel = perform_panel(job)
    assert panel.request.value == text
    assert origin in panel.verdict.value.replace("&#39;", "'")
    assert asked == [f"{BASE}/openapi.json"]
    panel.request.value = "[]"
    assert "example" not in panel.verdict.value, "it is about the text as it began"


def test_an_input_that_is_given_is_kept_even_if_it_is_empty(serve: Serve) -> None:
    asked: list[str] = []

    def get(path: str) -> Reply:
        asked.append(path)
        return 200, document({"example": {"a": 1}})

    job, _ = serve(get=get)
    assert perform_panel(job, {}).request.value == "{}"
    assert asked == []


def test_a_job_without_a_document_gets_an_empty_input_and_a_word(serve: Serve) -> None:
    job, container = serve()
    assert "openapi.json answered 404" in perform_panel(job).verdict.value
    container.close()
    panel = perform_panel(job)
    assert panel.request.value == "{}"
    assert "nothing listens there" in panel.verdict.value


def test_a_long_example_is_spread_over_lines(serve: Serve) -> None:
    job, _ = serve()
    panel = perform_panel(job, numbers=list(range(30)))
    assert panel.request.value.startswith('{\n  "numbers": [\n    0,')
    assert panel.request.rows == 14
