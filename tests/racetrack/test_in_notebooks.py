"""What chapters use: a server that forgets, its dashboard in a frame, views of jobs on a server."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from tests.racetrack.test_walk import renamed
from workbench import health_badge, log_view, perform_panel, swagger
from workbench._children import records
from workbench._wait import wait_until
from workbench.errors import DeployError, UsageError
from workbench.racetrack.local import LocalRacetrack


def test_views_take_a_job_on_a_server_and_note_its_end(
    racetrack: LocalRacetrack, adder: Path
) -> None:
    job = racetrack.deploy(renamed(adder, "viewed"))
    panel, page = perform_panel(job, numbers=[40, 2]), swagger(job)
    badge, log = health_badge(job), log_view(job)
    panel.send.click()
    assert panel.wait(20)
    assert "200 OK" in panel.answer.value
    assert ">42<" in panel.answer.value
    assert f"curl -X POST {job.pub_url}/api/v1/perform" in panel.curl.value
    wait_until(lambda: True if badge.health.word == "ready" else None, timeout=20)
    assert page.url == f"{job.pub_url}/"
    assert "/api/v1/perform" in page.html()
    wait_until(lambda: True if "method=POST" in log.lines.value else None, timeout=20)
    job.delete()
    assert job.status == "deleted"
    for view in (badge, page, log):
        assert view.wait(20)
    assert badge.health.word == "stopped"
    assert "iframe" not in page.html()


def test_lines_of_a_log_come_once(racetrack: LocalRacetrack, adder: Path) -> None:
    job = racetrack.deploy(renamed(adder, "told-once"))
    lines: list[str] = []
    offset = 0

    def told(word: str) -> bool | None:
        nonlocal offset
        new, offset = job.log_since(offset)
        lines.extend(new)
        return True if any(word in line for line in lines) else None

    wait_until(lambda: told("uri=/ready"), timeout=20)
    job.perform(numbers=[1])
    wait_until(lambda: told("method=POST"), timeout=20)
    whole = job.logs().splitlines()  # which may have gone on meanwhile: it is asked for its health
    assert lines == whole[: len(lines)]
    job.delete()


def test_the_reason_of_a_failed_build_is_told_without_the_layers_of_the_server(
    racetrack: LocalRacetrack, adder: Path
) -> None:
    source = renamed(adder, "unbuilt") / "perform.go"
    source.write_text(source.read_text().replace("return sum, nil", "return sums, nil"))
    with pytest.raises(DeployError) as refused:
        racetrack.deploy(source.parent)
    assert ", while building image (1/1): unbuilt was not built, after " in refused.value.message


def test_a_server_that_is_not_kept_begins_with_nothing_and_leaves_nothing(bundle: Path) -> None:
    first = LocalRacetrack(engine="process", keep=False)
    first.install(bundle)
    page = first.dashboard("administration")
    assert f'<iframe src="{first.config.url}/dashboard/administration"' in page.html()
    shown = requests.get(page.url, timeout=20)
    assert "frame-ancestors 'self' http://127.0.0.1:*" in shown.headers["Content-Security-Policy"]
    with LocalRacetrack(engine="process", keep=False) as second:
        assert second.config.state != first.config.state
        assert second.plugins() == []
    assert not second.config.state.exists()
    first.stop()
    assert first.exit_code == 0
    assert page.wait(20)
    assert "iframe" not in page.html()
    assert "is gone" in page.html()
    assert not first.config.state.exists()
    assert first.pid not in {record.pid for record in records()}


def test_clean_stops_a_server_of_this_process() -> None:
    program = (
        "import workbench as wb\n"
        "racetrack = wb.LocalRacetrack(engine='process', keep=False)\n"
        "print(wb.clean())\n"
        "assert racetrack.exit_code == 0\n"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    assert re.search(r"^stopped: racetrack LocalRacetrack on port \d+", answer.stdout, re.MULTILINE)


def test_a_folder_of_ones_own_is_never_thrown_away(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is not to be kept"):
        LocalRacetrack(state=tmp_path, keep=False)
    assert tmp_path.is_dir()
