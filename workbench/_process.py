"""The one place that starts and stops children.

Every child is the leader of its own session, so that stopping it stops all that it started, and so
that an interrupt of a cell reaches this process alone, which then decides. What is written down
about a child that is meant to live for a while is in `_children.py`.
"""

from __future__ import annotations

import ctypes
import os
import pty
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import psutil

from workbench._child_end import wait_for_end
from workbench._child_output import join, read_lines
from workbench._spawner import Spawner
from workbench.errors import WorkbenchError

STOP_GRACE = 12.0
"""Seconds that a child may take to end after it was asked to; a little over the wrapper's ten."""


@dataclass(frozen=True)
class Completed:
    """A child that has ended.

    Attributes:
        args: The argument list.
        returncode: The exit code; negative for a signal.
        stdout: What it wrote, as text; undecodable bytes are replaced, and what goes beyond
            `_child_output.MAX_OUTPUT` is left out.
        stderr: Likewise; lines that were given to `on_line` are in it too.
        seconds: From start to end.
    """

    args: tuple[str, ...]
    returncode: int
    stdout: str
    stderr: str
    seconds: float


class ChildTimeoutError(WorkbenchError):
    """A child that ran longer than it was allowed to, and was stopped.

    Args:
        completed: What it had written until then.
    """

    def __init__(self, completed: Completed) -> None:
        super().__init__(
            f"{Path(completed.args[0]).name} did not end within {completed.seconds:.1f} s.",
            remedy="try it again: `workbench doctor` tells what this machine has and lacks.",
            log=completed.stderr.splitlines(),
        )
        self.completed = completed


def run(
    args: Sequence[str | Path],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    timeout: float | None = None,
    on_line: Callable[[str], None] | None = None,
    stdin: Path | None = None,
    terminal: bool = False,
    bound: bool = False,
) -> Completed:
    """Run a child to its end.

    Args:
        args: The argument list; never a shell's line.
        cwd: Its working directory.
        env: Its whole environment; None means this process's.
        timeout: Seconds after which the child and all that it started are killed.
        on_line: Called with each line of stderr as it comes, without its end.
        stdin: The file that it reads; None for the null device.
        terminal: Whether it writes to a terminal, as it sees it: both outputs are then one, given
            as `stdout`, and `on_line` gets the lines of it.
        bound: Whether it dies with this process, however that ends (on Linux); it takes some
            milliseconds longer to start then.

    Returns:
        Its output and exit code; a non-zero exit code is no error here.

    Raises:
        ChildTimeoutError: It took longer than `timeout`.
        WorkbenchError: It could not be started.
    """
    words = [str(word) for word in args]
    start = time.perf_counter()
    out: list[bytes] = []
    err: list[bytes] = []
    readers: list[threading.Thread] = []
    with ExitStack() as stack:
        source = stack.enter_context(stdin.open("rb")).fileno() if stdin else subprocess.DEVNULL
        master, stdout, stderr = -1, subprocess.PIPE, subprocess.PIPE
        if terminal:
            master, stdout = pty.openpty()
            stderr = stdout
            stack.callback(os.close, stdout)
        # An interrupt reaches the main thread alone: within Popen it would leave a child behind
        # of which nobody knows.
        try:
            child = _spawner.call(
                lambda: _popen(
                    words, cwd, env, stdin=source, stdout=stdout, stderr=stderr, bound=bound
                ),
                undo=_kill_started,
            )
        except BaseException:
            if terminal:
                os.close(master)
            raise

    def completed() -> Completed:
        return Completed(
            tuple(words),
            child.returncode,
            b"".join(out).decode(errors="replace"),
            b"".join(err).decode(errors="replace"),
            time.perf_counter() - start,
        )

    try:
        if terminal:
            readers.append(read_lines(os.fdopen(master, "rb"), out, on_line))
        else:
            readers.append(read_lines(child.stdout, out, None))
            readers.append(read_lines(child.stderr, err, on_line))
        wait_for_end(child, timeout)
    except subprocess.TimeoutExpired:
        kill_group(child)
        join(readers)
        raise ChildTimeoutError(completed()) from None
    except BaseException:  # an interrupted cell must not leave a compiler running
        kill_group(child)
        join(readers)
        raise
    join(readers)
    return completed()


