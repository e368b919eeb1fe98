"""Once a deployment is told as ended, nothing of it is left, and the way is free for the next."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from workbench._wait import wait_until
from workbench.racetrack.local import LocalRacetrack

TIMES = 12


def test_whoever_reads_of_an_end_deploys_again_at_once(racetrack: LocalRacetrack) -> None:
    manifest = {
        "name": "again", "owner_email": "a@example.com", "jobtype": "golang:latest",
        "git": {"remote": "https://127.0.0.1/nowhere"},
    }  # fmt: skip
    for _ in range(TIMES):  # it fails soon: from there this server may not fetch
        told = deployed(racetrack, manifest)
        assert told["status"] == "failed"
        assert "may not fetch" in told["error"]
        assert list((racetrack.config.state / "workspaces").iterdir()) == []


def deployed(
    racetrack: LocalRacetrack, manifest: dict[str, Any], credentials: dict[str, str] | None = None
) -> Any:
    """Deploy from git; what is told once it has ended, seen within a millisecond."""
    payload = {"manifest": manifest, "git_credentials": credentials, "build_context": None}
    answer = racetrack._requests.post(f"{racetrack.url}/api/v1/deploy", json=payload)
    assert answer.status_code == HTTPStatus.OK, answer.text

    def ended() -> Any:
        told = racetrack.ask(f"/deploy/{answer.json()['id']}")
        return told if told["status"] != "in_progress" else None

    return wait_until(ended, timeout=30, first_pause=0.001, longest_pause=0.001)
