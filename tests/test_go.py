"""Commands that compile Go: what they work in is gone afterwards, however they ended."""

from __future__ import annotations

import signal
import threading
from pathlib import Path

import pytest

from workbench._go import find_go, run_go
from workbench._wait import wait_until


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which Go is told to work."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("GOTMPDIR", str(folder))
    return folder


def test_an_interrupted_compiler_leaves_no_folder(temporary: Path, tmp_path: Path) -> None:
    (tmp_path / "main.go").write_text("package main\n\nfunc main() {}\n")
    seen = tmp_path / "seen"
    endless = tmp_path / "endless"
    # It would outlive any test: only the interrupt can end it.
    endless.write_text(f'#!/bin/sh\nls "$GOTMPDIR" > {seen}.new; mv {seen}.new {seen}; sleep 600\n')
    endless.chmod(0o755)
    main = threading.main_thread().ident or 0

    def interrupt() -> None:
        wait_until(lambda: seen.exists() or None, timeout=60)
        signal.pthread_kill(main, signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        run_go(
            [find_go().path, "build", "-a", "-toolexec", endless, "main.go"],
            cwd=tmp_path,
            timeout=90,
        )
    thread.join()
    assert seen.read_text().startswith("go-build")
    assert not list(temporary.iterdir())


def test_where_go_cannot_work_it_says_so_itself(temporary: Path, tmp_path: Path) -> None:
    temporary.rmdir()
    (tmp_path / "main.go").write_text("package main\n\nfunc main() {}\n")
    answer = run_go([find_go().path, "build", "main.go"], cwd=tmp_path, timeout=60)
    assert answer.returncode != 0
    assert f"{temporary}" in answer.stderr


def test_variables_of_any_name_reach_it(tmp_path: Path) -> None:
    extra = {"timeout": "a", "cwd": "b", "GOFLAGS": "-tags=c"}
    answer = run_go(["env"], cwd=tmp_path, timeout=60, extra=extra)
    assert {f"{name}={value}" for name, value in extra.items()} <= set(answer.stdout.splitlines())
