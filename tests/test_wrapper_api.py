"""The wrapper's two promises in other people's formats: its OpenAPI document and its metrics."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families

from workbench.errors import PerformError
from workbench.job import Job
from workbench.new import new_job
from workbench.run import run_job

SCHEMATHESIS = Path(sys.executable).with_name("st")

BUCKETS = [
    *["0.001", "0.0025", "0.005", "0.01", "0.025", "0.05", "0.075", "0.1", "0.25", "0.5", "0.75"],
    *["1.0", "2.5", "5.0", "7.5", "10.0", "25.0", "50.0", "75.0", "100.0", "250.0", "500.0"],
    *["750.0", "1000.0", "+Inf"],
]
"""Those of Racetrack's wrapper for Python, section 6 of the contract."""


@pytest.fixture(scope="module")
def echo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Job]:
    """A job that answers what it is given, and fails where it is told to."""
    folder = new_job(tmp_path_factory.mktemp("jobs") / "echo")
    (folder / "perform.go").write_text(
        'package job\n\nimport "errors"\n\n'
        "func Perform(input map[string]interface{}) (interface{}, error) {\n"
        '\tif input["fail"] == "told to" {\n\t\treturn nil, errors.New("told to fail")\n\t}\n'
        "\treturn input, nil\n}\n"
    )
    (folder / "perform_test.go").unlink()
    with run_job(folder) as job:
        yield job


@pytest.mark.parametrize("base", ["", "/pub/job/echo/latest"])
def test_the_wrapper_does_what_its_openapi_document_says(
    echo: Job, base: str, tmp_path: Path
) -> None:
    answer = subprocess.run(
        [
            SCHEMATHESIS, "run", f"{echo.address}{base}/openapi.json",
            "--checks=all", "--max-examples=50", "--no-color", "--generation-database=none",
        ],
        cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "Operations:       5 selected / 5 total" in answer.stdout
    assert "Tested: 5" in answer.stdout


def families(job: Job) -> dict[str, Metric]:
    page = job.call("/metrics")
    assert page.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    return {family.name: family for family in text_string_to_metric_families(page.text)}


def sample(family: Metric, name: str, **labels: str) -> float:
    (value,) = [one.value for one in family.samples if (one.name, one.labels) == (name, labels)]
    return float(value)


def test_the_metrics_have_the_names_and_labels_that_dashboards_ask_for(echo: Job) -> None:
    before = families(echo)
    echo.perform(a=1)
    with pytest.raises(PerformError, match="told to fail"):
        echo.perform(fail="told to")
    after = families(echo)

    def grew(family: str, name: str, **labels: str) -> float:
        return sample(after[family], name, **labels) - sample(before[family], name, **labels)

    perform = {"endpoint": "/perform"}
    assert grew("requests_started", "requests_started_total") == 2
    assert grew("requests_done", "requests_done_total") == 2
    assert grew("endpoint_requests_started", "endpoint_requests_started_total", **perform) == 2
    assert grew("request_internal_errors", "request_internal_errors_total", **perform) == 1
    assert grew("request_duration", "request_duration_count", **perform) == 2
    assert grew("request_duration", "request_duration_sum", **perform) > 0
    assert grew("last_call_timestamp", "last_call_timestamp") >= 0
    assert sample(after["last_call_timestamp"], "last_call_timestamp") >= echo.deployment_timestamp
    assert after["request_duration"].type == "histogram"
    buckets = [one for one in after["request_duration"].samples if "le" in one.labels]
    assert [one.labels for one in buckets] == [{**perform, "le": bound} for bound in BUCKETS]
    assert [one.value for one in buckets] == sorted(one.value for one in buckets)
    assert all(family.documentation for family in after.values())


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has /proc, where it reads this")
def test_the_process_tells_about_itself(echo: Job) -> None:
    found = families(echo)
    for name in ("process_resident_memory_bytes", "process_open_fds", "process_start_time_seconds"):
        assert sample(found[name], name) > 0
    assert sample(found["process_cpu_seconds"], "process_cpu_seconds_total") >= 0
