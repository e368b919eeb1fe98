"""Fixtures for every test: a home of its own, and nothing left running at the end."""

from __future__ import annotations

import os
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import suppress

import psutil
import pytest

from tests.support import ROOT
from workbench._go import find_go
from workbench.engines import remove_built_images

# Read by hypothesis (under schemathesis) before any fixture runs.
os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = str(ROOT / ".cache" / "hypothesis")

_FORGET = ("GIT_", "IPYTHON", "JUPYTER", "ONLY", "RACETRACK_", "WORKBENCH_", "XDG_")
_KEEP = ("WORKBENCH_GO",)
_COLOUR = ("FORCE_COLOR", "CLICOLOR_FORCE")


@pytest.fixture(scope="session", autouse=True)
def _own_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A home folder for the whole run, with the machine's Go and its caches behind it.

    At the end nothing that was started may be alive. What is ours is told by a variable that every
    child inherits, so that a child whose parent is gone is found too.
    """
    mark = f"WORKBENCH_TEST_RUN={uuid.uuid4()}"
    with pytest.MonkeyPatch.context() as patch:
        for name, value in _go_environment().items():
            patch.setenv(name, value)
        for name in list(os.environ):
            if name in _COLOUR or (name.startswith(_FORGET) and name not in _KEEP):
                patch.delenv(name)
        home = tmp_path_factory.mktemp("home")
        patch.setenv("HOME", str(home))
        patch.setenv("WORKBENCH_HOME", str(home / "workbench"))
        patch.setenv(*mark.split("="))
        yield
        remove_built_images()
        left = _alive(mark)
        assert not left, f"left running: {', '.join(left)}"


def _go_environment() -> dict[str, str]:
    """Where the real Go keeps its things; all of it would else follow HOME."""
    go = find_go()
    names = ["GOCACHE", "GOENV", "GOMODCACHE"]
    found = subprocess.run([go.path, "env", *names], capture_output=True, text=True, check=True)
    path = os.pathsep.join([str(go.goroot / "bin"), os.environ["PATH"]])
    return {**dict(zip(names, found.stdout.splitlines(), strict=True)), "PATH": path}


def _alive(mark: str) -> list[str]:
    name, value = mark.split("=")
    found = set(psutil.Process().children(recursive=True))
    for process in psutil.process_iter():
        with suppress(psutil.Error, ProcessLookupError):
            if process.pid != os.getpid() and process.environ().get(name) == value:
                found.add(process)
    # Go's own telemetry helper may still be about to end.
    _, left = psutil.wait_procs(found, timeout=3)
    words = []
    for process in left:
        with suppress(psutil.Error):
            words.append(f"{process.pid} {' '.join(process.cmdline())[:200]}")
    return words
