from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from itertools import count
from pathlib import Path

import psutil
import pytest

from tests.support import awaited
from workbench import _child_output, _children, _log_file, _ports, _process
from workbench._wait import wait_until
from workbench.errors import WorkbenchError

PYTHON = sys.executable


def gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def wait_for_text(path: Path) -> str:
    return wait_until(
        lambda: path.read_text() if path.exists() and path.read_text() else None, timeout=20
    )


def test_run_gives_both_outputs_and_the_exit_code() -> None:
    code = "import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)"
    answer = _process.run([PYTHON, "-c", code])
    assert (answer.stdout, answer.stderr, answer.returncode) == ("out\n", "err\n", 3)
    assert answer.seconds > 0


def test_run_reports_each_line_of_stderr() -> None:
    lines: list[str] = []
    code = "import sys; print('one\\ntwo', file=sys.stderr)"
    _process.run([PYTHON, "-c", code], on_line=lines.append)
    assert lines == ["one", "two"]


def test_run_keeps_the_beginning_of_an_endless_output() -> None:
    code = f"import sys; sys.stdout.write('0123456789abcde\\n' * {_child_output.MAX_OUTPUT // 8})"
    ended = _process.run([sys.executable, "-c", code])
    assert ended.returncode == 0
    assert len(ended.stdout) == _child_output.MAX_OUTPUT
    assert set(ended.stdout.splitlines()) == {"0123456789abcde"}


def test_a_child_reads_nothing_from_stdin() -> None:
    answer = _process.run([PYTHON, "-c", "import sys; print(repr(sys.stdin.read()))"], timeout=20)
    assert answer.stdout == "''\n"


def test_a_command_that_does_not_exist_is_one_clear_error() -> None:
    with pytest.raises(WorkbenchError, match=r"no-such-command could not be started: No such file"):
        _process.run(["no-such-command"])


