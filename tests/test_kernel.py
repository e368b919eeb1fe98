"""A job that a notebook started ends with whatever ends the notebook's kernel, or the cell."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager

from workbench import _children
from workbench._wait import wait_until
from workbench.notebooks.run import KERNELS

RUN_SAMPLE = "import workbench as wb\njob = wb.run_job(wb.shipped('sample-golang-function'))"

RUN_ANOTHER = """\
import workbench as wb
wb.run_job({folder!r}, on_event=lambda event: print(event.phase.name, event.state, flush=True))
"""

NEVER_READY = """\
package job

import "time"

func Init() error {
	time.Sleep(time.Hour)
	return nil
}

func Perform(input map[string]interface{}) (interface{}, error) { return nil, nil }
"""

MANIFEST = """\
name: never-ready
owner_email: sample@example.com
version: 0.0.1
jobtype: golang:latest
git: {remote: https://example.com/jobs}
"""


class Kernel:
    """A kernel, as JupyterLab would run one."""

    def __init__(self, folder: Path) -> None:
        self.manager = KernelManager(
            kernel_name="python3",
            kernel_spec_manager=KernelSpecManager(kernel_dirs=[str(KERNELS)]),
            transport="ipc",
            connection_file=str(folder / "k.json"),
        )
        self.manager.start_kernel(env={**os.environ, "IPYTHONDIR": str(folder)})
        self.process = self._process()
        self._client = self._connect()

    def run(self, code: str, on_text: Callable[[str], None] | None = None) -> str:
        """Run a cell; what came of it: `ok`, or the name of the error."""

        def on_message(message: dict[str, Any]) -> None:
            if message["msg_type"] == "stream" and on_text is not None:
                on_text(message["content"]["text"])

        reply = self._client.execute_interactive(code, output_hook=on_message, timeout=120)
        content: dict[str, Any] = reply["content"]
        self.traceback = content.get("traceback", [])
        return str(content.get("ename") or content["status"])

    def restart(self, now: bool) -> None:
        self._client.stop_channels()
        self.manager.restart_kernel(now=now)
        self.process = self._process()
        self._client = self._connect()

    def jobs(self) -> list[psutil.Process]:
        """The jobs that this very kernel runs."""
        mine = (one for one in _children.records() if one.owner_pid == self.process.pid)
        return [psutil.Process(record.pid) for record in mine]

    def close(self) -> None:
        self._client.stop_channels()
        self.manager.shutdown_kernel(now=True)

    def _process(self) -> psutil.Process:
        pid = getattr(self.manager.provisioner, "pid", None)
        assert isinstance(pid, int)
        return psutil.Process(pid)

    def _connect(self) -> BlockingKernelClient:
        client = self.manager.client()
        client.start_channels()
        client.wait_for_ready(timeout=60)
        return client


@pytest.fixture
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    running = Kernel(tmp_path_factory.mktemp("k"))
    yield running
    running.close()


@pytest.fixture
def never_ready(tmp_path: Path) -> str:
    (tmp_path / "perform.go").write_text(NEVER_READY)
    (tmp_path / "job.yaml").write_text(MANIFEST)
    return RUN_ANOTHER.format(folder=str(tmp_path))


def gone(process: psutil.Process) -> bool | None:
    running = process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return None if running else True


@pytest.mark.parametrize("now", [False, True], ids=["asked", "killed"])
def test_restarting_the_kernel_ends_its_job(kernel: Kernel, now: bool) -> None:
    assert kernel.run(RUN_SAMPLE) == "ok"
    (job,) = kernel.jobs()
    kernel.restart(now)
    wait_until(lambda: gone(job), timeout=10)
    assert kernel.run(RUN_SAMPLE + "\nassert job.perform(numbers=[40, 2]) == 42") == "ok"
    assert kernel.run("wb.clean()") == "ok"
    assert kernel.jobs() == []


# Elsewhere it stays until the next start or `clean` finds it: tests/test_process.py.
@pytest.mark.skipif(sys.platform != "linux", reason="needs the parent-death signal")
def test_killing_the_kernel_ends_its_job(kernel: Kernel) -> None:
    assert kernel.run(RUN_SAMPLE) == "ok"
    (job,) = kernel.jobs()
    kernel.process.kill()
    wait_until(lambda: gone(job), timeout=10)


@pytest.mark.parametrize("moment", ["JOB_IMAGE started", "WAITING started"])
def test_interrupting_a_cell_leaves_nothing_of_it(
    kernel: Kernel, never_ready: str, moment: str
) -> None:
    seen: list[psutil.Process] = []

    def interrupt(text: str) -> None:
        if moment in text:
            seen.extend(kernel.process.children(recursive=True))
            kernel.process.send_signal(signal.SIGINT)

    assert kernel.run(never_ready, interrupt) == "Interrupted"
    (line,) = kernel.traceback
    assert line.startswith("Interrupted: ")
    assert seen or moment.startswith("JOB_IMAGE")
    assert kernel.process.children(recursive=True) == []
    assert kernel.jobs() == []
    assert kernel.run("1 + 1") == "ok", "the kernel itself goes on"


def test_an_interrupt_does_not_reach_the_job_that_runs(kernel: Kernel) -> None:
    assert kernel.run(RUN_SAMPLE) == "ok"
    interrupted = kernel.run(
        "print('waiting', flush=True)\nimport threading\nthreading.Event().wait(60)",
        lambda _: kernel.process.send_signal(signal.SIGINT),
    )
    assert interrupted == "KeyboardInterrupt"
    assert kernel.run("assert job.perform(numbers=[40, 2]) == 42") == "ok"
