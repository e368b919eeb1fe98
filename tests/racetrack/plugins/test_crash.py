"""A server that is killed during an installation has the plugin, or has nothing of it."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.racetrack.plugins.dying import POINTS
from tests.racetrack.plugins.making import Server, bringing, zipped
from tests.support import ROOT

BEFORE_IT_COUNTS = ("taken", "unpacked", "unpacking", "loaded")


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("point", POINTS)
def test_a_kill_on_the_way_leaves_the_old_or_the_new_plugin(
    point: str, when: str, server: Server, tmp_path: Path
) -> None:
    if (point, when) == ("known", "after"):
        point = "retired"  # the same moment: nothing lies between the two
    old = zipped(bringing("golang:1.0.0"), version="1.0.0")
    new = zipped(bringing("golang:2.0.0"), version="2.0.0")
    server.install(old)
    other = server.install(zipped("class Plugin: ...", name="other", version="1.0.0"))
    server.store.close()
    (tmp_path / "new.zip").write_bytes(new)
    words = [str(server.folder), str(tmp_path / "new.zip"), point, when]
    command = [sys.executable, "-m", "tests.racetrack.plugins.dying", *words]
    killed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    server.start()
    counts = point not in BEFORE_IT_COUNTS and (point, when) != ("stored", "before")
    version, sent = ("2.0.0", new) if counts else ("1.0.0", old)
    assert sorted(server.installed()) == [f"case=={version}", "other==1.0.0"]
    assert list(server.registry.job_types()) == [f"golang:{version}"]
    assert server.registry.archive("case", version).read_bytes() == sent
    assert other in server.registry.plugins()
    assert [plugin.error for plugin in server.registry.plugins()] == ["", ""]
    assert len(server.files()) == 4, "two ZIPs, and what was unpacked of them"
    server.install(new, replace=True)
    assert server.installed() == ["other==1.0.0", "case==2.0.0"]
