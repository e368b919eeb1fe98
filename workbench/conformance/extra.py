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
    try:
        validate(document)
    except OpenAPIError as error:
        return str(error).splitlines()[0]
    except Exception as error:  # noqa: BLE001 - of the many libraries below it, each has its own
        return f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
    return ""


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
