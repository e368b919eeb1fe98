"""Children that are meant to live for a while: jobs, a JupyterLab.

Each leaves a small JSON file in `settings.run_dir` with its process id and start time, so that what
a crash left behind is found and told apart from a stranger that got the same process id.
"""

from __future__ import annotations

import atexit
import json
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from workbench import _process
from workbench._atomic import replace_file
from workbench._child_end import wait_for_end
from workbench._home import told_by_home
from workbench._log_file import LogFile, new_log
from workbench._wait import DeadlineExceeded, wait_until
from workbench.settings import get_settings


@dataclass(frozen=True)
class Record:
    """What is written down about a child.

    Attributes:
        kind: `job`, `lab`, `network` or `racetrack`.
        name: What a person calls it, such as `golang-function 0.0.1`.
        pid: Its process id.
        started: Its start, in Unix seconds, as the system tells it.
        owner_pid: The process that started it.
        owner_started: That process's start.
        port: The port that it listens on; None where it has none.
        log: The file that it writes to.
    """

    kind: str
    name: str
    pid: int
    started: float
    owner_pid: int
    owner_started: float
    port: int | None
    log: str

    @property
    def alive(self) -> bool:
        """Whether this very child still runs."""
        return runs(self.pid, self.started)

    @property
    def abandoned(self) -> bool:
        """Whether the process that started it is gone."""
        return not runs(self.owner_pid, self.owner_started)

    def __str__(self) -> str:
        port = f" on port {self.port}" if self.port else ""
        return f"{self.kind} {self.name}{port} (process {self.pid})"


class Child:
    """A child that was started here and dies with this process.

    Args:
        popen: The started child.
        record: What was written down about it.
        record_path: Where.

    Attributes:
        stopped: Whether it was stopped, and did not end by itself.
    """

    def __init__(self, popen: subprocess.Popen[bytes], record: Record, record_path: Path) -> None:
        self._popen = popen
        self._record_path = record_path
        self.record = record
        self.log_path = Path(record.log)
        self.stopped = False
        _living.add(self)

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._popen.pid

    @property
    def exit_code(self) -> int | None:
        """Its exit code, negative for a signal; None while it runs."""
        return self._popen.poll()

    def signal(self, number: int) -> None:
        """Send a signal to the child alone; one that has ended gets none."""
        if self._popen.poll() is None:
            self._popen.send_signal(number)

    def handles(self, number: int) -> bool:
        """Whether the child has a handler of its own for a signal; True where none can tell."""
        return _process.handles(self.pid, number)

    def log_lines(self, tail: int | None = None) -> list[str]:
        """What it wrote to stdout and stderr; the last `tail` lines, or all."""
        return LogFile(self.log_path).lines(tail)

    def log_since(self, offset: int) -> tuple[list[str], int]:
        """The lines that it finished after the first `offset` bytes, and the offset to go on from.

        Once it has ended, what it wrote last counts as finished.
        """
        ended = self.exit_code is not None  # asked before reading: nothing is written after it
        return LogFile(self.log_path).since(offset, ended=ended)

    def stop(self, grace: float = _process.STOP_GRACE) -> int:
        """Ask it to end, wait, and kill it and all that it started if it does not.

        Args:
            grace: Seconds between asking and killing.

        Returns:
            Its exit code; negative for a signal.
        """
        try:
            if self._popen.poll() is None:
                self.stopped = True
                _process.signal_group(self.pid, signal.SIGTERM)
                wait_for_end(self._popen, grace)
        except subprocess.TimeoutExpired:
            pass
        finally:  # also where the wait was interrupted
            _process.kill_group(self._popen)
        self._record_path.unlink(missing_ok=True)
        _living.discard(self)
        return self._popen.returncode


_living: set[Child] = set()  # whoever drops the object does not stop the child


@atexit.register
def _stop_all() -> None:
    for child in list(_living):
        child.stop(grace=1.0)


