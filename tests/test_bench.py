from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from bench.__main__ import main
from bench.figures import FIGURES
from bench.figures.requests import check_log_survives, check_same_line
from bench.figures.walk import walk
from bench.programs import ROOT, STRIPPED, Programs, go, substitute
from bench.rows import Goal, Row, alone, compare, confidence, is_clear
from bench.servers import Program, find_wrk
from bench.table import table
from bench.turns import Contest, Effort, Measure, NotMeasured, Values
from tests.support import require

ONE_RUN = Effort(runs=1, most=1, seconds=1)
KEYS = [
    "figure",
    "unit",
    "ours",
    "beside",
    "beside_name",
    "ratio",
    "goal",
    "held",
    "runs",
    "spread",
]
AT_MOST = Goal("<=", 1.3)


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Programs:
    return Programs(tmp_path_factory.mktemp("programs"))


# --- arithmetic -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "low", "high"),
    [
        ([7.0], 7, 7),
        ([3.0, 1.0, 2.0], 1, 3),
        (list(range(1, 10)), 2, 8),  # of 9 values, 1 or fewer lie below the median in 2 %
        (list(range(27, 0, -1)), 8, 20),
    ],
)
def test_the_spread_is_where_the_median_lies(values: list[float], low: float, high: float) -> None:
    assert confidence(values) == (low, high)


def test_a_ratio_is_of_medians_and_its_spread_of_neighbours() -> None:
    row = compare("start", "ms", [2, 4, 100], [1, 4, 50], "bare", Goal("<=", 1.2))
    assert (row.ours, row.beside, row.ratio, row.spread) == (4, 4, 1, (1, 2))
    assert (row.goal, row.held, row.runs, row.beside_name) == ("<= 1.2 x", True, 3, "bare")


@pytest.mark.parametrize(
    ("goal", "kept", "missed"),
    [(Goal("<=", 1.3), 1.3, 1.31), (Goal(">=", 0.9), 0.9, 0.89), (Goal("<", 15, "s"), 14.9, 15)],
)
def test_a_goal_holds_up_to_its_bound(goal: Goal, kept: float, missed: float) -> None:
    assert goal.holds(kept)
    assert not goal.holds(missed)
    assert is_clear(goal, (kept, kept))
    assert is_clear(goal, (missed, missed))
    assert not is_clear(goal, (min(kept, missed), max(kept, missed)))


def test_a_rate_and_the_seconds_behind_it_have_the_same_goal() -> None:
    assert str(Goal(">=", 0.9).inverse()) == "<= 1.11 x"


def test_a_goal_that_is_missed_is_told_even_by_a_hair() -> None:
    assert compare("edit", "s", [1.31], [1], "by hand", AT_MOST).held is False
    assert compare("edit", "s", [1.31], [1], "published").held is None
    assert alone("walk", "s", [14, 16, 15], Goal("<", 15, "s")).held is False


# --- taking turns ---------------------------------------------------------------------------------


class Sides:
    """Two sides whose values are given, and the order in which they were asked."""

    def __init__(self, ours: Iterator[float], beside: Iterator[float]) -> None:
        self.order: list[str] = []
        self.contest = Contest(self._side("ours", ours), {"beside": self._side("beside", beside)})

    def _side(self, name: str, values: Iterator[float]) -> Callable[[], Values]:
        def once() -> Values:
            self.order.append(name)
            return {"wall": next(values), "cpu": 1.0}

        return once


def _always(value: float) -> Iterator[float]:
    while True:
        yield value


WALL, CPU = Measure("wall", "edit", "s", AT_MOST), Measure("cpu", "edit, CPU", "s", AT_MOST)


def test_sides_change_who_is_first_and_the_first_run_does_not_count() -> None:
    sides = Sides(iter([99.0, 1, 1, 1]), _always(1))
    rows = sides.contest.measure(Effort(runs=3, most=3), WALL)
    assert sides.order == ["ours", "beside"] * 2 + ["beside", "ours", "ours", "beside"]
    assert [row.ours for row in rows] == [1]


def test_a_clear_figure_takes_no_more_runs_than_it_must() -> None:
    wall, cpu = Sides(_always(1.1), _always(1)).contest.measure(Effort(), WALL, CPU)
    assert (wall.runs, wall.held) == (9, True)
    assert (cpu.goal, cpu.held) == (None, None)  # only shown


def test_an_unclear_figure_takes_more_runs_and_then_cpu_seconds_judge() -> None:
    noisy = (1.0 if n % 2 else 1.7 for n in count())
    wall, cpu = Sides(noisy, _always(1)).contest.measure(Effort(runs=9, most=12), WALL, CPU)
    assert (wall.runs, wall.goal, wall.held) == (12, "<= 1.3 x", None)
    assert (cpu.goal, cpu.ratio, cpu.held) == ("<= 1.3 x", 1, True)


def test_without_cpu_seconds_an_unclear_figure_is_judged_by_its_median() -> None:
    noisy = (1.0 if n % 3 else 1.7 for n in count())
    (row,) = Sides(noisy, _always(1)).contest.measure(Effort(runs=9, most=9), WALL)
    assert row.held is True


# --- telling --------------------------------------------------------------------------------------

ROW = compare("edit -> answer", "s", [0.3, 0.31, 0.32], [0.28, 0.29, 0.3], "by hand", AT_MOST)


def test_the_table_tells_every_row_in_columns() -> None:
    rows = [ROW, replace(ROW, held=None), alone("walk", "s", [16], Goal("<", 15, "s"))]
    lines = [" ".join(line.split()) for line in table(rows).splitlines()]
    assert lines[:4] == [
        "figure ours beside ratio spread goal held runs",
        "edit -> answer 0.310 s 0.290 s by hand 1.07 1.07 .. 1.07 <= 1.3 x yes 3",
        "edit -> answer 0.310 s 0.290 s by hand 1.07 1.07 .. 1.07 <= 1.3 x open 3",
        "walk 16.0 s 16.0 .. 16.0 < 15 s NO 1",
    ]