def test_a_timeout_kills_the_child_and_what_it_started(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    code = (
        "import subprocess, sys, pathlib\n"
        f"child = subprocess.Popen([{PYTHON!r}, '-c', 'import signal; signal.pause()'])\n"
        f"pathlib.Path({str(note)!r}).write_text(str(child.pid))\n"
        "print('said before', flush=True)\n"
        "child.wait()\n"
    )
    with pytest.raises(_process.ChildTimeoutError) as caught:
        _process.run([PYTHON, "-c", code], timeout=3)
    assert caught.value.completed.stdout == "said before\n"
    grandchild = int(note.read_text())
    wait_until(lambda: gone(grandchild) or None, timeout=10)


INTERRUPTED = """
import sys
from workbench import _process
child = "import os, pathlib, signal, sys; pathlib.Path(sys.argv[1]).write_text(str(os.getpid()))"
try:
    _process.run([sys.executable, "-c", child + "; signal.pause()", sys.argv[1]])
except KeyboardInterrupt:
    print("interrupted")
"""


def test_an_interrupt_kills_the_child(tmp_path: Path) -> None:
    """A cell that is interrupted: Ctrl-C reaches the parent alone, which ends the child."""
    note = tmp_path / "pid"
    parent = subprocess.Popen(
        [PYTHON, "-c", INTERRUPTED, str(note)], stdout=subprocess.PIPE, text=True
    )
    pid = int(wait_for_text(note))
    parent.send_signal(signal.SIGINT)
    assert parent.communicate(timeout=20)[0] == "interrupted\n"
    wait_until(lambda: gone(pid) or None, timeout=10)


def sleeper(
    tmp_path: Path, code: str = "import signal; print('up', flush=True); signal.pause()"
) -> _children.Child:
    return _children.spawn(
        [PYTHON, "-c", code],
        kind="job",
        name="a sleeper",
        cwd=tmp_path,
        env=dict(os.environ),
        port=None,
    )


def test_a_child_is_recorded_while_it_runs(tmp_path: Path) -> None:
    child = sleeper(tmp_path)
    assert child.record in list(_children.records())
    assert child.exit_code is None
    wait_until(lambda: child.log_lines() or None, timeout=20)
    assert child.log_lines() == ["up"]
    assert child.stop() == -signal.SIGTERM
    assert child.record not in list(_children.records())


def test_a_child_that_ignores_the_request_is_killed_after_the_grace(tmp_path: Path) -> None:
    code = (
        "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "print('deaf', flush=True)\nwhile True: signal.pause()"
    )
    child = sleeper(tmp_path, code)
    wait_until(lambda: child.log_lines() or None, timeout=20)
    assert child.stop(grace=0.2) == -signal.SIGKILL


def test_a_child_outlives_the_thread_that_started_it(tmp_path: Path) -> None:
    started: list[_children.Child] = []
    thread = threading.Thread(target=lambda: started.append(sleeper(tmp_path)))
    thread.start()
    thread.join()
    child = started[0]
    wait_until(lambda: child.log_lines() or None, timeout=20)
    assert child.exit_code is None
    child.stop()


OWNER = """
import os, pathlib, signal, sys
from workbench import _children
child = _children.spawn(
    [sys.executable, "-c", "import signal; signal.pause()"],
    kind="job", name="orphan", cwd=pathlib.Path("."), env=dict(os.environ),
)
pathlib.Path(sys.argv[1]).write_text(str(child.pid))
signal.pause()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has a parent-death signal")
def test_a_killed_owner_takes_its_child_with_it(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    owner = subprocess.Popen([PYTHON, "-c", OWNER, str(note)])
    pid = int(wait_for_text(note))
    owner.kill()
    owner.wait()
    wait_until(lambda: gone(pid) or None, timeout=10)


def test_what_a_crash_left_is_found_and_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the parent-death signal, as on macOS, the record is what finds the child."""
    monkeypatch.setenv("PYTHONPATH", str(Path(_process.__file__).parent.parent))
    note = tmp_path / "pid"
    code = "from workbench import _process; _process._prctl = None\n" + OWNER
    owner = subprocess.Popen([PYTHON, "-c", code, str(note)])
    pid = int(wait_for_text(note))
    assert pid not in [record.pid for record in _children.stop_abandoned()]
    owner.kill()
    owner.wait()
    assert not gone(pid)
    stopped = _children.stop_abandoned()
    assert [record.pid for record in stopped] == [pid]
    assert str(stopped[0]) == f"job orphan (process {pid})"
    wait_until(lambda: gone(pid) or None, timeout=10)
    assert _children.stop_abandoned() == []


def test_a_stranger_that_got_the_number_of_an_ended_childs_group_is_left_alone(
    tmp_path: Path,
) -> None:
    stranger = _process.start(
        ["sleep", "60"], cwd=tmp_path, env=os.environ, output=tmp_path / "log"
    )
    try:
        _process.kill_rest(stranger.pid)
        with pytest.raises(subprocess.TimeoutExpired):
            stranger.wait(0.5)
    finally:
        _process.kill_group(stranger)
    assert stranger.returncode == -signal.SIGKILL


def test_what_an_ended_child_left_in_its_group_is_killed(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    code = (
        "import pathlib, subprocess, sys\n"
        "child = subprocess.Popen(['sleep', '60'])\n"
        "pathlib.Path(sys.argv[1]).write_text(str(child.pid))"
    )
    child = _children.spawn(
        [PYTHON, "-c", code, note], kind="job", name="brief", cwd=tmp_path, env=os.environ
    )
    wait_until(lambda: child.exit_code, timeout=20)
    left = int(note.read_text())
    assert not gone(left)
    child.stop()
    wait_until(lambda: gone(left) or None, timeout=10)


def test_a_stranger_with_the_same_process_id_is_left_alone(tmp_path: Path) -> None:
    child = sleeper(tmp_path)
    path = child._record_path
    stranger = path.read_text().replace(f'"started": {child.record.started}', '"started": 12.5')
    assert '"started": 12.5' in stranger
    path.write_text(stranger)
    assert child.pid not in [record.pid for record in _children.records()]
    assert _children.stop_abandoned() == []
    assert child.exit_code is None
    child.stop()


def test_only_the_logs_of_what_has_ended_are_dropped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path))
    child = sleeper(tmp_path)
    wait_until(lambda: child.log_lines() or None, timeout=20)
    os.utime(child.log_path, (1, 1))
    ended = []
    for number in range(60):
        ended.append(child.log_path.with_name(f"job-ended-{number}.log"))
        ended[-1].touch()
        os.utime(ended[-1], (2 + number, 2 + number))
    monkeypatch.setattr(_log_file, "_numbers", count(_log_file.KEPT_LOGS))  # its turn to look
    sleeper(tmp_path).stop()
    kept = [path.exists() for path in ended]
    assert kept == sorted(kept)  # the oldest go first
    assert sum(kept) == 50
    assert child.log_lines() == ["up"]
    child.stop()


def test_where_nothing_can_be_written_down_nothing_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path))
    (tmp_path / "run").touch()  # a file where the folder must be
    with pytest.raises(WorkbenchError, match=r"a sleeper was not started: in .*: File exists\."):
        sleeper(tmp_path)
    (tmp_path / "run").unlink()

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(_children, "replace_file", full)  # no test can fill the disk of its machine
    with pytest.raises(WorkbenchError, match="No space left on device"):
        sleeper(tmp_path)
    assert not [one for one in psutil.Process().children() if "up" in _words(one)]


def _words(process: psutil.Process) -> str:
    with suppress(psutil.Error):  # it has just ended
        return " ".join(process.cmdline())
    return ""


def test_a_taken_port_is_named_with_its_owner() -> None:
    code = (
        "import signal, socket; server = socket.create_server(('127.0.0.1', 0));"
        "print(server.getsockname()[1], flush=True); signal.pause()"
    )
    words = [PYTHON, "-c", code]
    with awaited(subprocess.Popen(words, stdout=subprocess.PIPE, text=True)) as server:
        assert server.stdout is not None
        port = int(server.stdout.readline())
        assert not _ports.port_is_free(port)
        assert f"(process {server.pid})" in _ports.port_owner(port)
        server.kill()
    assert _ports.port_is_free(port)