def spawn(
    args: Sequence[str | Path],
    *,
    kind: str,
    name: str,
    cwd: Path,
    env: Mapping[str, str],
    port: int | None = None,
    keep_open: Sequence[int] = (),
    output: Path | None = None,
    bound: bool = True,
) -> Child:
    """Start a child that outlives this call, but not this process.

    Args:
        args: The argument list.
        kind: `job`, `lab`, `network` or `racetrack`.
        name: What a person calls it.
        cwd: Its working directory.
        env: Its whole environment.
        port: The port that it will listen on, for the record.
        keep_open: File descriptors that it inherits.
        output: A device that takes both its outputs; None for its log, which else stays empty.
        bound: False for a program that sees to it by itself that it dies with this process.

    Returns:
        The running child.

    Raises:
        WorkbenchError: It could not be started.
    """
    run_dir = get_settings().run_dir
    with told_by_home(f"{name} was not started"):
        log = new_log(kind, name, logs_in_use)
        run_dir.mkdir(parents=True, exist_ok=True)
        popen = _process.start(
            args, cwd=cwd, env=env, output=output or log, keep_open=keep_open, bound=bound
        )
        try:
            record = _record(popen.pid, kind, name, port, log)
            path = run_dir / f"{popen.pid}.json"
            replace_file(path, json.dumps(asdict(record)).encode(), mode=0o600)
            return Child(popen, record, path)
        except BaseException:  # a full disk, an interrupt: nobody would know of the child
            _process.kill_group(popen)
            raise


def _record(pid: int, kind: str, name: str, port: int | None, log: Path) -> Record:
    me = psutil.Process()
    try:
        started = psutil.Process(pid).create_time()
    except psutil.NoSuchProcess:  # it ended at once; its caller will find out
        started = 0.0
    return Record(kind, name, pid, started, me.pid, me.create_time(), port, str(log))


def records(kind: str | None = None) -> Iterator[Record]:
    """The children that still run, of whichever process; forgets those that have ended.

    Args:
        kind: `job` or `lab`; None for all of them.
    """
    run_dir = get_settings().run_dir
    for path in sorted(run_dir.glob("*.json")) if run_dir.is_dir() else []:
        try:
            record = Record(**json.loads(path.read_text()))
        except (OSError, ValueError, TypeError):  # not ours, or of another version
            path.unlink(missing_ok=True)
            continue
        if not record.alive:
            path.unlink(missing_ok=True)
        elif kind in (None, record.kind):
            yield record


def logs_in_use() -> list[str]:
    """The files to which the children that still run write."""
    return [record.log for record in records()]


def stop_own(kind: str) -> list[Record]:
    """Stop the children of one kind that this process started; those that were stopped."""
    own = [one for one in list(_living) if one.record.kind == kind and one.exit_code is None]
    for child in own:
        child.stop()
    return [child.record for child in own]


def stop_abandoned(kind: str | None = None) -> list[Record]:
    """Stop the children whose owner is gone.

    Args:
        kind: `job` or `lab`; None for all of them.

    Returns:
        What was stopped.
    """
    stopped = [record for record in records(kind) if record.abandoned]
    for record in stopped:
        _process.signal_group(record.pid, signal.SIGTERM)
        try:
            _wait_for_end(record)
        except DeadlineExceeded:
            _process.signal_group(record.pid, signal.SIGKILL)
            with suppress(DeadlineExceeded):
                _wait_for_end(record)
        (get_settings().run_dir / f"{record.pid}.json").unlink(missing_ok=True)
    return stopped


def _wait_for_end(record: Record) -> None:
    # Not psutil's own wait: where nobody collects orphans, as in many a container, the process
    # stays a zombie, which has ended all the same.
    wait_until(lambda: None if record.alive else True, timeout=_process.STOP_GRACE)


def runs(pid: int, started: float) -> bool:
    """Whether the process lives that had this id, and this start in Unix seconds."""
    try:
        process = psutil.Process(pid)
        # The system's clock may be set in between; a second of difference is still the same one.
        same = abs(process.create_time() - started) < 1.0
        return same and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