def _given(row: Row) -> Callable[[Programs, Effort], list[Row]]:
    return lambda *_: [row]


def _absent(_programs: Programs, _effort: Effort) -> list[Row]:
    raise NotMeasured("wrk is not installed")


GIVEN = {"held": _given(ROW), "missed": _given(replace(ROW, held=False)), "absent": _absent}


@pytest.mark.parametrize(
    ("names", "code"), [(["held"], 0), (["missed"], 1), (["absent"], 1), ([], 1)]
)
def test_the_exit_code_tells_whether_the_named_figures_hold(
    names: list[str], code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(names, GIVEN, tmp_path) == code
    asked = names or list(GIVEN)
    assert sorted(path.stem for path in tmp_path.iterdir()) == sorted({*asked} - {"absent"})
    told = "absent was not measured: wrk is not installed" in capsys.readouterr().out
    assert told == ("absent" in asked)


def test_only_in_the_environment_names_figures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONLY", "held")
    assert main([], GIVEN, tmp_path) == 0
    (written,) = json.loads((tmp_path / "held.json").read_text())
    assert list(written) == KEYS
    assert written["spread"] == list(ROW.spread)


def test_an_unknown_figure_is_bad_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["edits"], FIGURES, tmp_path)
    assert end.value.code == 2
    assert "no such figure: edits (there are: edit, requests, start" in capsys.readouterr().err


# --- measuring ------------------------------------------------------------------------------------


def _need_wrk() -> None:
    require(shutil.which("wrk"), "wrk, the load generator, is not installed")


ALONE = ("walk", "conformance", "pub")
"""Figures with a goal of their own, beside which nothing stands; PUB's is in test_bench_pub.py."""

IMAGES = ("image", "base", "container")
"""Figures that need Docker: `test_bench_images.py`."""


@pytest.mark.parametrize("name", [name for name in FIGURES if name not in ALONE + IMAGES])
def test_every_figure_is_measured_beside_its_rival_and_the_published(
    name: str, programs: Programs
) -> None:
    if name == "requests":
        _need_wrk()
    rows = FIGURES[name](programs, ONE_RUN)
    figures = list(dict.fromkeys(row.figure for row in rows))
    rival = "by hand" if name == "edit" else "bare net/http"
    assert [(row.figure, row.beside_name) for row in rows] == [
        (figure, beside) for figure in figures for beside in (rival, "published")
    ]
    assert all(row.ours > 0 and row.beside and row.ratio for row in rows)
    assert any(row.goal for row in rows if row.beside_name == rival)
    assert not any(row.goal for row in rows if row.beside_name == "published")


def test_a_walk_that_does_not_end_in_the_answer_is_no_figure(programs: Programs) -> None:
    (row,) = walk(programs, ONE_RUN, ["echo", "42"])
    assert (row.goal, row.held, row.beside, row.runs) == ("< 30 s", True, None, 1)
    with pytest.raises(NotMeasured, match="the last line of `echo 41` is"):
        walk(programs, ONE_RUN, ["echo", "41"])
    with pytest.raises(NotMeasured, match="false: exit code 1"):
        walk(programs, ONE_RUN, ["false"])


def test_a_walk_below_make_is_one_from_a_terminal(
    programs: Programs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "Makefile").write_text("demo:\n\t@echo 42\n")
    monkeypatch.setenv("MAKELEVEL", "1")
    monkeypatch.setenv("MAKEFLAGS", "w")
    (row,) = walk(programs, ONE_RUN, ["make", "-f", str(tmp_path / "Makefile"), "demo"])
    assert row.held


def _changed_bare(folder: Path, changes: Mapping[str, str]) -> Program:
    source: Path = shutil.copytree(ROOT / "bench" / "bare", folder / "bare")
    for pattern, replacement in changes.items():
        substitute(source / "main.go", pattern, replacement)
    go("build", *STRIPPED, "-o", folder / "changed", ".", cwd=source)
    return Program("changed", folder / "changed")


def test_a_log_that_is_written_later_is_found_out(tmp_path: Path, programs: Programs) -> None:
    _need_wrk()
    check_log_survives(programs.bare)
    lazy = _changed_bare(
        tmp_path,
        {
            r"os\.Stderr\.Write\(line\)": "buffered.add(line)",
            r"\Z": """
var buffered buffer

type buffer struct {
	sync.Mutex
	lines [][]byte
}

// add holds the latest 64 lines back, more than there are connections.
func (b *buffer) add(line []byte) {
	b.Lock()
	defer b.Unlock()
	b.lines = append(b.lines, append([]byte{}, line...))
	if len(b.lines) > 64 {
		os.Stderr.Write(b.lines[0])
		b.lines = b.lines[1:]
	}
}
""",
        },
    )
    with pytest.raises(NotMeasured, match=r"changed logged \d+ of \d+ answered requests"):
        check_log_survives(lazy)


def test_a_shorter_log_line_is_found_out(tmp_path: Path, programs: Programs) -> None:
    check_same_line(programs.bare, programs.bare)
    terse = _changed_bare(tmp_path, {" level=INFO": ""})
    with pytest.raises(NotMeasured, match="the log lines are not equal"):
        check_same_line(programs.bare, terse)


def test_a_missing_wrk_is_told_with_the_command_that_installs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NotMeasured, match=r"wrk, .* is not installed: `.* install wrk`"):
        find_wrk()
