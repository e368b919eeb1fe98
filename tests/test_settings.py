from __future__ import annotations

from pathlib import Path

import pytest

from workbench.errors import UsageError
from workbench.settings import PACKAGE_DIR, browser_url, get_settings, shipped, typed_path


def test_the_environment_is_read_when_asked(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path))
    monkeypatch.setenv("WORKBENCH_ENGINE", "auto")
    monkeypatch.setenv("WORKBENCH_READY_TIMEOUT", "2.5")
    settings = get_settings()
    assert settings.run_dir == tmp_path / "run"
    assert (settings.engine, settings.ready_timeout) == ("auto", 2.5)


def test_without_a_word_things_go_to_the_cache_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("WORKBENCH_HOME")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert get_settings().home == tmp_path / "racetrack-plugin-workbench"


@pytest.mark.parametrize("text", ["soon", "-1", "0", "nan", "inf"])
def test_a_limit_that_is_no_number_of_seconds_is_refused(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("WORKBENCH_READY_TIMEOUT", text)
    with pytest.raises(UsageError, match="WORKBENCH_READY_TIMEOUT"):
        get_settings()


def test_a_folder_that_is_not_shipped_is_one_clear_error() -> None:
    with pytest.raises(UsageError, match="'no-such-folder' is not beside this installation"):
        shipped("no-such-folder")
    assert (shipped("sample-golang-function") / "job.yaml").is_file()


def test_a_path_is_typed_from_the_clone_or_after_the_variable(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("WORKBENCH_PLAYGROUND", raising=False)
    assert typed_path(PACKAGE_DIR.parent / "playground" / "a") == "playground/a"
    assert typed_path(tmp_path / "a") == str(tmp_path / "a")
    monkeypatch.setenv("WORKBENCH_PLAYGROUND", str(tmp_path))
    assert typed_path(tmp_path / "a" / "b") == "$WORKBENCH_PLAYGROUND/a/b"
    assert typed_path(tmp_path) == "$WORKBENCH_PLAYGROUND"
    assert typed_path(tmp_path.parent) == str(tmp_path.parent)


def test_a_browser_on_this_machine_goes_to_loopback() -> None:
    assert browser_url(41873) == "http://127.0.0.1:41873/"
    assert browser_url(80, "/pub/job/a/1/?b=%20") == "http://127.0.0.1:80/pub/job/a/1/?b=%20"


@pytest.mark.parametrize(
    ("hub", "base", "expected"),
    [
        ("/user/ann/", "", "/user/ann/proxy/7000/a"),
        ("/user/ann", "", "/user/ann/proxy/7000/a"),
        ("/", "", "/proxy/7000/a"),
        ("/user/ann/", "https://here.example/p/", "https://here.example/p/7000/a"),
        ("", "http://here.example", "http://here.example/7000/a"),
        ("", "/proxy", "/proxy/7000/a"),
        ("", "/", "/7000/a"),
    ],
)
def test_a_browser_elsewhere_goes_through_a_proxy(
    monkeypatch: pytest.MonkeyPatch, hub: str, base: str, expected: str
) -> None:
    monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", hub)
    monkeypatch.setenv("WORKBENCH_BROWSER_BASE", base)
    assert browser_url(7000, "/a") == expected


@pytest.mark.parametrize(
    ("port", "path", "base", "told"),
    [
        (0, "/", "", "0 is not a port"),
        (65536, "/", "", "65536 is not a port"),
        (1, "a", "", "'a' does not begin with a slash"),
        (1, "", "", "'' does not begin with a slash"),
        (1, "/", "here.example", "WORKBENCH_BROWSER_BASE='here.example' begins neither"),
        (1, "/", "javascript:alert(1)", "begins neither with http:// or https://"),
    ],
)
def test_an_address_that_no_browser_could_take_is_refused(
    monkeypatch: pytest.MonkeyPatch, port: int, path: str, base: str, told: str
) -> None:
    monkeypatch.setenv("WORKBENCH_BROWSER_BASE", base)
    with pytest.raises(UsageError, match=told):
        browser_url(port, path)
