from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import requests

from tests.command_line import workbench
from tests.test_notebook_run import notebook
from workbench._go import find_go, go_env
from workbench._offline import Offline
from workbench.notebooks import Rehearsed, fix_notebook, rehearse
from workbench.notebooks.rehearse import no_network

SWALLOWED = """\
import requests
try:
    requests.get("https://example.org/data")
except requests.RequestException:
    print("no network")
"""


def chapter(folder: Path, name: str, *cells: str) -> Path:
    path = notebook(folder, *cells).rename(folder / f"{name}.ipynb")
    fix_notebook(path)
    return path


def test_each_chapter_is_timed_in_a_playground_of_its_own(tmp_path: Path) -> None:
    chapters = [
        chapter(
            tmp_path, "01-one",
            "import workbench as wb\nground = wb.get_settings().playground",
            "ground.mkdir()\n_ = (ground / 'a').write_text('a')",
            "import threading\n_ = threading.Event().wait(0.2)",
        ),
        chapter(
            tmp_path, "02-two",
            "import workbench as wb\nassert (wb.get_settings().playground / 'a').is_file()",
        ),
    ]  # fmt: skip
    told: list[Rehearsed] = []
    done = rehearse(chapters, on_chapter=told.append)
    assert done.ok
    assert [one.chapter for one in done.chapters] == ["01-one", "02-two"]
    assert list(done.chapters) == told
    assert ("01-one", "cell-c") in [(cell.chapter, cell.id) for cell in done.slowest]
    assert all(cell.seconds >= 0.2 for cell in done.slowest if cell.id == "cell-c")
    assert sum(one.seconds for one in done.chapters) <= done.seconds
    assert str(done).splitlines()[0].endswith(" ran")
    assert str(done).endswith("Nothing needed the network.")


def test_what_wants_the_network_is_named_even_where_nobody_minds(tmp_path: Path) -> None:
    done = rehearse([chapter(tmp_path, "01-one", SWALLOWED)])
    assert done.ok
    assert done.chapters[0].wanted == ("example.org:443",)
    assert "What needed the network:\n  01-one: example.org:443" in str(done)


def test_a_chapter_that_fails_is_told_and_the_next_one_is_run(tmp_path: Path) -> None:
    bad = chapter(
        tmp_path,
        "01-bad",
        "import requests\nrequests.get('http://example.org/').raise_for_status()",
    )
    good = chapter(tmp_path, "02-good", "1 + 1")
    answer = workbench("rehearse", bad, good)
    assert answer.returncode == 1
    assert "01-bad                   failed" in answer.stdout
    assert "02-good                  ran" in answer.stdout
    assert "  01-bad: http://example.org/" in answer.stdout
    assert "error: 01-bad.ipynb: cell-a: HTTPError" in answer.stderr
    assert workbench("rehearse", good).returncode == 0


def test_go_is_refused_modules_that_are_in_no_cache(tmp_path: Path) -> None:
    (tmp_path / "go.mod").write_text("module a\n\ngo 1.26\n\nrequire example.org/b v1.0.0\n")
    with no_network() as (env, wanted):
        answer = subprocess.run(
            [find_go().path, "mod", "download", "example.org/b@v1.0.0"],
            cwd=tmp_path,
            env=go_env(
                **env,
                GOPRIVATE="example.org",
                GOMODCACHE=str(tmp_path / "cache"),
                GOFLAGS="-modcacherw",
            ),
            capture_output=True,
            text=True,
            check=False,
        )
    assert "403" in answer.stderr
    assert set(wanted) == {"example.org/b/@v/v1.0.0.info"}


def test_a_rehearsal_closes_the_ways_that_are_closed_offline() -> None:
    with no_network() as (env, _):
        closed = Offline((), sealed=False).environment({})
    # Pip's questions are to be noted; and the machine's own loopback is not left, nor its Docker.
    assert set(closed) - set(env) == {"PIP_NO_INDEX", "WORKBENCH_ENGINE"}
    assert set(env) <= set(closed)
    assert {env[name] for name in env if "_proxy" in name.lower()} - {env["GOPROXY"]} == {
        closed["no_proxy"]
    }


def test_loopback_is_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    with no_network() as (env, wanted), no_network() as (other, _):
        for name, value in env.items():
            monkeypatch.setenv(name, value)
        assert requests.get(other["http_proxy"], timeout=5).status_code == 403
        assert wanted == []
        assert requests.get("http://example.org/", timeout=5).status_code == 403
        assert wanted == ["http://example.org/"]
