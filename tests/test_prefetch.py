from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command_line import workbench
from workbench._go import find_go
from workbench.errors import WorkbenchError
from workbench.events import Event
from workbench.prefetch import is_warm, prefetch


@pytest.fixture(scope="module")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home of the workbench in which everything was fetched ahead."""
    home = tmp_path_factory.mktemp("warm")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORKBENCH_HOME", str(home))
        did = prefetch("process").did
        assert did[-2:] == ("7 modules", "a warm build cache")
        yield home


def test_a_second_time_there_is_nothing_to_do(warm: Path) -> None:
    assert (warm / "prefetched.json").is_file()
    events: list[Event] = []
    again = prefetch("process", on_event=events.append)
    assert (again.did, events) == ((), [])
    assert str(again).startswith("prefetch: everything was there (")


def test_the_verb_says_it_on_stderr(warm: Path) -> None:
    answer = workbench("prefetch", "--engine", "process", env={"WORKBENCH_HOME": str(warm)})
    assert (answer.returncode, answer.stdout) == (0, "")
    assert answer.stderr.startswith("prefetch: everything was there (")


@pytest.mark.usefixtures("warm")
def test_the_doctor_sees_it() -> None:
    assert "ok       Go caches        warm" in workbench("doctor").stdout


@pytest.mark.usefixtures("warm")
def test_another_cache_is_a_cold_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert is_warm(find_go())
    monkeypatch.setenv("GOCACHE", str(tmp_path))
    assert not is_warm(find_go())


@pytest.mark.parametrize(
    ("key", "value"),
    [("go", "1.25.0 /usr/lib/go"), ("cgo", "?"), ("cache", "empty"), ("sources", "0")],
)
def test_what_the_caches_depend_on_is_in_the_stamp(warm: Path, key: str, value: str) -> None:
    stamp = warm / "prefetched.json"
    text = stamp.read_text()
    data = json.loads(text)
    data["state"][key] = value
    stamp.write_text(json.dumps(data))
    assert not is_warm(find_go())
    stamp.write_text(text)
    assert is_warm(find_go())


@pytest.mark.parametrize(
    "text", ["", "[]", '{"state": {}}', '{"state": {}, "folders": ["/nosuch/module"]}']
)
def test_a_stamp_that_means_nothing_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path))
    (tmp_path / "prefetched.json").write_text(text)
    assert not is_warm(find_go())


def test_a_module_that_was_removed_is_noticed(warm: Path) -> None:
    stamp = warm / "prefetched.json"
    text = stamp.read_text()
    data = json.loads(text)
    assert data["folders"]
    assert all(Path(folder).is_dir() for folder in data["folders"])
    stamp.write_text(json.dumps({**data, "folders": ["/nosuch/module"]}))
    assert not is_warm(find_go())
    stamp.write_text(text)


def test_what_chapters_compare_with_can_be_built_as_well(warm: Path) -> None:
    folders = json.loads((warm / "prefetched.json").read_text())["folders"]
    assert {folder.rpartition("/")[2] for folder in folders} >= {"mux@v1.8.0", "errors@v0.9.1"}


def test_a_missing_network_is_told_in_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("GOMODCACHE", str(tmp_path / "modules"))
    monkeypatch.setenv("GOPROXY", "off")
    with pytest.raises(WorkbenchError) as caught:
        prefetch()
    message = caught.value.message
    assert message.startswith("The sample job's modules could not be fetched (no network?): ")
    assert "github.com/pkg/errors" in message
    assert "\n" not in message
    assert "set GOPROXY to a mirror" in (caught.value.remedy or "")
    assert not (tmp_path / "home" / "prefetched.json").exists()
