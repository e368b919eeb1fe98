"""What a job's own OpenAPI document says about its endpoints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests

from workbench.calls import PROBE_TIMEOUT
from workbench.widgets._jobs import AnyJob

_METHODS = ("get", "post", "put", "patch", "delete", "head", "options", "trace")


@dataclass(frozen=True)
class Document:
    """An OpenAPI document, or the reason why there is none.

    Attributes:
        data: The document; empty where there is none.
        problem: Why there is none; empty where there is one.
    """

    data: Mapping[str, Any]
    problem: str = ""

    def endpoints(self) -> list[tuple[str, str, str]]:
        """Method, path and summary of every operation, in the document's order."""
        return [
            (method.upper(), path, str(_inner(operation).get("summary", "")))
            for path, item in _inner(self.data, "paths").items()
            for method, operation in _inner(item).items()
            if method in _METHODS
        ]

    def input_example(self) -> Any:
        """The input that the document gives as an example for perform; None without one."""
        perform = _inner(self.data, "paths", "/api/v1/perform", "post")
        content = _inner(perform, "requestBody", "content", "application/json")
        if "example" in content:
            return content["example"]
        for one in _inner(content, "examples").values():
            if "value" in _inner(one):
                return one["value"]
        return _inner(content, "schema").get("example")


def read_document(job: AnyJob) -> Document:
    """Ask a job for its OpenAPI document, within a few seconds."""
    path = f"{job.base_path}/openapi.json"
    try:
        answer = job.quick_probe(path)
    except requests.Timeout:
        return Document({}, f"{path}: no answer within {PROBE_TIMEOUT:g} s")
    except requests.RequestException as error:
        return Document({}, f"{path}: the answer broke off ({type(error).__name__})")
    if answer is None:
        return Document({}, "nothing listens there: the job does not run")
    if not answer.ok:
        return Document({}, f"{path} answered {answer.status}")
    if not isinstance(answer.body, dict):
        return Document({}, f"{path} is not a JSON object")
    return Document(answer.body)


def _inner(value: Any, *keys: str) -> Mapping[str, Any]:
    """The mapping below these keys; an empty one where the document has another shape."""
    for key in keys:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value if isinstance(value, Mapping) else {}
