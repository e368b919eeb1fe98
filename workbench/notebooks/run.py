"""Running a notebook without a browser, and judging what it left behind."""

from __future__ import annotations

import os
import re
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import nbformat
import psutil
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from traitlets.config import Config

from workbench.errors import NotebookError
from workbench.notebooks.form import read_notebook
from workbench.settings import PACKAGE_DIR, get_settings

RUN_TIMEOUT = 600.0
"""Seconds that a whole notebook may take; a cold Go cache, or a cold base image, is most of it."""

KERNELS = PACKAGE_DIR / "labconfig" / "kernels"
"""The one kernel: this very Python, whatever else is installed for the user."""

_PLACES = ("HOME", "IPYTHONDIR", "WORKBENCH_HOME", "WORKBENCH_PLAYGROUND")

_ANSI = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class NotebookRun:
    """A notebook that ran to its end.

    Attributes:
        path: Its file, which is left as it was.
        notebook: The notebook with its outputs.
        cells: How many code cells ran.
        seconds: From starting the kernel to its end.
    """

    path: Path
    notebook: nbformat.NotebookNode
    cells: int
    seconds: float

    def __str__(self) -> str:
        return f"{self.path.name}: {self.cells} cells ran in {self.seconds:.1f} s"


def run_notebook(
    path: str | Path, *, timeout: float = RUN_TIMEOUT, env: Mapping[str, str] | None = None
) -> NotebookRun:
    """Run a notebook from top to bottom in a kernel of its own, in the notebook's folder.

    Checks raise instead of being shown (`WORKBENCH_STRICT=1`). A cell that is meant to fail has the
    tag `raises-exception`; one that is not meant to run has `skip-execution`.

    Args:
        path: The notebook, which is not written to.
        timeout: Seconds that all its cells may take together.
        env: Further environment variables of the kernel.

    Returns:
        The notebook with its outputs.

    Raises:
        NotebookError: A cell failed or took too long; or the run wrote to stderr, showed a path of
            this machine, or left a process or a listening port behind. Names the cell.
    """
    path = Path(path).resolve()
    notebook = read_notebook(path)
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="wb-") as scratch:
        # Sockets as files: no port to race for, and a path short enough for every system.
        manager = AsyncKernelManager(
            kernel_name="python3",
            kernel_spec_manager=KernelSpecManager(kernel_dirs=[str(KERNELS)]),
            transport="ipc",
            connection_file=str(Path(scratch, "k.json")),
        )
        client = NotebookClient(
            notebook,
            km=manager,
            resources={"metadata": {"path": str(path.parent)}},
            # The time that is left for the notebook is what its next cell may take.
            timeout_func=lambda _: max(1, round(start + timeout - time.monotonic())),
            config=Config(),
        )
        own = {"WORKBENCH_STRICT": "1", "IPYTHONDIR": scratch, "JUPYTER_RUNTIME_DIR": scratch}
        whole_env = {**os.environ, **own, **(env or {})}
        with client.setup_kernel(cleanup_kc=True, env=whole_env):
            kernel = psutil.Process(cast("LocalProvisioner", manager.provisioner).pid)
            ports = _listening(kernel)  # ipykernel has one for itself
            cells = _run_cells(client, path)
            problems = [*_bad_outputs(notebook, whole_env), *_leftovers(kernel, ports)]
    if problems:
        raise NotebookError("\n".join(f"{path.name}: {problem}" for problem in problems))
    return NotebookRun(path, notebook, cells, time.monotonic() - start)


def _run_cells(client: NotebookClient, path: Path) -> int:
    ran = 0
    for index, cell in enumerate(client.nb.cells):
        try:
            client.execute_cell(cell, index)
        except CellExecutionError as error:
            raise NotebookError(
                f"{path.name}: {cell.id}: {error.ename}: {error.evalue}", log=_error_text(cell)
            ) from None
        except CellTimeoutError:
            raise NotebookError(
                f"{path.name}: {cell.id}: it did not end in the time for the whole notebook."
            ) from None
        except DeadKernelError:
            raise NotebookError(f"{path.name}: {cell.id}: the kernel died.") from None
        ran += cell.cell_type == "code" and cell.execution_count is not None
    return ran


def _error_text(cell: nbformat.NotebookNode) -> list[str]:
    traceback = [line for out in cell.outputs for line in out.get("traceback", [])]
    return _ANSI.sub("", "\n".join(traceback)).splitlines()


def _bad_outputs(notebook: nbformat.NotebookNode, env: Mapping[str, str]) -> Iterator[str]:
    roots = _machine_paths(env)
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            text = _text_of(output)
            if output.output_type == "stream" and output.name == "stderr":
                yield f"{cell.id}: wrote to stderr: {text.strip()}"
            for root in roots:
                if root in text:
                    yield f"{cell.id}: shows a path of this machine, {root}"
                    break


def _text_of(output: nbformat.NotebookNode) -> str:
    parts = [output.get("text", ""), *output.get("traceback", [])]
    parts += [part for part in output.get("data", {}).values() if isinstance(part, str)]
    return "\n".join(parts)


def _machine_paths(env: Mapping[str, str]) -> list[str]:
    settings = get_settings()
    places = {PACKAGE_DIR.parent, Path(sys.prefix), Path.home(), settings.home, settings.playground}
    places |= {Path(env[name]) for name in _PLACES if env.get(name)}
    # As a home, in containers, these two tell nothing about a machine: every machine has them.
    return sorted(str(place) for place in places - {Path("/"), Path(tempfile.gettempdir())})


def _leftovers(kernel: psutil.Process, ports_before: set[int]) -> Iterator[str]:
    """What the kernel still runs, asked while it lives: its end would take the evidence along."""
    for child in kernel.children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            yield f"left running: {child.name()} (process {child.pid}); it was stopped now"
            child.kill()
    for port in sorted(_listening(kernel) - ports_before):
        yield f"left a listening port: {port}"


def _listening(kernel: psutil.Process) -> set[int]:
    connections = kernel.net_connections(kind="tcp")
    return {link.laddr.port for link in connections if link.status == psutil.CONN_LISTEN}
