"""The two packages that some rules need, and that the extra `[check]` installs."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

from workbench.errors import WorkbenchError

_PACKAGES = {
    "openapi_spec_validator": "openapi-spec-validator",
    "prometheus_client": "prometheus-client",
}


def require_extra() -> None:
    """Find out early whether the packages are there.

    Raises:
        WorkbenchError: One is missing; names the command that installs it.
    """
    missing = [package for module, package in _PACKAGES.items() if find_spec(module) is None]
    if missing:
        raise WorkbenchError(
            f"The rules need {' and '.join(missing)}, which this installation does not have.",
            remedy='install the extra: python -m pip install "racetrack-plugin-workbench[check]"; '
            "in a clone, `make set-up` does it.",
        )


def openapi_problem(document: Any) -> str:
    """What is wrong with an OpenAPI document; empty where it is valid."""
    from openapi_spec_validator import validate
    from openapi_spec_validator.exceptions import OpenAPIError

    if not isinstance(document, dict):
        return "it is no JSON object"
    if not {"openapi", "swagger"} & set(document):
        return "it does not say by which version of OpenAPI it is to be read"
    try:
        validate(document)
    except OpenAPIError as error:
        return _first_line(error)
    except Exception as error:  # noqa: BLE001 - of the many libraries below it, each has its own
        return _first_line(error)
    return ""


def _first_line(error: Exception) -> str:
    lines = str(error).splitlines()
    return lines[0] if lines else f"the validator gives up: {type(error).__name__}"


def metric_samples(text: str) -> tuple[dict[tuple[str, str], float], str]:
    """The samples of a page in Prometheus' text format, or why it cannot be read.

    Args:
        text: The page.

    Returns:
        Value by name and by the label `endpoint`, buckets of a histogram added up; and the
        parser's complaint, empty where it has none.
    """
    from prometheus_client.parser import text_string_to_metric_families

    samples: dict[tuple[str, str], float] = {}
    try:
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                key = (sample.name, sample.labels.get("endpoint", ""))
                samples[key] = samples.get(key, 0.0) + sample.value
    except Exception as error:  # noqa: BLE001 - the parser raises whatever comes up
        return {}, f"{type(error).__name__}: {error}"
    return samples, ""
