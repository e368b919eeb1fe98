"""What is dropped when there is too much of it, and what never is."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from workbench._log_file import KEPT_LOGS, new_log
from workbench._oldest import YOUNG, beyond
from workbench.settings import get_settings


def aged(path: Path, seconds: float) -> Path:
    path.touch()
    then = time.time() - seconds
    os.utime(path, (then, then))
    return path


def test_the_newest_stay_and_so_does_what_is_young(tmp_path: Path) -> None:
    made = [aged(tmp_path / str(age), age) for age in (1, 2, YOUNG + 10, YOUNG + 20)]
    assert beyond(made, 0) == made[2:]
    assert beyond(made, 1) == made[2:]
    assert beyond(made, 3) == made[3:]
    assert beyond(made, 9) == []


def test_what_somebody_else_drops_meanwhile_is_no_error(tmp_path: Path) -> None:
    first = aged(tmp_path / "first", YOUNG + 10)

    def found() -> Iterator[Path]:
        yield first
        first.unlink()
        yield tmp_path / "second"

    assert beyond(found(), 0) == [first]


def test_a_log_that_was_just_written_is_there_for_whoever_reads_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path))
    used = get_settings().log_dir / "used.log"
    asked = []

    def in_use() -> list[str]:
        asked.append(used)
        return [str(used)]

    mine = new_log("job", "mine", in_use)
    for _ in range(2 * KEPT_LOGS):
        new_log("job", "other", in_use)
    assert mine.exists(), "its program has ended, and its last words are read"
    assert not asked, "there was none to drop"
    aged(used, YOUNG + 10)
    aged(mine, YOUNG + 10)
    for _ in range(KEPT_LOGS):
        new_log("job", "other", in_use)
    assert not mine.exists()
    assert used.exists()
    assert len(asked) == 1, "the others cost nothing"
