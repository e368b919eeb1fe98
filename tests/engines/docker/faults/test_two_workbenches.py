"""Two workbenches on one daemon, whose plugins have one name and version and differ in content."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from tests.engines.docker.faults.conftest import small_plugin
from tests.engines.docker.faults.daemon import Daemon

# Builds again and again, with another file each time, and asks its job in between. It waits for a
# line before it goes on, so that both are in the same round.
WORKER = """
import json, pathlib, sys
import workbench as wb
plugin, job_dir, rounds = sys.argv[1], pathlib.Path(sys.argv[2]), int(sys.argv[3])
for number in range(rounds):
    (job_dir / "round").write_text(f"{plugin} {number}")
    job = wb.run_job(job_dir, plugin=plugin, engine="docker")
    answers = [job.perform() for _ in range(5)]
    print(json.dumps([answers, job.image.id]), flush=True)
    sys.stdin.readline()
print(json.dumps([[job.perform()], job.image.id]), flush=True)
sys.stdin.readline()
print(json.dumps([[job.perform()], job.image.id]), flush=True)
job.stop()
print(str(wb.clean()).replace(chr(10), "; "), flush=True)
"""
ROUNDS = 2


class Workbench:
    """A process with a home, a plugin and a job of its own."""

    def __init__(self, folder: Path, name: str, wrapper: Path, job_dir: Path) -> None:
        self.name = name
        plugin = small_plugin(folder / f"plugin-{name}", wrapper, name)
        own_job = folder / f"job-{name}"
        own_job.mkdir()
        for path in job_dir.iterdir():
            (own_job / path.name).write_bytes(path.read_bytes())
        self.child = subprocess.Popen(
            [sys.executable, "-c", WORKER, plugin, own_job, str(ROUNDS)],
            env={**os.environ, "WORKBENCH_HOME": str(folder / f"home-{name}")},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1,
        )  # fmt: skip

    def says(self) -> str:
        assert self.child.stdout is not None
        line = self.child.stdout.readline()
        assert line, f"the workbench {self.name} ended with {self.child.wait()}"
        return line

    def go_on(self) -> None:
        assert self.child.stdin is not None
        self.child.stdin.write("\n")

    def answers(self) -> tuple[set[str], str]:
        answers, image = json.loads(self.says())
        return set(answers), image


def both(one: Callable[[], object], other: Callable[[], object]) -> None:
    threads = [threading.Thread(target=work) for work in (one, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_each_job_answers_by_its_own_wrapper_and_neither_cleans_the_others_things(
    daemon: Daemon, wrapper: Path, job_dir: Path, tmp_path: Path
) -> None:
    left = Workbench(tmp_path, "left", wrapper, job_dir)
    right = Workbench(tmp_path, "right", wrapper, job_dir)
    try:
        for _ in range(ROUNDS):
            assert left.answers()[0] == {"left"}
            assert right.answers()[0] == {"right"}
            both(left.go_on, right.go_on)
        assert left.answers()[0] == {"left"}
        assert right.answers()[0] == {"right"}
        left.go_on()
        assert left.answers()[0] == {"left"}
        assert left.says() == "nothing was running\n", "it knows nothing of the other one's job"
        assert left.child.wait(30) == 0
        right.go_on()
        answers, image = right.answers()
        assert answers == {"right"}, "its job still runs"
        with daemon.api() as api:
            api.images.get(image)  # its name may be the other's: that holds the second of the build
        assert right.says() == "nothing was running\n"
        assert right.child.wait(30) == 0
        bases = {tag for tag in daemon.tags() if "job-base/small:0.0.1-" in tag}
        with daemon.api() as api:
            assert len({api.images.get(tag).id for tag in bases}) >= 2
    finally:
        for one in (left, right):
            one.child.kill()
            one.child.communicate()