def kill_group(child: subprocess.Popen[bytes]) -> None:
    """Kill a child and all that it started, and collect it."""
    if child.returncode is None:
        signal_group(child.pid, signal.SIGKILL)
        child.wait()
    else:
        kill_rest(child.pid)


def kill_rest(pid: int) -> None:
    """Kill what a child that has ended, and was collected, left in its group.

    While one of the group lives, no other process is given the group's number. So where a process
    has it, that is a stranger, and nothing of the group is left.
    """
    if not psutil.pid_exists(pid):
        signal_group(pid, signal.SIGKILL)


def signal_group(pid: int, number: int) -> None:
    """Send a signal to the process group of `pid`; one that has ended is no error."""
    try:
        os.killpg(pid, number)
    except ProcessLookupError:
        return
    except PermissionError:  # macOS: a group of zombies only
        return


def handles(pid: int, number: int) -> bool:
    """Whether a process has a handler of its own for a signal; True where nobody can tell."""
    try:
        status = Path("/proc", str(pid), "status").read_text()
    except OSError:
        return True
    caught = status.partition("SigCgt:")[2].split()
    return not caught or bool(int(caught[0], 16) >> (number - 1) & 1)


def start(
    args: Sequence[str | Path],
    *,
    cwd: Path,
    env: Mapping[str, str],
    output: Path,
    keep_open: Sequence[int] = (),
    bound: bool = True,
) -> subprocess.Popen[bytes]:
    """Start a child that dies with this process; both its outputs go to the file `output`.

    It inherits the file descriptors in `keep_open`, and no others. One that is not `bound` sees to
    its end by itself: such a one starts sooner, since this process need not be copied.

    The parent-death signal follows the *thread* that started the child, so one thread that never
    ends starts them all; else a job started from a widget's thread would die with that thread.
    """
    words = [str(word) for word in args]
    output.parent.mkdir(parents=True, exist_ok=True)
    with output.open("ab") as sink:  # appended to, so that whoever reads it may shorten it
        return _spawner.call(
            lambda: _popen(
                words, cwd, env, stdout=sink.fileno(), stderr=subprocess.STDOUT,
                bound=bound, keep_open=keep_open,
            ),
            undo=_kill_started,
        )  # fmt: skip


def _kill_started(future: Future[subprocess.Popen[bytes]]) -> None:
    if future.exception() is None:
        kill_group(future.result())


def _popen(
    words: list[str],
    cwd: Path | None,
    env: Mapping[str, str] | None,
    *,
    stdout: int,
    stderr: int,
    stdin: int = subprocess.DEVNULL,
    bound: bool = False,
    keep_open: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            words,
            cwd=cwd,
            env=None if env is None else dict(env),
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            start_new_session=True,
            pass_fds=tuple(keep_open),
            preexec_fn=_die_with_parent if bound and _prctl is not None else None,
        )
    except OSError as error:
        raise WorkbenchError(
            f"{words[0]} could not be started: {error.strerror or error}.",
            remedy="`workbench doctor` tells what this machine has and lacks.",
        ) from error


def _load_prctl() -> Callable[..., int] | None:
    if sys.platform != "linux":
        return None
    try:
        function: Callable[..., int] = ctypes.CDLL(None, use_errno=True).prctl
    except (OSError, AttributeError):
        return None
    return function


# Looked up before any fork: a child of a threaded process must not import or take locks.
_prctl = _load_prctl()
_PR_SET_PDEATHSIG = 1


def _die_with_parent() -> None:
    if _prctl is not None:
        _prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)


_spawner = Spawner()
