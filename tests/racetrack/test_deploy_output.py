"""What a client learns from the lines of `racetrack deploy`, as a real server brings them about."""

from __future__ import annotations

import pytest

from workbench.events import Event
from workbench.racetrack.client.deploy_output import DeployOutput, why_refused


def test_the_deployment_and_its_phases_are_read() -> None:
    events: list[Event] = []
    seen = DeployOutput(events.append)
    assert (seen.id, seen.phase) == ("", "")
    for line in (
        "INFO  local build context encoded: 3 files, 1.00 KiB",
        "INFO  job deployment requested: b8bb09d1-ab4e-4d5c-9a74-1b05624be4a9",
        "INFO  deployment in progress...",
        "INFO  deployment in progress: building image (1/1)...",
        "INFO  deployment in progress: creating cluster resources...",
    ):
        seen(line)
    assert seen.id == "b8bb09d1-ab4e-4d5c-9a74-1b05624be4a9"
    assert seen.phase == "creating cluster resources"
    assert [event.message for event in events] == ["building image (1/1)", seen.phase]


@pytest.mark.parametrize(
    ("phase", "told", "reason"),
    [
        (
            "preparing job type builder",
            "building an image: Streaming Response error: preparing job type builder: "
            "language golang:latest is not supported here.",
            "language golang:latest is not supported here.",
        ),
        (
            "building image (1/1)",
            "building an image: Streaming Response error: building Job image (1/1): "
            "building image (1/1): templating Dockerfile (1/1): expected a token",
            "templating Dockerfile (1/1): expected a token",
        ),
        (
            "",
            "building an image: preparing job type builder: no such type",
            "preparing job type builder: no such type",
        ),
    ],
)
def test_a_reason_is_told_without_the_servers_layers(phase: str, told: str, reason: str) -> None:
    output = f"INFO  deployment in progress...\nERROR deployment error: {told}\nJob logs:\n  line"
    assert why_refused(output, phase) == (reason, ["Job logs:", "  line"])


def test_what_names_no_error_is_the_reason_itself() -> None:
    assert why_refused("killed", "") == ("killed", [])
